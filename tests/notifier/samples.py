"""Events of one application as notifier hears them, and a delivery for each template.

`python -m tests.notifier.samples` writes the snapshots anew: read what changed before committing them.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chassis.events import Event
from chassis.ids import new_id
from contracts import CONTRACTS
from rules.policy import Policy, load_policy
from services.notifier.letters import Letter, write_letter
from services.notifier.model import Delivery
from tools.places import ROOT

SNAPSHOTS = ROOT / "tests" / "notifier" / "snapshots"
APPLICATION = UUID("019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10")
REGISTRATION = UUID("019a9c77-1d20-7e55-8b3a-6f2e4d9c8b01")
OCCURRED_AT = datetime(2026, 11, 22, 3, tzinfo=UTC)
RECEIPT_NUMBER = "K7Q4-M2XH-9ABC"
LINK = f"https://library.example.jp/continue/{APPLICATION}/Zk3vQ9xT1mPw7RfB2hLdYs"
ADDRESSES = ("https://library.example.jp", "https://staff.library.example.jp")
DOCUMENT = "document:019a8f46-7d00-7f02-b1c8-52d9a6e3f402"

CONTENTS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    "application_received": ("application_received", {"link": LINK}),
    "link_requested_continue": ("link_requested", {"purpose": "continue", "link": LINK}),
    "link_requested_resend": ("link_requested", {"purpose": "resend", "link": LINK}),
    "link_requested_reset_password": ("link_requested", {"purpose": "reset_password", "link": LINK}),
    "reminder_due": (
        "reminder_due",
        {
            "round": 0,
            "missing": [
                {"item": "email", "document_type": None, "side": None},
                {"item": "proof:current_address", "document_type": None, "side": None},
                {"item": "document", "document_type": "driving_licence", "side": "back"},
            ],
            "deadline": "2026-11-29",
        },
    ),
    "reminder_due_of_a_correction": (
        "reminder_due",
        {
            "round": 1,
            "missing": [
                {"item": DOCUMENT, "document_type": "driving_licence", "side": "front"},
                {"item": "field:phone", "document_type": None, "side": None},
            ],
            "deadline": "2026-12-06",
        },
    ),
    "reminder_due_of_the_last_step": (
        "reminder_due",
        {
            "round": 0,
            "missing": [{"item": "submission", "document_type": None, "side": None}],
            "deadline": "2026-11-29",
        },
    ),
    "application_expired": ("application_expired", {}),
    "contact_changed": ("contact_changed", {}),
    "contact_replaced": ("contact_replaced", {"to": "before@example.jp"}),
    "application_submitted_new": (
        "application_submitted",
        {"kind": "new", "round": 1, "expected_date": "2026-11-25"},
    ),
    "application_submitted_again": (
        "application_submitted",
        {"kind": "new", "round": 2, "expected_date": "2026-11-25"},
    ),
    "application_submitted_renewal": (
        "application_submitted",
        {"kind": "renewal", "round": 1, "expected_date": "2026-11-25"},
    ),
    "application_withdrawn": ("application_withdrawn", {}),
    "correction_requested": (
        "correction_requested",
        {
            "items": [
                {
                    "item": DOCUMENT,
                    "code": "glare",
                    "note": "住所の変更欄が光っていて読めません。\nもう一枚お願いします。",
                    "document_type": "driving_licence",
                    "side": "back",
                },
                {"item": "field:address", "code": "address_differs", "note": None},
                {"item": "field:phone", "code": "no_longer_in_the_policy", "note": "番号が1けた足りないようです。"},
            ],
            "deadline": "2026-12-06",
        },
    ),
    "deadline_extended": (
        "deadline_extended",
        {"items": [{"item": "field:phone", "code": "call_us", "note": None}], "deadline": "2026-12-20"},
    ),
    "review_delayed": ("review_delayed", {"expected_date": "2026-12-04"}),
    "staff_digest": (
        "staff_digest",
        {
            "on": "2026-11-25",
            "waiting": 37,
            "overdue": 2,
            "longest_wait_days": 9,
            "correction_requested": 5,
            "undelivered": 1,
        },
    ),
    "staff_digest_of_a_quiet_day": (
        "staff_digest",
        {
            "on": "2026-11-26",
            "waiting": 0,
            "overdue": 0,
            "longest_wait_days": 0,
            "correction_requested": 0,
            "undelivered": 0,
        },
    ),
    "application_rejected": (
        "application_rejected",
        {
            "reasons": [{"item": "application", "code": "not_eligible", "note": None}],
            "note": "隣の市の図書館をご利用いただけます。",
        },
    ),
    "application_rejected_for_what_could_have_been_corrected": (
        "application_rejected",
        {
            "reasons": [
                {
                    "item": DOCUMENT,
                    "code": "expired_document",
                    "note": None,
                    "document_type": "driving_licence",
                    "side": "front",
                },
                {"item": "field:address", "code": "address_differs", "note": "二つの住所が残っていました。"},
            ],
            "note": None,
        },
    ),
    "registration_completed": (
        "registration_completed",
        {"card_number": "2900000123458", "expires_on": "2031-11-30", "pickup_branch": "plaza"},
    ),
    "registration_renewed": (
        "registration_renewed",
        {"card_number": "2900000123458", "previous_card_number": None, "expires_on": "2036-04-30"},
    ),
    "registration_changed": (
        "registration_changed",
        {"card_number": "2900000123458", "previous_card_number": None, "expires_on": "2031-04-30"},
    ),
    "registration_changed_with_a_new_number": (
        "registration_changed",
        {"card_number": "2900000345678", "previous_card_number": "2900000123458", "expires_on": "2031-04-30"},
    ),
    "registration_expiring": ("registration_expiring", {"card_ending": "5676", "expires_on": "2036-04-30"}),
    "registration_renewed_with_a_new_number": (
        "registration_renewed",
        {"card_number": "2900000123458", "previous_card_number": "1234567890123", "expires_on": "2036-04-30"},
    ),
}


def delivery(template: str, content: Mapping[str, Any], *, language: str = "ja") -> Delivery:
    return Delivery(
        id=UUID("019a8f50-0000-7000-8000-000000000001"),
        claim=UUID("019a8f50-0000-7000-8000-000000000002"),
        application_id=APPLICATION,
        caused_by=UUID("019a8f50-0000-7000-8000-000000000003"),
        template=template,
        occurred_at=OCCURRED_AT,
        content=content,
        attempts=0,
        receipt_number=RECEIPT_NUMBER,
        email="hana@example.jp",
        language=language,
    )


def letter(policy: Policy, sample: str) -> Letter:
    return write_letter(policy, *ADDRESSES, delivery(*CONTENTS[sample]))


def as_snapshot(letter: Letter) -> str:
    return f"{letter.language}: {letter.subject}\n\n{letter.text}\n==== HTML ====\n{letter.html}"


def heard(type_: str, sequence: int = 1, *, application: UUID = APPLICATION, minute: int = 0, **data: Any) -> Event:
    """The contract's example, with other data where given, about this application."""
    contract = CONTRACTS[type_]
    values = {**contract.example["data"], **data}
    subject = application
    if "application_id" in values:
        values["application_id"], subject = str(application), REGISTRATION
    time = datetime(2026, 11, 22, 3, minute, tzinfo=UTC)
    return Event(new_id(), f"/{contract.producer}", type_, subject, sequence, time, values)


def journey() -> list[Event]:
    """All that notifier may hear of one application; more than one application can live through."""
    return [
        heard("application.received.v1", 1, minute=1, receipt_number=RECEIPT_NUMBER),
        heard("application.link_requested.v1", 2, minute=2),
        heard("application.submitted.v1", 3, minute=3),
        heard("review.delayed.v1", 1, minute=4),
        heard("review.correction_requested.v1", 1, minute=5),
        heard("application.submitted.v1", 5, minute=6, round=2),
        heard("review.rejected.v1", 2, minute=7),
        heard("review.withdrawal_accepted.v1", 3, minute=8),
        heard("application.withdrawn.v1", 6, minute=9),
        heard("registration.completed.v1", 1, minute=10),
        heard("registration.renewed.v1", 2, minute=11),
        heard("registration.changed.v1", 3, minute=12),
        heard("registration.expiring.v1", 4, minute=13),
        heard("application.reminder_due.v1", 6, minute=14),
        heard("application.expired.v1", 6, minute=15),
        heard("application.contact_changed.v1", 7, minute=16, email="new@example.jp"),
        heard("application.link_requested.v1", 8, minute=17, contact_sequence=7),
    ]


def write_snapshots() -> None:
    policy = load_policy(ROOT / "config" / "library.toml")
    for sample in CONTENTS:
        (SNAPSHOTS / f"{sample}.txt").write_text(as_snapshot(letter(policy, sample)), encoding="utf-8")


if __name__ == "__main__":
    write_snapshots()
