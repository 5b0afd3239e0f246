"""What must hold at the end, whatever was killed: read from the four databases, the broker, the mails, the subscriber."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from contracts import SERVICES
from services.notifier.model import HEARTBEAT, LEASE
from tests.faults.clients import Letters
from tests.faults.journeys import WITHDRAW_EARLY, Journey
from tools.broker import Management
from tools.installation import Installation

Rows = Sequence[Mapping[str, Any]]

INTAKE = "SELECT id::text, status, card_number FROM applications WHERE id = ANY($1::uuid[])"
CASES = """
SELECT application_id::text AS id, status, decision, closed_because FROM cases WHERE application_id = ANY($1::uuid[])
"""
REGISTRATIONS = """
SELECT id::text, application_id::text AS application, card_number FROM registrations
 WHERE application_id = ANY($1::uuid[])
"""
REGISTERED = """
SELECT event->'data'->>'application_id' AS application, subject::text AS registration FROM outbox
 WHERE event_type = 'registration.completed.v1' AND event->'data'->>'application_id' = ANY($1::text[])
"""
DELIVERIES = "SELECT id, application_id::text AS application, template, status FROM deliveries"
IMAGES_KNOWN = """
SELECT application_id::text AS application, id::text FROM documents
 WHERE state = 'stored' AND application_id = ANY($1::uuid[])
"""
IMAGES_KEPT = """
SELECT application::text, id::text FROM documents WHERE deleted_at IS NULL AND application = ANY($1::uuid[])
"""
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
OUT_OF_COUNT = """
SELECT count(*) FROM (SELECT subject FROM outbox GROUP BY subject
   HAVING count(DISTINCT event->>'sequence') <> count(*) OR max((event->>'sequence')::int) <> count(*)) AS wrong
"""
STUCK = {
    "deletions of images": ("intake", "SELECT count(*) FROM deletions"),
    "claims of idempotency keys": (
        "intake",
        "SELECT count(*) FROM idempotency_keys WHERE application_id IS NULL",
    ),
    "uploads without an answer": (
        "intake",
        # The sweep takes them after a quarter of an hour.
        "SELECT count(*) FROM documents WHERE state = 'chosen' AND chosen_at < now() - interval '17 minutes'",
    ),
    "deliveries": ("notifier", "SELECT count(*) FROM deliveries WHERE status IN ('waiting', 'sending')"),
}
#: Only what is older than anything that still runs here: a live sender's lease is left alone.
HASTEN = [
    (
        "intake",
        "UPDATE idempotency_keys SET created_at = created_at - interval '1 minute' WHERE application_id IS NULL"
        " AND created_at < now() - interval '15 seconds'",
    ),
    (
        "notifier",
        "UPDATE deliveries SET claimed_until = now() WHERE status = 'sending'"
        f" AND claimed_until < now() + interval '{(LEASE - 2 * HEARTBEAT).total_seconds()} seconds'",
    ),
    ("notifier", "UPDATE deliveries SET due_at = now() WHERE status = 'waiting' AND due_at > now()"),
    ("intake", "UPDATE deletions SET not_before = now() WHERE not_before > now()"),
]
#: A mail may come twice where the server had taken it, and notifier or the server was killed before that was noted. The
#: times in seconds: clocks and kills are not that exact, and noting may have to wait until PostgreSQL is back.
BEFORE, AFTER = 1.0, 15.0
CASE_OF = {
    "approved": ("decided", "approve", None),
    "rejected": ("decided", "reject", None),
    "withdrawn": ("closed", None, "withdrawal_accepted"),
}


@dataclass
class Findings:
    """What was counted, and every way in which it is not as it must be."""

    counts: dict[str, int] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def equal(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.broken.append(f"{what}: {found!r} instead of {expected!r}")

    def __str__(self) -> str:
        return "\n".join([*(f"  {count:6} {what}" for what, count in self.counts.items()), *self.broken[:20]])


@dataclass
class House:
    """Where everything can be looked at. `crashes`: when what hands in mails, or takes them, was killed."""

    installation: Installation
    letters: Letters
    crashes: list[float] = field(default_factory=list)

    def crashed_at(self, taken: float) -> bool:
        """Whether a mail taken then may have been left without a word of it in notifier's database."""
        return any(taken - BEFORE <= crash <= taken + AFTER for crash in self.crashes)

    async def hasten(self) -> None:
        """Let the time pass that a crash's leftovers wait for: leases, put-off mails and deletions."""
        for service, statement in HASTEN:
            await self.ask(service, statement)

    async def ask(self, service: str, sql: str, *arguments: object) -> Rows:
        conn = await asyncpg.connect(self.installation.database_url(service))
        try:
            return [dict(row) for row in await conn.fetch(sql, *arguments)]
        finally:
            await conn.close()

    async def count(self, service: str, sql: str) -> int:
        return int((await self.ask(service, sql))[0]["count"])

    def heard(self) -> set[str]:
        """The registrations that the other system printed."""
        log = self.installation.var / "logs" / "subscriber.log"
        return {line.split()[1] for line in log.read_text().splitlines() if line.startswith("registration.")}


async def settled(house: House, journeys: Sequence[Journey], seconds: float) -> Findings:
    """What is found once everything holds; or, where that does not come in time, all that is wrong."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            found = await examine(house, journeys)
        except (OSError, asyncpg.PostgresError) as error:
            found = Findings(broken=[f"cannot look: {error}"])
        if not found.broken or asyncio.get_running_loop().time() > deadline:
            return found
        await asyncio.sleep(0.5)


async def examine(house: House, journeys: Sequence[Journey]) -> Findings:
    found = Findings()
    await _outcomes(house, journeys, found)
    await _registrations(house, journeys, found)
    await _mails(house, journeys, found)
    await _images(house, journeys, found)
    await _nothing_left(house, found)
    return found


async def _outcomes(house: House, journeys: Sequence[Journey], found: Findings) -> None:
    """Intake and review agree with what the applicant was told."""
    ids = [journey.id for journey in journeys]
    applications = {row["id"]: row for row in await house.ask("intake", INTAKE, ids)}
    cases = {row["id"]: (row["status"], row["decision"], row["closed_because"]) for row in await _cases(house, ids)}
    found.counts["applications acknowledged"] = len(journeys)
    for status in CASE_OF:
        found.counts[f"… ended {status}"] = sum(row["status"] == status for row in applications.values())
    for journey in journeys:
        row = applications.get(journey.id)
        found.equal(f"{journey.kind} at intake", row and row["status"], journey.status)
        expected = None if journey.kind == WITHDRAW_EARLY else CASE_OF[journey.status]
        found.equal(f"{journey.kind} at review", cases.get(journey.id), expected)


async def _cases(house: House, ids: Sequence[str]) -> Rows:
    return await house.ask("review", CASES, ids)


async def _registrations(house: House, journeys: Sequence[Journey], found: Findings) -> None:
    """As many cards as approvals, all different; each said once, and heard by the other system."""
    ids = [journey.id for journey in journeys]
    approved = sorted(journey.id for journey in journeys if journey.status == "approved")
    registrations = await house.ask("review", REGISTRATIONS, ids)
    said = await house.ask("review", REGISTERED, ids)
    cards = {row["application"]: row["card_number"] for row in registrations}
    told = {row["id"]: row["card_number"] for row in await house.ask("intake", INTAKE, ids) if row["card_number"]}
    heard = house.heard()
    found.counts["registrations"] = len(registrations)
    found.counts["different card numbers"] = len(set(cards.values()))
    found.counts["registration events"] = len(said)
    found.counts["… heard by the other system"] = sum(row["registration"] in heard for row in said)
    found.equal("registered", sorted(row["application"] for row in registrations), approved)
    found.equal("different cards", len(set(cards.values())), len(approved))
    found.equal("cards that intake tells", told, cards)
    found.equal("registrations said", sorted(row["application"] for row in said), approved)
    found.equal("registrations not heard", [r["id"] for r in registrations if r["id"] not in heard], [])


async def _mails(house: House, journeys: Sequence[Journey], found: Findings) -> None:
    """Each mail was sent, nobody got another one, and what came twice has the same Message-ID and a crash at its side."""
    by_application: dict[str, list[Mapping[str, Any]]] = {}
    for row in await house.ask("notifier", DELIVERIES):
        by_application.setdefault(row["application"], []).append(row)
    sent = doubled = 0
    for journey in journeys:
        rows = by_application.get(journey.id, [])
        found.equal(f"mails of {journey.kind}", sorted(row["template"] for row in rows), journey.letters)
        found.equal("states of mails", {row["status"] for row in rows}, {"sent"})
        came: dict[str, list[float]] = {}
        for letter in house.letters.of(journey.email):
            delivery = str(letter.message["Message-ID"]).strip("<>").partition("@")[0]
            came.setdefault(delivery, []).append(letter.at)
        found.equal("mails that came", sorted(came), sorted(str(row["id"]) for row in rows))
        sent += len(came)
        doubled += sum(len(times) - 1 for times in came.values())
        without = [delivery for delivery, times in came.items() if not all(map(house.crashed_at, times[:-1]))]
        found.equal("mails that came twice without a crash", without, [])
    found.counts["different mails in the mailbox"] = sent
    found.counts["… that came again, with the same Message-ID, after a crash before they were noted"] = doubled


async def _images(house: House, journeys: Sequence[Journey], found: Findings) -> None:
    """Documents keeps just the images that intake knows. Those of a withdrawn application are on their way out."""
    ids = [journey.id for journey in journeys if journey.status != "withdrawn"]
    known = {(row["application"], row["id"]) for row in await house.ask("intake", IMAGES_KNOWN, ids)}
    kept = {(row["application"], row["id"]) for row in await house.ask("documents", IMAGES_KEPT, ids)}
    found.counts["images known and kept"] = len(known & kept)
    found.equal("images known and not kept, or kept and not known", known ^ kept, set())
    expected = Counter(dict.fromkeys(ids, 1))
    found.equal("images of each application", Counter(application for application, _ in known), expected)


async def _nothing_left(house: House, found: Findings) -> None:
    waiting = {service: await house.count(service, UNPUBLISHED) for service in SERVICES}
    out_of_count = {service: await house.count(service, OUT_OF_COUNT) for service in SERVICES}
    stuck = {what: await house.count(service, sql) for what, (service, sql) in STUCK.items()}
    for what, counted in (
        ("events waiting in an outbox", waiting),
        ("subjects whose events are out of count", out_of_count),
        ("rows stuck", stuck),
    ):
        found.counts[what] = sum(counted.values())
        found.equal(what, {name: count for name, count in counted.items() if count}, {})
    try:
        async with Management(house.installation.management_url) as management:
            queues = await management.get(f"/queues/{house.installation.vhost}?columns=name,messages")
    except Exception as error:
        found.broken.append(f"cannot ask the broker: {type(error).__name__}")
        return
    left = {queue["name"]: queue.get("messages", 0) for queue in queues}
    dead = {name: count for name, count in left.items() if name.endswith(".dead")}
    found.counts["messages left in queues"] = sum(left.values()) - sum(dead.values())
    found.counts["dead letters"] = sum(dead.values())
    found.equal("queues not empty", {name: count for name, count in left.items() if count}, {})
