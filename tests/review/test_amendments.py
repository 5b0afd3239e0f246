"""What applicants change while they wait: staff see before and after, and never decide on what they have not read."""

import itertools
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import Conflict
from chassis.events import Event
from chassis.ids import new_id
from chassis.testing import heard
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, Decision, Reason
from services.review.model.changes import Change, Late
from tests.review import samples
from tests.review.conftest import House

NOW_PHONE = samples.typed("０９６ー３２８ー６８４２", "096-328-6842", "0963286842")
CASE = (
    "SELECT status, applicant, outcomes, phone_key, application_version, category FROM cases WHERE application_id = $1"
)


def amended(application: UUID, version: int = 5, *, round_: int = 1, **after: Any) -> Event:
    """Everything changed since the hand-over of the round; without anything: the telephone."""
    before = {"phone": "096-000-0000", "category": "resident", "guardian_name": None}
    data = {
        "round": round_,
        "version": version,
        "policy_version": "0123456789ab",
        "changes": {
            field: {"before": before[field], "after": value} for field, value in (after or {"phone": NOW_PHONE}).items()
        },
        "outcomes": {"eligibility": "category_confirmed", "documents": f"version_{version}"},
    }
    return heard("application.amended.v1", "intake", application, data, version)


async def test_staff_see_the_difference_and_must_read_it_before_they_decide(house: House) -> None:
    case = await house.claimed()
    change = amended(case.application_id)
    await house.hear(change, change)
    view = await house.of(case.application_id)
    assert (view.case.status, view.case.version, view.case.application_version) == ("claimed", 2, 5)
    assert view.changes == (Change("phone", "096-000-0000", change.time),)
    assert next(field.display for field in view.applicant if field.name == "phone") == "096-328-6842"
    with pytest.raises(Conflict) as refused:
        await use_cases.decide(house.review, case.id, house.reviewer, Decision(1, APPROVE))
    assert refused.value.code == "stale_version"
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(2, APPROVE))
    said = await house.said()
    assert said[0][2] == {"round": 1, "application_version": 5}
    assert said[1][2]["registrant"]["phone"] == "096-328-6842"


async def test_changes_in_every_order_and_twice_end_in_the_same_case(house: House) -> None:
    expected = None
    for order in itertools.permutations(range(4)):
        application = UUID(int=9 << 96)
        events = [
            samples.handed_over(application, documents=[samples.document(UUID(int=7 << 96))]),
            amended(application, 5, category=samples.typed("commuter"), phone=NOW_PHONE),
            # The category was changed back.
            amended(application, 6, category=samples.typed("resident"), phone=NOW_PHONE),
            amended(application, 9, round_=2, phone=samples.typed("090-1111-2222")),
        ]
        await house.hear(*(events[number] for number in (*order, *order)))
        found = await house.rows(CASE, application), (await house.of(application)).changes
        expected = expected or found
        assert [row["phone_key"] for row in found[0]] == ["0963286842"]
        assert (found[0], [each.field for each in found[1]]) == (expected[0], ["phone"])
        async with house.db.transaction() as tx:
            await tx.conn.execute("DELETE FROM cases; DELETE FROM amendments; DELETE FROM documents")


@pytest.mark.parametrize("decision", [Decision(1, APPROVE), Decision(1, CORRECT, (Reason("application", "other"),))])
async def test_a_change_that_crossed_the_decision_changes_nothing_and_staff_see_that(
    house: House, decision: Decision
) -> None:
    case = await house.claimed()
    await use_cases.decide(house.review, case.id, house.reviewer, decision)
    before = await house.rows(CASE, case.application_id), await house.said()
    await house.hear(amended(case.application_id))
    assert (await house.rows(CASE, case.application_id), await house.said()) == before
    view = await house.of(case.application_id)
    assert (view.changes, view.late) == ((), (Late("phone", "096-328-6842"),))
    assert before[1][0][2]["application_version"] == 4


async def test_a_field_that_was_emptied_and_a_new_card_number_are_taken_over(house: House) -> None:
    family = samples.applicant(guardian_name=samples.typed("水前寺 太郎"), card_number=samples.OTHER_CARD)
    view = await house.case(kind="renewal", who=family)
    event = amended(view.case.application_id, guardian_name=None)
    event.data["changes"]["card_number"] = {"before": samples.OTHER_CARD, "after": samples.typed(samples.CARD)}
    await house.hear(event)
    shown = {field.name: field.display for field in (await house.of(view.case.application_id)).applicant}
    assert (shown["guardian_name"], shown["card_number"]) == (None, samples.CARD)
    assert await house.rows("SELECT card_number FROM cases") == [{"card_number": samples.CARD}]


async def test_what_a_correction_changed_is_shown_beside_what_it_was(house: House) -> None:
    kept, blurred, sharp = (new_id() for _ in range(3))
    case = await house.claimed(documents=[samples.document(kept), samples.document(blurred, "back")])
    correction = Decision(1, CORRECT, (Reason("field:phone", "call_us"),))
    await use_cases.decide(house.review, case.id, house.reviewer, correction)
    again = samples.handed_over(
        case.application_id,
        round=2,
        who=samples.applicant(phone=NOW_PHONE, birth_date="1991-04-13"),
        documents=[samples.document(kept), samples.document(sharp, "back")],
    )
    await house.hear(again, again)
    view = await house.of(case.application_id)
    assert view.changes == (Change("birth_date", "1991-04-12", None), Change("phone", "096-000-0000", None))
    assert view.new_documents == {sharp}
    assert next(each.display for each in view.applicant if each.name == "birth_date") == date(1991, 4, 13).isoformat()
