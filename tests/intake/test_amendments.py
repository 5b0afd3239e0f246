"""Changes until the decision: they reach staff, and one that came too late is said plainly and never applied."""

from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import Conflict, Invalid
from chassis.events import Event
from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.model.views import ApplicationView
from tests.intake.conftest import House
from tests.intake.forms import commuter
from tests.intake.test_handlers import ITEMS, completed, in_every_order, review


async def change(house: House, application: Application, **fields: Any) -> Application:
    version = (await house.application(application.id)).version
    return await use_cases.change_application(house.intake, application.id, version, fields)


async def view_of(house: House, application: Application) -> ApplicationView:
    return await use_cases.get_application(house.intake, application.id)


def shown(view: ApplicationView, which: str) -> list[tuple[str, str | None, str | None]]:
    return [
        (each.field, each.before and each.before.display, each.after and each.after.display)
        for each in getattr(view, which)
    ]


async def test_any_field_can_be_changed_while_staff_look_and_they_are_told_before_and_after(house: House) -> None:
    application = await house.submitted()
    await change(house, application, phone="０９６ー３２８ー６８４２", kana="すいぜんじ はな")
    last = await change(house, application, phone="090-1234-5678")
    view = await view_of(house, application)
    assert shown(view, "changed") == [("kana", "スイゼンジ ハナコ", "スイゼンジ ハナ")]
    first, second = await house.events("application.amended.v1")
    assert (first.data["version"], second.data["version"], second.data["round"]) == (last.version - 1, last.version, 1)
    assert first.data["changes"]["phone"] == {
        "before": "090-1234-5678",
        "after": {"raw": "０９６ー３２８ー６８４２", "display": "096-328-6842", "match_key": "+81963286842"},
    }
    # Also what was changed back: whoever hears this one alone knows all.
    assert {field: each["after"]["display"] for field, each in second.data["changes"].items()} == {
        "kana": "スイゼンジ ハナ",
        "phone": "090-1234-5678",
    }
    assert second.data["outcomes"] == application.outcomes
    assert [entry.what for entry in view.timeline].count("amended") == 2


async def test_what_is_written_otherwise_and_means_the_same_tells_nobody(house: House) -> None:
    application = await house.submitted()
    assert await change(house, application, phone="090 1234 5678") == application
    assert await house.events("application.amended.v1") == []


async def test_what_decides_is_judged_again_and_missing_documents_hold_nobody_up(house: House) -> None:
    application = await house.submitted()
    place = {key: value for key, value in commuter().items() if key.startswith("organisation")}
    with pytest.raises(Invalid):
        await change(house, application, category="commuter")
    await change(house, application, category="commuter", address="福岡市中央区天神1-1-1", **place)
    [told] = await house.events("application.amended.v1")
    assert told.data["outcomes"] == {
        "eligibility": "category_confirmed",
        "guardian": "not_required",
        "documents": "insufficient",
    }
    assert told.data["changes"]["organisation_name"]["before"] is None


async def test_a_stale_version_and_a_withdrawal_under_way_are_refused(house: House) -> None:
    application = await house.submitted()
    await change(house, application, phone="096-328-6842")
    with pytest.raises(Conflict) as refused:
        await use_cases.change_application(house.intake, application.id, application.version, {"phone": "0963286843"})
    assert refused.value.code == "stale_version"
    await use_cases.withdraw(house.intake, application.id)
    with pytest.raises(Conflict) as refused:
        await change(house, application, phone="096-328-6843")
    assert refused.value.code == "wrong_state"
    assert len(await house.events("application.amended.v1")) == 1


def decisions(application: Application, decided_on: int) -> list[list[Event]]:
    """Each way to decide on this version, with what else is told."""
    said = {"application_version": decided_on}
    return [
        [review("approved", application.id, 1, **said), completed(application.id)],
        [review("rejected", application.id, 1, reasons=ITEMS, note=None, **said)],
    ]


@pytest.mark.parametrize("which", [0, 1])
async def test_a_change_that_crossed_the_decision_is_said_and_not_applied(house: House, which: int) -> None:
    application = await house.submitted()
    in_time = await change(house, application, phone="096-328-6842")
    await change(house, application, kana="スイゼンジ ハナ", phone="096-328-6843")
    [end] = await in_every_order(house, application.id, decisions(application, in_time.version)[which])
    assert shown(end, "missed") == [
        ("kana", "スイゼンジ ハナコ", "スイゼンジ ハナ"),
        ("phone", "096-328-6842", "096-328-6843"),
    ]
    assert end.application.applicant == in_time.applicant


async def test_a_change_that_the_decision_knew_is_not_said_to_be_late(house: House) -> None:
    application = await house.submitted()
    in_time = await change(house, application, phone="096-328-6842")
    await house.deliver(review("approved", application.id, 1, application_version=in_time.version))
    end = await view_of(house, application)
    assert (end.missed, end.application.applicant) == ((), in_time.applicant)


async def test_a_change_that_crossed_a_correction_goes_with_it_and_can_be_taken_back(house: House) -> None:
    application = await house.submitted()
    await change(house, application, phone="096-328-6842")
    asked = review(
        "correction_requested",
        application.id,
        1,
        items=[{"item": "field:kana", "code": "name_differs", "note": None}],
        deadline="2026-12-06",
        application_version=application.version,
    )
    await house.deliver(asked, times=2)
    view = await view_of(house, application)
    assert shown(view, "missed") == [("phone", "090-1234-5678", "096-328-6842")]
    assert view.open_fields == ("kana", "phone")
    await change(house, application, kana="スイゼンジ ハナ")
    assert shown(await view_of(house, application), "changed") == [
        ("kana", "スイゼンジ ハナコ", "スイゼンジ ハナ"),
        ("phone", "090-1234-5678", "096-328-6842"),
    ]
    await use_cases.submit(house.intake, application.id)
    view = await view_of(house, application)
    assert (view.missed, view.changed) == ((), ())
    # In the second round before and after are those of the second round.
    await change(house, application, kana="スイゼンジ ハナエ")
    told = (await house.events("application.amended.v1"))[-1].data
    assert (told["round"], told["changes"]["kana"]["before"], list(told["changes"])) == (2, "スイゼンジ ハナ", ["kana"])


async def test_of_all_the_deadlines_of_a_round_the_latest_holds_in_every_order(house: House) -> None:
    application = await house.submitted()
    days = ("2026-12-06", "2026-12-20", "2027-01-10")
    events = [
        review("correction_requested", application.id, 1, items=ITEMS, deadline=day, previous_deadline=before)
        for day, before in zip(days, (None, *days), strict=False)
    ]
    # All is told within one moment here, so that the end is the same to the letter.
    at = events[0].time
    ends = await in_every_order(house, application.id, [replace(event, time=at) for event in events])
    assert {(str(end.correct_by), end.application.status) for end in ends} == {("2027-01-10", "correction_requested")}
    told = [entry.what for entry in ends[0].timeline]
    assert (told.count("correction_requested"), told.count("deadline_extended"), len(ends)) == (1, 2, 1)
