"""What the applicant changed, and more time for a correction, on the page of the case."""

from services.review import use_cases
from services.review.model import CORRECT, Case, Decision, Reason
from tests.review.conftest import House
from tests.review.pages.conftest import Answer, Browser
from tests.review.test_amendments import amended


async def asked(house: House) -> Case:
    case = await house.claimed()
    await use_cases.decide(
        house.review, case.id, house.reviewer, Decision(1, CORRECT, (Reason("application", "other"),))
    )
    return case


async def extend(staff: Browser, case: Case, day: str, reason: str) -> Answer:
    await staff.get(f"/cases/{case.id}")
    return await staff.post(f"/cases/{case.id}/deadline", {"correct_by": day, "extension_reason": reason})


async def test_the_case_shows_what_was_changed_and_a_decision_on_the_older_is_not_made(
    staff: Browser, house: House
) -> None:
    case = await house.claimed()
    await staff.get(f"/cases/{case.id}")
    await house.hear(amended(case.application_id))
    answer = await staff.post(f"/cases/{case.id}/decision", {"decision": "approve", "version": "1"})
    assert answer.status == 409
    for text in ("申請の内容が変わったため、まだ判定していません", "申請のあと変更 前：096-000-0000", "096-328-6842"):
        assert text in answer.text


async def test_a_change_after_the_decision_is_shown_as_not_taken(staff: Browser, house: House) -> None:
    case = await asked(house)
    await house.hear(amended(case.application_id))
    text = (await staff.get(f"/cases/{case.id}")).text
    assert "判定のあとに届いた変更（入っていません） 電話番号：096-328-6842" in text


async def test_staff_give_more_time_with_a_reason(staff: Browser, house: House) -> None:
    case = await asked(house)
    answer = await extend(staff, case, "2026-12-20", "入院中")
    assert (answer.status, answer.location) == (303, f"/cases/{case.id}?extended=1")
    text = (await staff.get(answer.location)).text
    assert "期限を延長しました" in text
    assert "いまの期限は 12月20日（日）まで" in text
    assert "hana）：入院中" in text


async def test_an_odd_day_or_no_reason_is_said_beside_the_field(staff: Browser, house: House) -> None:
    case = await asked(house)
    for day, reason, said in (
        ("12/20", "入院中", "日付を 2026-12-20 のように入力してください。"),
        ("2026-12-06", "入院中", "いまの期限よりあとの日にしてください。"),
        ("2026-12-20", " ", "入力してください。"),
    ):
        answer = await extend(staff, case, day, reason)
        assert (answer.status, said in answer.text) == (422, True)
    assert len(await house.said()) == 1
    waiting = await house.case()
    assert (await extend(staff, waiting.case, "2026-12-20", "入院中")).status == 409
