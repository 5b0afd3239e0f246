"""A delivery's life, and how long a message that was put off waits.

waiting ──claim──▶ sending ──▶ sent
   ▲                  ├──────▶ failed     refused for good, or put off too often
   ├──────────────────┘                   put off, the server is away, or its sender died
   └─────────────────────────▶ dropped    not true or not wanted any more before it could be sent
any of these but failed ─────▶ bounced    a server further on sent it back
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from rules.policy import Policy
from rules.policy_limits import Rate

#: What a sender that died held goes to another after this. A living one extends its claim at every heartbeat; where it
#: cannot, it breaks off before the lease ends.
LEASE, HEARTBEAT = timedelta(seconds=30), timedelta(seconds=8)
#: The recipient whose application it is, at the address of its contact. Any other recipient is the staff's own address.
APPLICANT = "applicant"
#: Likewise, at the address before it, which the content says (`to`).
PREVIOUS = "previous"

#: By these it is known how an application ended: with a card, or without one. None of them is taken back.
ENDS = (
    "application_rejected",
    "application_withdrawn",
    "application_expired",
    "registration_completed",
    "registration_renewed",
    "registration_changed",
    "registration_expiring",
)
#: For so long after an application was erased its card may still be heard of: a dead letter is kept for 30 days, and may
#: have been tried for hours before.
CARD_IS_LATE = timedelta(days=31)

FIRST_DELAY, LONGEST_DELAY = timedelta(minutes=1), timedelta(hours=4)
#: With the delays between them these span a day.
MAX_ATTEMPTS = 14
JITTER = 0.2
#: About an hour after the first: the applicant, who waits for the mail, is told that it is late.
SAY_DELAYED_AT = 7

#: A message that waits for longer is counted as unsent.
UNSENT_AFTER = timedelta(minutes=10)
#: How long sendings are remembered at the least.
LONGEST_RATE = timedelta(hours=1)
#: The rates of the policy's limits: all mails, and those to one domain.
MAIL, MAIL_DOMAIN = "mail", "mail_domain"


@dataclass(frozen=True)
class Contact:
    """Whom to write to about an application, as the event with this `sequence` said.

    The receipt number is None until the application itself was heard of. `caused_by` and `email_sequence` are the id and
    the sequence of the event that brought the address, which may be an earlier one; None and 0 until it was heard.
    """

    application_id: UUID
    receipt_number: str | None
    email: str
    language: str
    sequence: int
    caused_by: UUID | None
    #: Whether the person wants to be told before the card expires.
    expiry_notice: bool = False
    email_sequence: int = 0


def meet(known: Contact, heard: Contact) -> tuple[Contact, list[Contact]]:
    """What is known after both, whichever was heard first; and those whose address was left, each because of the event
    that brought it. In every order each such event but the last is thereby met once at the least.
    """
    latest = max(known, heard, key=lambda each: each.sequence)
    brought = {each.email_sequence: each for each in (heard, known) if each.caused_by}
    left = [brought[sequence] for sequence in sorted(brought)]
    # What brought the address that holds is still to be heard where a later event says another one.
    holds = left.pop() if left and left[-1].email == latest.email else None
    return (
        replace(
            latest,
            receipt_number=known.receipt_number or heard.receipt_number,
            caused_by=holds.caused_by if holds else None,
            email_sequence=holds.email_sequence if holds else 0,
        ),
        left,
    )


@dataclass(frozen=True)
class Registration:
    """All that is kept of a registration: whose contact is told before its last valid day."""

    registration_id: UUID
    version: int
    application_id: UUID
    expires_on: date


@dataclass(frozen=True)
class NewDelivery:
    """A message that an event asks for. `content` holds what its template needs, and no more.

    `application_id` is None where it is to staff; `traceparent` is that of the event.
    """

    application_id: UUID | None
    caused_by: UUID
    template: str
    occurred_at: datetime
    content: Mapping[str, Any]
    recipient: str = APPLICANT
    traceparent: str | None = None
    #: It goes to no address that was said before this event of intake's.
    contact_sequence: int = 0


@dataclass(frozen=True)
class Delivery:
    """A message that this sender holds until its lease ends, and whom it goes to. `attempts` were made before.

    To staff there is neither application nor receipt number. `occurred_at` and `traceparent` are those of the event that
    asked for it.
    """

    id: UUID
    claim: UUID
    application_id: UUID | None
    caused_by: UUID
    template: str
    occurred_at: datetime
    content: Mapping[str, Any]
    attempts: int
    receipt_number: str | None
    email: str
    language: str
    traceparent: str | None = None


@dataclass(frozen=True)
class Returned:
    """A delivery whose mail came back, as it stands before that is noted."""

    id: UUID
    application_id: UUID | None
    caused_by: UUID
    template: str
    status: str

    @property
    def ended_without_arriving(self) -> bool:
        return self.status in ("failed", "bounced")


@dataclass(frozen=True)
class Pace:
    """How fast mails may go out: all together, and to one domain; None: as fast as they can."""

    together: Rate | None
    domain: Rate | None


def pace(policy: Policy) -> Pace:
    """What the policy's limits say of mails."""
    rates = {rate.code: rate for rate in policy.limits.rates}
    return Pace(rates.get(MAIL), rates.get(MAIL_DOMAIN))


def retry_delay(attempts: int, chance: float) -> timedelta | None:
    """How long to wait after so many attempts, or None to give up. `chance` from 0 to 1 spreads the delays."""
    if attempts >= MAX_ATTEMPTS:
        return None
    delay = min(FIRST_DELAY * (1 << (attempts - 1)), LONGEST_DELAY)
    return delay * (1 - JITTER + 2 * JITTER * chance)
