"""A mail that did not arrive is in sight until it does, or until staff have seen to it; also when all is decided."""

from uuid import UUID

import pytest

from chassis.ids import new_id
from services.review import use_cases
from services.review.model import APPROVE, CORRECT, UNDELIVERED, Decision, Reason
from tests.review import samples
from tests.review.conftest import House


async def listed(house: House) -> list[UUID]:
    page = await use_cases.list_cases(house.review, UNDELIVERED, "")
    assert all(each.mail_undelivered for each in page.cases)
    return [each.case.id for each in page.cases]


@pytest.mark.parametrize("decision", [APPROVE, CORRECT])
async def test_a_mail_that_came_back_after_the_decision_is_listed_until_it_was_seen_to(
    house: House, decision: str
) -> None:
    case = await house.claimed()
    reasons = (Reason("application", "call_us"),) if decision == CORRECT else ()
    await use_cases.decide(house.review, case.id, house.reviewer, Decision(1, decision, reasons))
    assert await listed(house) == []
    await house.hear(samples.mail(case.application_id, "failed", sequence=3))
    assert await listed(house) == [case.id]
    view = await use_cases.get_case(house.review, case.id)
    assert (view.undelivered.templates, view.undelivered.until) == (("submitted",), 3)
    assert [check.outcome for check in view.checks if check.code == "mail"] == ["mail_undelivered"]
    await use_cases.see_to_mails(house.review, case.id, 3, house.colleague)
    assert await listed(house) == []
    assert (await use_cases.get_case(house.review, case.id)).undelivered.templates == ()


async def test_a_mail_that_is_delivered_later_is_listed_no_more(house: House) -> None:
    case, cause = (await house.case()).case, new_id()
    await house.hear(samples.mail(case.application_id, "failed", caused_by=cause, sequence=1))
    await house.hear(samples.mail(case.application_id, "sent", caused_by=cause, sequence=2))
    assert await listed(house) == []


async def test_what_fails_after_it_was_seen_to_is_listed_again(house: House) -> None:
    case, cause = (await house.case()).case, new_id()
    await house.hear(samples.mail(case.application_id, "failed", caused_by=cause, sequence=1))
    await use_cases.see_to_mails(house.review, case.id, 1, house.reviewer)
    # Told twice, it stays done.
    await house.hear(samples.mail(case.application_id, "failed", caused_by=cause, sequence=1))
    assert await listed(house) == []
    await house.hear(samples.mail(case.application_id, "failed", caused_by=cause, sequence=2))
    assert await listed(house) == [case.id]


async def test_what_fails_while_the_page_is_open_is_not_done_by_its_button(house: House) -> None:
    case = (await house.case()).case
    await house.hear(samples.mail(case.application_id, "failed", sequence=1))
    await house.hear(samples.mail(case.application_id, "failed", sequence=2))
    await use_cases.see_to_mails(house.review, case.id, 1, house.reviewer)
    assert (await use_cases.get_case(house.review, case.id)).undelivered.templates == ("submitted",)


async def test_the_list_has_pages_like_the_others(house: House) -> None:
    made = [(await house.case(who=samples.somebody(number))).case for number in range(3)]
    await house.hear(*(samples.mail(case.application_id, "failed") for case in made))
    first = await use_cases.list_cases(house.review, UNDELIVERED, "", limit=2)
    rest = await use_cases.list_cases(house.review, UNDELIVERED, first.next or "", limit=2)
    assert {each.case.id for page in (first, rest) for each in page.cases} == {case.id for case in made}
    assert (len(first.cases), rest.next) == (2, None)
