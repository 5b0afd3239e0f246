"""The guide's steps (1) to (11) through the API, every way that an application can end."""

from pathlib import Path

from tests.end_to_end.people import Mailbox, Office, Person, photo, wait_for_line


async def test_a_new_applicant_gets_a_card_and_other_systems_hear_of_it(
    person: Person, office: Office, mailbox: Mailbox, subscriber_log: Path
) -> None:
    received = await person.apply()
    assert received["applicant"]["kana"] == "タカハシ サキ"
    await person.follow_link()
    await person.upload()
    assert (await person.submit())["status"] == "submitted"
    receipt = await mailbox.wait(person.email, "申請を受け付けました")
    assert "まだ本登録ではありません" in receipt["Text"]

    case = await office.find_case(person.id)
    [document] = case["documents"]
    image = await office.expect(200, "GET", f"/api/v1/cases/{case['id']}/documents/{document['id']}")
    assert image[:3] == b"\xff\xd8\xff"
    decided = await office.decide(case, "approve")
    assert len(decided["card_number"]) == 13

    seen = await person.wait_status("approved")
    completed = await mailbox.wait(person.email, "本登録が完了しました")
    assert decided["card_number"] in completed["Text"]
    assert seen["registration"]["card_number"] == decided["card_number"]

    await wait_for_line(subscriber_log, f"card *********{decided['card_number'][-4:]}")
    assert [m["Subject"].split("】")[1].split("（")[0] for m in await mailbox.to(person.email)] == [
        "本人確認書類の写真を送ってください",
        "申請を受け付けました",
        "本登録が完了しました",
    ]


async def test_only_what_is_named_is_corrected_and_the_second_round_is_approved(
    person: Person, office: Office, mailbox: Mailbox
) -> None:
    await person.apply_and_submit()
    case = await office.find_case(person.id)
    item = f"document:{case['documents'][0]['id']}"
    reasons = [{"item": item, "code": "blurred", "note": "番号のところが読めません"}]
    await office.decide(case, "correct", reasons=reasons)
    await mailbox.wait(person.email, "修正のお願い")
    await person.wait_status("correction_requested")
    unchanged = await person.call("POST", f"/api/v1/applications/{person.id}/submission")
    assert unchanged.status == 422
    await person.upload(data=photo("second"))
    assert (await person.submit())["status"] == "submitted"
    await office.decide(await office.find_case(person.id, round_=2), "approve")
    await person.wait_status("approved")


async def test_a_rejected_applicant_is_told_why(person: Person, office: Office, mailbox: Mailbox) -> None:
    await person.apply_and_submit()
    reasons = [{"item": "application", "code": "not_eligible", "note": "お住まいの図書館をご利用ください"}]
    await office.decide(await office.find_case(person.id), "reject", reasons=reasons)
    await person.wait_status("rejected")
    mail = await mailbox.wait(person.email, "登録できませんでした")
    assert "お住まいの図書館をご利用ください" in mail["Text"]


async def test_renewal_of_a_card_that_review_does_not_know_is_marked_and_registered(
    person: Person, office: Office, mailbox: Mailbox, subscriber_log: Path
) -> None:
    await person.apply_and_submit(kind="renewal", card_number="１２３４５６７８９０１２８")
    case = await office.find_case(person.id)
    assert case["card_unknown"] is True
    decided = await office.decide(case, "approve")
    assert decided["card_number"] == "1234567890128"
    await person.wait_status("approved")
    await mailbox.wait(person.email, "更新しました")
    await wait_for_line(subscriber_log, "registration.renewed ")


async def test_a_lost_card_gets_a_new_number_and_the_other_systems_hear_which_one_is_void(
    person: Person, office: Office, mailbox: Mailbox, subscriber_log: Path
) -> None:
    await person.apply_and_submit(kind="replacement", card_number="１２３４５６７８９０９９９")
    decided = await office.decide(await office.find_case(person.id), "approve")
    assert decided["card_number"] != "1234567890999"
    await person.wait_status("approved")
    mail = await mailbox.wait(person.email, "新しい貸出カード番号")
    assert decided["card_number"] in mail["Text"]
    await wait_for_line(subscriber_log, "instead of *********0999")


async def test_withdrawn_before_submission_it_ends_at_once(person: Person, mailbox: Mailbox) -> None:
    await person.apply()
    await person.follow_link()
    answer = await person.expect(200, "POST", f"/api/v1/applications/{person.id}/withdrawal")
    assert answer == {"status": "withdrawn"}
    await mailbox.wait(person.email, "取り下げました")


async def test_withdrawn_while_it_is_checked_review_accepts_it(
    person: Person, office: Office, mailbox: Mailbox
) -> None:
    await person.apply_and_submit()
    case = await office.find_case(person.id)
    answer = await person.expect(202, "POST", f"/api/v1/applications/{person.id}/withdrawal")
    assert answer == {"status": "withdrawal_requested"}
    await person.wait_status("withdrawn")
    await mailbox.wait(person.email, "取り下げました")
    claim = await office.call("POST", f"/api/v1/cases/{case['id']}/claim")
    assert claim.status == 409
