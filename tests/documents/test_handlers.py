"""What is heard of applications sets the clock of their images, in whatever order it arrives."""

import dataclasses
import itertools
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from chassis.events import Event
from chassis.ids import new_id
from chassis.testing import deliver, heard
from contracts import CONTRACTS, heard_by
from services.documents.app import HANDLERS
from tests.documents.conftest import House

REASONS = [{"item": "application", "code": "not_eligible", "note": None}]
NOON = datetime.fromisoformat("2026-11-22T03:00:00+00:00")


def said(type_: str, round_: int, hours: int) -> Event:
    data: dict[str, Any] = {"round": round_}
    if type_ == "application.submitted.v1":
        data |= {"kind": "new", "receipt_number": "K7Q4", "document_ids": [], "expected_date": "2026-12-01"}
    if type_ == "review.rejected.v1":
        data |= {"reasons": REASONS, "note": None}
    if type_ == "application.erased.v1":
        data = {}
    event = heard(type_, CONTRACTS[type_].producer, SUBJECT, data)
    return dataclasses.replace(event, time=NOON + timedelta(hours=hours))


SUBJECT = new_id()
STORIES: dict[str, tuple[list[Event], str, date | None]] = {
    "approved": (
        [said("application.submitted.v1", 1, 0), said("review.approved.v1", 1, 30)],
        "approved",
        date(2026, 11, 30),
    ),
    "rejected after a correction": (
        [
            said("application.submitted.v1", 1, 0),
            said("application.submitted.v1", 2, 24),
            said("review.rejected.v1", 2, 48),
        ],
        "rejected",
        date(2026, 12, 24),
    ),
    "withdrawn during a correction": (
        [said("application.submitted.v1", 1, 0), said("application.withdrawn.v1", 1, 24)],
        "withdrawn",
        date(2026, 11, 23),
    ),
    "withdrawn before it was submitted": ([said("application.withdrawn.v1", 0, 0)], "withdrawn", date(2026, 11, 22)),
    "withdrawal accepted": (
        [
            said("application.submitted.v1", 1, 0),
            said("application.submitted.v1", 2, 24),
            said("review.withdrawal_accepted.v1", 2, 30),
        ],
        "withdrawn",
        date(2026, 11, 23),
    ),
    "expired before it was submitted": ([said("application.expired.v1", 0, 24)], "expired", date(2026, 11, 23)),
    "expired during a correction": (
        [said("application.submitted.v1", 1, 0), said("application.expired.v1", 1, 24)],
        "expired",
        date(2026, 11, 23),
    ),
    "erased on schedule": (
        [
            said("application.submitted.v1", 1, 0),
            said("review.rejected.v1", 1, 24),
            said("application.erased.v1", 0, 90 * 24),
        ],
        "erased",
        date(2027, 2, 20),
    ),
    "still open": ([said("application.submitted.v1", 1, 0), said("application.submitted.v1", 2, 24)], "open", None),
}


def test_every_event_that_documents_hears_has_a_handler() -> None:
    assert set(HANDLERS) == {contract.type for contract in heard_by("documents")}


@pytest.mark.parametrize("name", STORIES)
async def test_every_order_and_every_repetition_ends_the_same(house: House, name: str) -> None:
    events, outcome, day = STORIES[name]
    for order in itertools.permutations([*events, events[0], events[-1]]):
        async with house.vault.db.transaction() as tx:
            await tx.conn.execute("DELETE FROM applications")
        for event in order:
            await deliver(house.vault, house.vault.db, HANDLERS, event, times=2)
        assert await house.rows("SELECT id, outcome, delete_on FROM applications") == [
            {"id": SUBJECT, "outcome": outcome, "delete_on": day}
        ]


async def test_the_examples_of_the_contracts_are_understood(house: House) -> None:
    for contract in heard_by("documents"):
        event = heard(contract.type, contract.producer, new_id(), contract.example["data"])
        await deliver(house.vault, house.vault.db, HANDLERS, event)
    assert len(await house.rows("SELECT id FROM applications")) == len(HANDLERS)
