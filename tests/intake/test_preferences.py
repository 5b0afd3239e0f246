"""In which language one is written to, and whether before the card expires: said once, by whom it concerns, at any time."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import Invalid, NotFound
from chassis.events import Event
from chassis.ids import new_id
from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.use_cases.deadlines import expire
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.test_handlers import ITEMS, review

Reach = Callable[[House], Awaitable[Application]]


async def prefer(
    house: House, application: Application, language: str | None = None, expiry_notice: bool | None = None
) -> Application:
    return await use_cases.change_preferences(house.intake, application.id, language, expiry_notice)


async def said(house: House) -> list[Event]:
    return await house.events("application.contact_changed.v1")


async def last(house: House, type_: str) -> dict[str, Any]:
    """What the newest event of this type says."""
    return dict((await house.events(type_))[-1].data)


@pytest.mark.parametrize(
    ("language", "code"), [("tlh", "unknown_code"), ("", "required"), (" ", "required"), ("en\0", "unknown_code")]
)
async def test_a_language_that_is_none_changes_nothing(house: House, language: str, code: str) -> None:
    application = await house.receive()
    with pytest.raises(Invalid) as refused:
        await prefer(house, application, language, True)
    assert [(error.field, error.code) for error in refused.value.errors] == [("language", code)]
    assert (await said(house), await house.application(application.id)) == ([], application)


async def test_a_language_that_is_retired_may_stay_and_is_not_chosen_anew(house: House) -> None:
    korean, japanese = await house.receive(language="ko"), await house.receive()
    languages = tuple(replace(each, retired=each.code == "ko") for each in house.intake.policy.languages)
    intake = replace(house.intake, policy=replace(house.intake.policy, languages=languages))
    changed = await use_cases.change_preferences(intake, korean.id, "ko", True)
    assert (changed.applicant.language, changed.applicant.expiry_notice) == ("ko", True)
    with pytest.raises(Invalid) as refused:
        await use_cases.change_preferences(intake, japanese.id, "ko", None)
    assert [(error.field, error.code) for error in refused.value.errors] == [("language", "retired_code")]


async def test_who_gives_nothing_is_asked_for_something(house: House) -> None:
    application = await house.receive()
    with pytest.raises(Invalid) as refused:
        await prefer(house, application)
    assert [(error.field, error.code) for error in refused.value.errors] == [
        ("language", "required"),
        ("expiry_notice", "required"),
    ]


async def test_of_what_is_unknown_or_erased_nothing_is_said(house: House) -> None:
    application = await house.receive()
    await use_cases.withdraw(house.intake, application.id)
    await use_cases.erase_own(house.intake, application.id)
    for gone in (application, replace(application, id=new_id())):
        with pytest.raises(NotFound):
            await prefer(house, gone, "en", True)
    assert await said(house) == []


async def test_what_is_as_it_was_is_not_said_again(house: House) -> None:
    application = await house.receive(language="en", expiry_notice=True)
    assert await prefer(house, application, " en ", True) == application
    assert (await said(house), await house.application(application.id)) == ([], application)


@pytest.mark.parametrize(
    ("language", "expiry_notice", "names"),
    [
        ("en", None, ["language"]),
        (None, True, ["expiry_notice"]),
        ("ja", True, ["expiry_notice"]),
        ("en", False, ["language"]),
        ("en", True, ["language", "expiry_notice"]),
    ],
)
async def test_exactly_what_changed_is_said(
    house: House, language: str | None, expiry_notice: bool | None, names: list[str]
) -> None:
    application = await house.receive()
    await prefer(house, application, language, expiry_notice)
    [event] = await said(house)
    assert (event.subject, event.data) == (
        application.id,
        {
            "version": 2,
            "email": "Hana@example.jp",
            "language": language or "ja",
            "expiry_notice": bool(expiry_notice),
            "changed": names,
        },
    )


async def test_a_consent_is_taken_back(house: House) -> None:
    application = await house.receive(expiry_notice=True)
    await prefer(house, application, expiry_notice=False)
    [event] = await said(house)
    assert (event.data["expiry_notice"], event.data["changed"]) == (False, ["expiry_notice"])


async def test_nothing_else_of_the_application_changes(house: House) -> None:
    application = await house.proven()
    before = await house.application(application.id)
    await prefer(house, application, "en", True)
    [event] = await said(house)
    assert await house.application(application.id) == replace(
        before,
        applicant=replace(before.applicant, language="en", expiry_notice=True),
        version=before.version + 1,
        contact_sequence=event.sequence,
    )


async def test_the_mailed_link_and_the_password_stay_good(house: House) -> None:
    application = await house.receive()
    proof = await house.proof(application)
    await prefer(house, application, "en", True)
    await use_cases.sign_in(house.intake, "hana@example.jp", PASSWORD, str(application.id), proof)
    assert (await house.application(application.id)).email_proven_at == house.clock()


async def provisional(house: House) -> Application:
    return await house.receive()


async def submitted(house: House) -> Application:
    return await house.submitted()


async def correcting(house: House) -> Application:
    application = await house.submitted()
    await house.correction(application, ("field:phone", "call_us"))
    return application


async def approved(house: House) -> Application:
    application = await house.submitted()
    await house.deliver(review("approved", application.id, 1))
    return application


async def rejected(house: House) -> Application:
    application = await house.submitted()
    await house.deliver(review("rejected", application.id, 1, reasons=ITEMS, note=None))
    return application


async def withdrawn(house: House) -> Application:
    application = await house.receive()
    await use_cases.withdraw(house.intake, application.id)
    return application


async def expired(house: House) -> Application:
    application = await house.receive()
    house.clock.move(days=8)
    await expire(house.intake)
    return application


@pytest.mark.parametrize(
    ("reach", "status"),
    [
        (provisional, "provisional"),
        (submitted, "submitted"),
        (correcting, "correction_requested"),
        (approved, "approved"),
        (rejected, "rejected"),
        (withdrawn, "withdrawn"),
        (expired, "expired"),
    ],
)
async def test_until_the_application_is_erased_every_state_allows_it(house: House, reach: Reach, status: str) -> None:
    application = await reach(house)
    changed = await prefer(house, application, "ko", True)
    assert changed == await house.application(application.id)
    assert (changed.status, changed.applicant.language, changed.applicant.expiry_notice) == (status, "ko", True)


async def test_later_links_wait_for_what_was_said_last(house: House) -> None:
    application = await house.receive()
    await prefer(house, application, "en")
    [event] = await said(house)
    house.clock.move(minutes=2)
    await use_cases.resend_link(house.intake, application.id)
    assert (await last(house, "application.link_requested.v1"))["contact_sequence"] == event.sequence


async def test_another_address_says_them_too(house: House) -> None:
    application = await house.receive()
    await prefer(house, application, "en", True)
    await use_cases.mend_contact(house.intake, application.id, "hanako@example.jp")
    assert await last(house, "application.contact_changed.v1") == {
        "version": 3,
        "email": "hanako@example.jp",
        "language": "en",
        "expiry_notice": True,
        "changed": ["email"],
    }


async def test_what_was_asked_for_on_the_form_is_said_at_reception_and_handed_over(house: House) -> None:
    await house.submitted(expiry_notice=True)
    for type_ in ("application.received.v1", "application.handed_over.v1"):
        assert (await last(house, type_))["expiry_notice"] is True, type_


async def test_a_later_round_is_handed_over_with_what_was_chosen_meanwhile(house: House) -> None:
    application = await correcting(house)
    changed = await prefer(house, application, "zh", True)
    await use_cases.change_application(house.intake, application.id, changed.version, {"phone": "096-328-6842"})
    await use_cases.submit(house.intake, application.id)
    handed = await last(house, "application.handed_over.v1")
    assert (handed["round"], handed["language"], handed["expiry_notice"]) == (2, "zh", True)


async def test_a_change_that_staff_did_not_see_is_no_part_of_the_decision(house: House) -> None:
    application = await house.submitted()
    await prefer(house, application, "en", True)
    await house.deliver(review("approved", application.id, 1, application_version=application.version))
    view = await use_cases.get_application(house.intake, application.id)
    assert (view.missed, view.application.applicant.language, view.application.applicant.expiry_notice) == (
        (),
        "en",
        True,
    )


async def test_of_changes_at_once_none_is_lost(house: House) -> None:
    application = await house.receive()
    languages = [prefer(house, application, language) for language in ("en", "zh", "ko")]
    await asyncio.gather(*languages, prefer(house, application, expiry_notice=True))
    events = await said(house)
    assert [event.data["version"] for event in events] == [2, 3, 4, 5]
    now = await house.application(application.id)
    assert (now.version, now.applicant.expiry_notice) == (5, True)


async def test_the_api_changes_one_s_own_only(house: House) -> None:
    mine, other = await house.proven(), await house.proven(name="他人 太郎")
    headers = {"Authorization": f"Bearer {await house.sign_in(mine)}"}
    right = {"language": "en", "expiry_notice": True}
    for application, sent, status in ((other, headers, 404), (mine, {}, 401)):
        url = f"/api/v1/applications/{application.id}/contact-preferences"
        async with house.client.put(url, json=right, headers=sent) as response:
            assert response.status == status
    assert await said(house) == []


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        ({}, [("language", "required"), ("expiry_notice", "required")]),
        ({"language": "tlh"}, [("language", "unknown_code")]),
        ({"language": None}, [("language", "wrong_type")]),
        ({"expiry_notice": "true"}, [("expiry_notice", "wrong_type")]),
        ({"expiry_notice": None}, [("expiry_notice", "wrong_type")]),
        ({"language": "en", "email": "x@example.jp"}, [("email", "unknown_field")]),
        ({"language": "en", "version": 1}, [("version", "unknown_field")]),
    ],
)
async def test_the_api_names_what_is_wrong(house: House, body: Any, faults: list[tuple[str, str]]) -> None:
    application = await house.proven()
    headers = {"Authorization": f"Bearer {await house.sign_in(application)}"}
    url = f"/api/v1/applications/{application.id}/contact-preferences"
    async with house.client.put(url, json=body, headers=headers) as response:
        answer = await response.json()
    assert (response.status, [(error["field"], error["code"]) for error in answer["errors"]]) == (422, faults)
    assert await said(house) == []


async def test_the_api_answers_with_the_application_as_it_is_now(house: House) -> None:
    application = await house.submitted()
    headers = {"Authorization": f"Bearer {await house.sign_in(application)}"}
    url = f"/api/v1/applications/{application.id}"
    body = {"language": "en", "expiry_notice": True}
    for _ in range(2):
        async with house.client.put(f"{url}/contact-preferences", json=body, headers=headers) as response:
            answer = await response.json()
        assert response.status == 200
        async with house.client.get(url, headers=headers) as response:
            assert await response.json() == answer
        assert (answer["version"], answer["applicant"]["language"], answer["applicant"]["expiry_notice"]) == (
            application.version + 1,
            "en",
            True,
        )
