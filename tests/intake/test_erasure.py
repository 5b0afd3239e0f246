"""What is personal goes: on schedule, or when its applicant asks; what is heard late brings nothing back."""

import itertools
import json
from typing import Any

import pytest

from chassis.errors import Conflict, NotFound, Unauthenticated
from chassis.ids import new_id
from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.use_cases.deadlines import expire
from services.intake.use_cases.erasure import erase_due
from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House
from tests.intake.test_documents import document_deleted, document_masked, stored_event
from tests.intake.test_handlers import ITEMS, completed, review, sent

PERSONAL = ("水前寺", "花子", "スイゼンジ", "Example.JP", "example.jp", "1234", "大江", "1991", "ご来館", "夕方に")
TABLES = (
    "applications",
    "documents",
    "timeline",
    "mails",
    "proofs",
    "password_resets",
    "sessions",
    "drafts",
    "idempotency_keys",
    "amendments",
    "reminders",
    "erasures",
)


async def held(house: House) -> dict[str, list[dict[str, Any]]]:
    """Everything that is stored, but for what waits to be published."""
    async with house.intake.db.connection() as conn:
        return {table: [dict(row) for row in await conn.fetch(f"SELECT * FROM {table}")] for table in TABLES}


async def traces(house: House) -> list[str]:
    stored = json.dumps(await held(house), default=str, ensure_ascii=False)
    return [word for word in PERSONAL if word in stored]


async def rejected(house: House) -> Application:
    application = await house.submitted()
    data = {"reasons": ITEMS, "note": "ご来館ください"}
    await house.deliver(review("rejected", application.id, 1, **data))
    return await house.application(application.id)


async def test_on_its_day_everything_personal_goes_and_the_proof_stays(house: House) -> None:
    application = await rejected(house)
    await house.sign_in(application)
    assert len(await traces(house)) > 5
    house.clock.move(days=89)
    assert await erase_due(house.intake) is False
    assert len(await traces(house)) > 5
    house.clock.move(days=1)
    assert await erase_due(house.intake) is False
    assert await traces(house) == []
    stored = await held(house)
    assert stored["erasures"] == [
        {
            "application_id": application.id,
            "receipt_number": application.receipt_number,
            "outcome": "rejected",
            "because": "schedule",
            "policy_version": house.intake.policy.version,
            "erased_at": house.clock(),
        }
    ]
    [row] = stored["applications"]
    assert (row["status"], row["kind"], row["submitted_at"], sorted(row["fields"])) == (
        "erased",
        "new",
        application.submitted_at,
        ["category", "pickup_branch"],
    )
    assert [(event.subject, dict(event.data)) for event in await house.events("application.erased.v1")] == [
        (application.id, {})
    ]
    await erase_due(house.intake)
    assert len(await house.events("application.erased.v1")) == 1


async def test_a_consent_and_how_it_was_at_first_go_with_the_rest(house: House) -> None:
    application = await house.receive(expiry_notice=True)
    for language, expiry_notice in (("en", False), ("ko", True)):
        await use_cases.change_preferences(house.intake, application.id, language, expiry_notice)
    await use_cases.withdraw(house.intake, application.id)
    await use_cases.erase_own(house.intake, application.id)
    [row] = (await held(house))["applications"]
    assert (row["expiry_notice"], row["expiry_notice_received"], row["language_received"]) == (False, None, None)


async def test_each_end_has_its_own_days(house: House) -> None:
    withdrawn = await house.proven()
    await use_cases.withdraw(house.intake, withdrawn.id)
    expired = await house.receive(name="見本 一子")
    approved = await house.submitted(name="見本 二子")
    await house.deliver(review("approved", approved.id, 1))
    open_ = await house.submitted(name="見本 三子")
    house.clock.move(days=8)
    await expire(house.intake)

    async def status() -> list[str]:
        async with house.intake.db.connection() as conn:
            found = {row["id"]: row["status"] for row in await conn.fetch("SELECT id, status FROM applications")}
        return [found[each.id] for each in (withdrawn, expired, approved, open_)]

    seen = []
    for days in (21, 1, 8, 52):
        house.clock.move(days=days)
        await erase_due(house.intake)
        seen.append(await status())
    assert seen == [
        ["withdrawn", "expired", "approved", "submitted"],
        ["erased", "expired", "approved", "submitted"],
        ["erased", "erased", "approved", "submitted"],
        ["erased", "erased", "erased", "submitted"],
    ]


async def test_the_applicant_has_it_erased_at_once_and_only_what_has_ended(house: House) -> None:
    application = await house.proven()
    with pytest.raises(Conflict):
        await use_cases.erase_own(house.intake, application.id)
    await use_cases.withdraw(house.intake, application.id)
    token = await house.sign_in(application)
    headers = {"Authorization": f"Bearer {token}"}
    url = f"/api/v1/applications/{application.id}"
    async with house.client.delete(f"/api/v1/applications/{new_id()}", headers=headers) as response:
        assert response.status == 404
    async with house.client.delete(url, headers=headers) as response:
        assert response.status == 204
    async with house.client.delete(url, headers=headers) as response:
        assert response.status == 401
    assert await traces(house) == []
    [proof] = (await held(house))["erasures"]
    assert (proof["because"], proof["outcome"]) == ("request", "withdrawn")
    with pytest.raises(NotFound):
        await use_cases.erase_own(house.intake, application.id)


async def test_nobody_gets_in_or_gets_a_mail_any_more_and_the_answers_are_those_for_strangers(house: House) -> None:
    application = await rejected(house)
    await use_cases.erase_own(house.intake, application.id)
    said = len(await house.events())
    for typed in (str(application.id), application.receipt_number):
        with pytest.raises(Unauthenticated):
            await use_cases.sign_in(house.intake, "hana@example.jp", "kuromame42", typed, None)
        for email in ("hana@example.jp", ""):
            await use_cases.request_link(house.intake, email, typed)
            await use_cases.request_password_reset(house.intake, email, typed)
            await use_cases.request_password_reset(house.intake, email, "")
    while await answer_link_request(house.intake):
        pass
    assert len(await house.events()) == said
    with pytest.raises(NotFound):
        await use_cases.get_application(house.intake, application.id)


async def test_what_is_heard_late_in_any_order_brings_nothing_back(house: House) -> None:
    application = await house.submitted()
    [photograph] = house.documents.images
    await house.deliver(review("approved", application.id, 1))
    await use_cases.erase_own(house.intake, application.id)
    before = await held(house)
    late = [
        completed(application.id),
        sent(application.id, new_id()),
        stored_event(application.id, photograph),
        review("rejected", application.id, 1, reasons=ITEMS, note="ご来館ください"),
    ]
    for order in itertools.permutations(late):
        for event in (*order, *reversed(order)):
            await house.deliver(event)
    for event in (
        document_masked(application.id, photograph),
        document_deleted(application.id, photograph),
        sent(application.id, new_id(), "permanent"),
        review("withdrawal_accepted", application.id, 1),
        review("correction_requested", application.id, 1, items=ITEMS, deadline="2026-12-06"),
    ):
        await house.deliver(event, times=2)
    assert await held(house) == before
