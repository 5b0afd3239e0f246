"""One application's way through the house, and nothing of what is in it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chassis.database import Transaction
from chassis.events import Event
from chassis.ids import new_id
from chassis.telemetry import continued_trace
from contracts import CONTRACTS
from rules.receipt_numbers import new_receipt_number
from tests.tools.operator.conftest import RECEIVED, House, eventually
from tools.errors import Stopped
from tools.operator import log_files

TRACE = "0123456789abcdef0123456789abcdef"
RECEIPT = new_receipt_number(bytes(range(7)))
COMPLETED, APPROVED, SENT = "registration.completed.v1", "review.approved.v1", "notification.sent.v1"
APPLICATION = """
INSERT INTO applications (id, receipt_number, status, kind, language, filled_by, fields, fields_received, email_key,
                          password_hash, consent_version, consented_at, received_at)
VALUES ($1, $2, 'provisional', 'new', 'ja', 'self', '{}', '{}', 'hana@example.jp', '-', '1', now(), now())
"""


async def journey(house: House) -> UUID:
    """Recorded, published and received as far as `take` says; each later than the one before."""
    application = new_id()
    with continued_trace(f"00-{TRACE}-0123456789abcdef-01"):
        received = await house.record(RECEIVED, application, receipt_number=RECEIPT)
        approved = await house.record(APPROVED, application)
        sent = await house.record(SENT, application, caused_by=str(received.id))
        completed = await house.record(COMPLETED, new_id(), application_id=str(application))
    for minute, event in enumerate((received, sent, approved, completed)):
        await place(house, event, minute * 10)
    await house.record(RECEIVED)
    return application


async def place(house: House, event: Event, minute: int) -> None:
    """Recorded at this minute of an hour, published one later, received everywhere one later still."""
    begin = datetime(2026, 11, 22, 3, 0, tzinfo=UTC) + timedelta(minutes=minute)
    await house.execute(
        event.source[1:],
        "UPDATE outbox SET recorded_at = $2, published_at = $3 WHERE event_id = $1",
        event.id, begin, begin + timedelta(minutes=1),
    )  # fmt: skip
    for hearer in CONTRACTS[event.type].heard_by:
        if hearer != "others":
            mark = "INSERT INTO inbox (queue, event_id, received_at) VALUES ($1, $2, $3)"
            await house.execute(hearer, mark, f"{hearer}.{event.type}", event.id, begin + timedelta(minutes=2))


def told(steps: Any) -> list[tuple[str, str, str]]:
    return [(step.service, step.what, step.event_type) for step in steps]


async def test_every_step_of_one_application_is_shown_in_time_order(house: House) -> None:
    answer = await house.ouchi("trace", str(await journey(house)))
    assert told(answer.data.steps) == [
        ("intake", "recorded", RECEIVED),
        ("intake", "published", RECEIVED),
        ("notifier", "received", RECEIVED),
        ("notifier", "recorded", SENT),
        ("notifier", "published", SENT),
        ("intake", "received", SENT),
        ("review", "received", SENT),
        ("review", "recorded", APPROVED),
        ("review", "published", APPROVED),
        ("intake", "received", APPROVED),
        ("documents", "received", APPROVED),
        ("review", "recorded", COMPLETED),
        ("review", "published", COMPLETED),
        ("intake", "received", COMPLETED),
        ("notifier", "received", COMPLETED),
    ]
    assert all(one.at <= two.at for one, two in pairwise(answer.data.steps))
    assert {step.trace_id for step in answer.data.steps} == {TRACE}
    assert answer.text.splitlines()[-1] == "Every event has arrived everywhere."
    assert not answer.attention


async def test_no_personal_data_is_shown(house: House) -> None:
    answer = await house.ouchi("trace", str(await journey(house)))
    shown = answer.text + answer.as_json()
    data = [value for type_ in (RECEIVED, COMPLETED) for value in _texts(CONTRACTS[type_].example["data"])]
    registrant = CONTRACTS[COMPLETED].example["data"]["registrant"]
    assert registrant["name"] in data
    assert [text for text in data if len(text) > 4 and text in shown] == []


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in _texts(part)]
    return [value] if isinstance(value, str) else []


async def test_a_receipt_number_is_understood_however_it_is_typed(house: House) -> None:
    application = await journey(house)
    await house.execute("intake", APPLICATION, application, RECEIPT)
    for typed in (RECEIPT, RECEIPT.lower(), RECEIPT.replace("-", " "), RECEIPT.translate({45: "－"})):
        assert (await house.ouchi("trace", typed)).data.application_id == application


async def test_an_erased_application_is_found_by_its_events(house: House) -> None:
    application = await journey(house)
    assert (await house.ouchi("trace", RECEIPT)).data.application_id == application


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (new_receipt_number(b"another"), "Intake knows no application "),
        ("K7Q4-M2XH-9", "That is neither a receipt number"),
        ("'; DROP TABLE applications; --", "That is neither a receipt number"),
        ("", "That is neither a receipt number"),
        ("019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10", "No service has an event of this application"),
    ],
)
async def test_what_is_not_known_is_said(house: House, typed: str, said: str) -> None:
    await journey(house)
    with pytest.raises(Stopped, match=said):
        await house.ouchi("trace", typed)


async def test_what_has_not_arrived_is_named_with_where_to_look(house: House) -> None:
    application = new_id()
    waiting = await house.record(RECEIVED, application)
    parked = await house.record(APPROVED, application)
    lost = await house.record(SENT, application)
    await house.execute("review", "UPDATE outbox SET parked_at = now()")
    await place(house, lost, 0)
    await house.execute("review", "DELETE FROM inbox")
    answer = await house.ouchi("trace", str(application))
    assert answer.data.open_ends == [
        f"{RECEIVED} ({waiting.id}) waits in the outbox of intake: ouchi outbox intake",
        f"{APPROVED} ({parked.id}) is parked in the outbox of review: ouchi outbox review",
        f"{SENT} ({lost.id}) was not taken by review: ouchi status, ouchi dead-letters list review",
    ]
    assert answer.attention


async def test_a_real_way_through_relay_and_consumer_is_traced(house: House) -> None:
    async def nothing(_tx: Transaction, _event: Event) -> None:
        pass

    application = new_id()
    await house.record(RECEIVED, application)

    async def steps() -> list[tuple[str, str, str]]:
        return told((await house.ouchi("trace", str(application))).data.steps)

    async with house.notifier_hears(nothing), house.relaying("intake"):
        wanted = [
            ("intake", "recorded", RECEIVED),
            ("intake", "published", RECEIVED),
            ("notifier", "received", RECEIVED),
        ]
        await eventually(lambda: _sorted(steps), sorted(wanted))


async def _sorted(steps: Any) -> list[tuple[str, str, str]]:
    return sorted(await steps())


async def test_lines_of_the_logs_join_by_trace_id(house: House) -> None:
    application = await journey(house)
    logs = house.installation.var / "logs"
    at = "2026-11-22T03:00:30Z"
    colour = (
        f"\x1b[2m{at}\x1b[0m [\x1b[32m\x1b[1minfo     \x1b[0m] \x1b[1mrequest       \x1b[0m \x1b[36mmethod\x1b[0m="
        f"\x1b[35mPOST\x1b[0m \x1b[36mroute\x1b[0m=\x1b[35m'/api/v1/applications'\x1b[0m \x1b[36mtrace_id\x1b[0m={TRACE}\n"
    )
    other = colour.replace(TRACE, "f" * 32)
    try:
        (logs / "intake.log").write_text(other + colour + "a line of something else trace_id\n")
        answer = await house.ouchi("trace", str(application))
    finally:
        (logs / "intake.log").unlink()
    assert told([step for step in answer.data.steps if step.what == "logged"]) == [
        ("intake", "logged", "request method=POST route=/api/v1/applications")
    ]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (f'{{"event": "dead letter", "queue": "q", "name": "花", "trace_id": "{TRACE}", "timestamp": "2026-11-22T03:00:00Z"}}',
         "dead letter queue=q"),
        (f"2026-11-22T03:00:00.5Z [error    ] dead letter   at=['a.py:1 f'] name='花 子' reason=\"a 'b'\" trace_id={TRACE}",
         "dead letter reason=a 'b"),
        (f"2026-11-22T03:00:00Z [info     ] no pairs but trace_id {TRACE}", None),
        (f'{{"event": "no time", "trace_id": "{TRACE}"}}', None),
        ("{broken trace_id", None),
        ('["trace_id"]', None),
        ("", None),
    ],
)  # fmt: skip
def test_of_a_line_only_known_fields_are_shown(line: str, text: str | None) -> None:
    found = log_files.parse(line)
    assert (found.text if found else None) == text
    assert found is None or found.trace_id == TRACE


def test_the_log_of_the_run_before_comes_first(tmp_path: Path) -> None:
    for name, second in (("intake.log", 2), ("intake.log.1", 1)):
        line = f'{{"event": "{name}", "trace_id": "{TRACE}", "timestamp": "2026-11-22T03:00:0{second}Z"}}\n'
        (tmp_path / name).write_text(line)
    assert [line.text for line in log_files.lines_of(tmp_path, "intake")] == ["intake.log.1", "intake.log"]
    assert list(log_files.lines_of(tmp_path, "review")) == []
