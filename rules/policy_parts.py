"""The parts of the policy, one frozen dataclass per table of the file. Days are calendar days unless said otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

Texts = Mapping[str, str]


@dataclass(frozen=True)
class Library:
    code: str
    name: Texts
    time_zone: str


@dataclass(frozen=True)
class Contact:
    phone: str
    counter: Texts
    hours: Texts
    url: str


@dataclass(frozen=True)
class Mail:
    """`allow_domain` is the domain that applicants are asked to let through.

    `bounce_address`: where mails come back to, with a tag for each mail (bounces+…@); without it, to the sender.
    """

    sender_name: Texts
    sender_address: str
    allow_domain: str
    reply_to: str | None = None
    bounce_address: str | None = None


@dataclass(frozen=True)
class Pickup:
    """What must be said where the branch for reserved books is chosen (予約受取館)."""

    note: Texts


@dataclass(frozen=True)
class Guardian:
    """Through which school year a guardian must be named: 9 is 中学生以下. 0: never."""

    through_grade: int


@dataclass(frozen=True)
class Eligibility:
    """Where those are sent who can have no card here."""

    alternatives: Texts


#: What may be applied for: a card, a longer one, other details, another card for a lost one.
KINDS = ("new", "renewal", "change", "replacement")


@dataclass(frozen=True)
class Kinds:
    """`offered`: those that may be applied for here; all others are for the telephone and the counter."""

    offered: tuple[str, ...] = KINDS


@dataclass(frozen=True)
class CardNumbers:
    """`source`: range (we count from `first` to `last`), typed (staff type it), library_system (it comes back).

    `older_numbers`: cards exist whose prefix and check digit are not these; only their length is checked.
    `start_stop` are the two Codabar letters, which the mod16 method includes.
    """

    source: str
    length: int
    prefix: str
    check_digit: str
    symbology: str
    first: int = 0
    last: int = 0
    older_numbers: bool = False
    start_stop: str = "AA"


@dataclass(frozen=True)
class CardHandover:
    """`screen_accepted`: the barcode on a telephone's screen is as good as the card; `screen_note` says what it is for."""

    how: Texts
    where: Texts
    bring: Texts
    screen_accepted: bool
    screen_note: Texts


@dataclass(frozen=True)
class Holiday:
    on: date
    name: str


@dataclass(frozen=True)
class Closure:
    first: date
    last: date
    name: Texts


@dataclass(frozen=True)
class Opening:
    """When staff work. `holiday_rule`: open, closed, or next_day (a holiday on a closed weekday moves the closure)."""

    closed_weekdays: tuple[str, ...]
    holiday_rule: str
    holidays: tuple[Holiday, ...] = ()
    closures: tuple[Closure, ...] = ()


@dataclass(frozen=True)
class Pause:
    """No applications are received from `first` to `last`; `notice` stands on every page and says why."""

    first: date
    last: date
    notice: Texts


@dataclass(frozen=True)
class Deadlines:
    provisional_days: int
    provisional_reminder_days: tuple[int, ...]
    correction_days: int
    correction_reminder_days: tuple[int, ...]
    correction_rounds: int
    link_hours: int
    password_reset_minutes: int
    renewal_opens_days: int
    renewal_closes_days: int
    renewal_notice_days: tuple[int, ...]


@dataclass(frozen=True)
class ExpectedTime:
    """Opening days from submission to decision; from `busy_from` waiting applications on, `busy_days` holds.

    `cases_per_day`: how many staff decide on an opening day; a queue that takes longer moves the date. 0: not known.
    `told_from_hour`: nobody is told of a delay before this hour of the day.
    """

    minimum_days: int
    usual_days: int
    busy_days: int
    busy_from: int
    usual: Texts
    busy: Texts
    told_from_hour: int = 9
    cases_per_day: int = 0


@dataclass(frozen=True)
class StaffDigest:
    """Who among the staff is mailed what waits, on opening days from this hour on; without addresses nobody is."""

    hour: int = 9
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Days:
    """Days after each end of an application."""

    approved: int
    rejected: int
    withdrawn: int
    expired: int


@dataclass(frozen=True)
class ImageDays(Days):
    """`unfinished`: days after the upload where the application was never submitted."""

    unfinished: int = 30


@dataclass(frozen=True)
class Retention:
    images: ImageDays
    applications: Days
    registrations_after_expiry: int
    audit: int


@dataclass(frozen=True)
class Passwords:
    minimum_length: int


@dataclass(frozen=True)
class Consent:
    version: str
    text: Texts
    points: tuple[Texts, ...] = ()


@dataclass(frozen=True)
class Sessions:
    """How long an applicant stays signed in: without doing anything, and at all."""

    idle_minutes: int = 30
    absolute_hours: int = 12

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def absolute(self) -> timedelta:
        return timedelta(hours=self.absolute_hours)


@dataclass(frozen=True)
class Rate:
    """At most `count` in `seconds`; `per`: address (of the caller), email, application, or all of them together."""

    code: str
    count: int
    seconds: int
    per: str = "all"


@dataclass(frozen=True)
class Limits:
    """`exempt_addresses`: callers from these addresses and networks are not counted by address, e-mail or upload."""

    upload_bytes: int
    image_pixels: int
    documents_per_application: int
    rates: tuple[Rate, ...] = ()
    exempt_addresses: tuple[str, ...] = ()

    def rate(self, code: str, per: str) -> Rate | None:
        """The rate of this code that is counted so; None: no limit."""
        return next((rate for rate in self.rates if (rate.code, rate.per) == (code, per)), None)


@dataclass(frozen=True)
class Named:
    code: str
    name: Texts
    retired: bool = False


@dataclass(frozen=True)
class Language:
    """`name` in the language itself; `html_lang` for the page's lang attribute."""

    code: str
    name: str
    html_lang: str
    retired: bool = False


@dataclass(frozen=True)
class Branch:
    """`closed_weekdays` unset: as the library; `pickup`: reserved books can be collected here."""

    code: str
    name: Texts
    kind: str
    pickup: bool = True
    closed_weekdays: tuple[str, ...] | None = None
    retired: bool = False


@dataclass(frozen=True)
class MunicipalityList:
    """Municipalities without prefecture and county (嘉島町), in force from `valid_from` to `valid_until` inclusive."""

    code: str
    name: Texts
    prefecture: str
    municipalities: tuple[str, ...]
    source: str
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Category:
    """`basis`: residence, work or school, which must lie in one of `lists`; `proofs` the documents must give."""

    code: str
    name: Texts
    description: Texts
    basis: str
    lists: tuple[str, ...]
    proofs: tuple[str, ...]
    validity_years: int
    needs_organisation: bool = False
    needs_guardian: bool = True
    retired: bool = False


@dataclass(frozen=True)
class Side:
    """One side or page. `address_changes`: a new address is written here. `refused_as`: never to be sent."""

    code: str
    name: Texts
    proves: tuple[str, ...] = ()
    required: bool = False
    address_changes: bool = False
    refused_as: str | None = None


@dataclass(frozen=True)
class DocumentType:
    """`refused_as`: the code for a document outside its validity, or (without any dates) never accepted.

    `mask` names what must be hidden; `issued_within_months` how fresh it must be; `treat_as` the type whose rules it
    has; `replaced_by` what to bring instead.

    `least_age` and `most_age`: nobody younger or older has one; with a `most_age` it is made for the young. `basis`: what
    it proves where both work and school are taken.
    """

    code: str
    name: Texts
    sides: tuple[Side, ...]
    kind: str
    mask: tuple[Named, ...] = ()
    note: Texts | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    issued_within_months: int | None = None
    refused_as: str | None = None
    replaced_by: tuple[str, ...] = ()
    treat_as: str | None = None
    least_age: int | None = None
    most_age: int | None = None
    basis: str | None = None
    retired: bool = False


@dataclass(frozen=True)
class Reason:
    """`items`: document, application, field or field:<name>; `decisions`: correct, reject."""

    code: str
    name: Texts
    text: Texts
    items: tuple[str, ...]
    decisions: tuple[str, ...]
    retired: bool = False


@dataclass(frozen=True)
class Subscriber:
    """Another system that reads registrations; its queue keeps at most `queue_length` messages."""

    code: str
    name: str
    queue_length: int
    retired: bool = False
