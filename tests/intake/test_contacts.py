"""Another e-mail address: only by who may, only until the decision, and the old link proves nothing any more."""

from typing import Any

import pytest

from chassis.errors import Conflict, Invalid, NotFound, TooManyRequests, Unauthenticated
from chassis.events import Event
from chassis.ids import new_id
from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD

OLD, NEW = "hana@example.jp", "hanako@example.jp"


async def mend(house: House, application: Application, email: str = NEW) -> Application:
    return await use_cases.mend_contact(house.intake, application.id, email)


async def change(house: House, application: Application, email: str = NEW, password: str = PASSWORD) -> Application:
    return await use_cases.change_contact(house.intake, application.id, email, password)


async def said(house: House, application: Application) -> list[Event]:
    """What was said of the application after its reception."""
    return [event for event in await house.events() if event.subject == application.id][1:]


async def test_a_mistyped_address_is_mended_told_and_gets_its_own_link(house: House) -> None:
    application = await house.receive()
    first = await house.proof(application)
    await mend(house, application, "hanako＠example.jp")
    changed, link = await said(house, application)
    assert (changed.type, changed.data) == (
        "application.contact_changed.v1",
        {"version": 2, "email": NEW, "language": "ja", "expiry_notice": False, "changed": ["email"]},
    )
    assert (link.type, link.data["purpose"], link.data["contact_sequence"]) == (
        "application.link_requested.v1",
        "continue",
        changed.sequence,
    )
    second = str(link.data["link"]).rpartition("/")[2]
    await house.sign_in(application, first, NEW)
    assert (await house.application(application.id)).email_proven_at is None
    await house.sign_in(application, second, NEW)
    assert (await house.application(application.id)).email_proven_at == house.clock()
    with pytest.raises(Unauthenticated):
        await house.sign_in(application, None, OLD)


async def test_later_links_go_to_no_earlier_address(house: House) -> None:
    application = await house.receive()
    await mend(house, application)
    house.clock.move(minutes=2)
    await use_cases.resend_link(house.intake, application.id)
    *_, changed, _, again = await house.events()
    assert (again.data["purpose"], again.data["contact_sequence"]) == ("resend", changed.sequence)


async def test_the_old_address_asks_for_no_link_and_no_password_any_more(house: House) -> None:
    application = await house.proven()
    await use_cases.request_password_reset(house.intake, OLD, str(application.id))
    await answer_link_request(house.intake)
    reset = str((await house.events())[-1].data["link"]).rpartition("/")[2]
    await change(house, application)
    with pytest.raises(NotFound):
        await use_cases.set_password(house.intake, application.id, reset, "shiratama77", "")
    before = len(await house.events())
    house.clock.move(minutes=5)
    for email in (OLD, NEW):
        await use_cases.request_password_reset(house.intake, email, "")
        await use_cases.request_link(house.intake, email, str(application.id))
        while await answer_link_request(house.intake):
            pass
        assert len(await house.events()) == before + (2 if email == NEW else 0)


async def test_the_new_address_is_proven_before_the_application_is_submitted_again(house: House) -> None:
    application = await house.proven()
    await house.photograph(application.id)
    changed = await change(house, application)
    assert (changed.email_proven_at, changed.version) == (None, application.version + 1)
    with pytest.raises(Conflict) as refused:
        await use_cases.submit(house.intake, application.id)
    assert refused.value.code == "email_not_proven"
    await house.sign_in(application, await house.proof(application), NEW)
    await use_cases.submit(house.intake, application.id)
    handed = (await house.events("application.handed_over.v1"))[-1].data
    assert handed["applicant"]["email"]["display"] == NEW


async def test_while_it_waits_the_address_changes_and_the_application_stays_submitted(house: House) -> None:
    application = await house.submitted()
    changed = await change(house, application)
    assert (changed.status, (await house.application(application.id)).status) == ("submitted", "submitted")


async def test_a_correction_that_names_the_address_is_answered_by_changing_it(house: House) -> None:
    application = await house.submitted()
    await house.correction(application, ("field:email", "other"))
    await change(house, application)
    view = await use_cases.get_application(house.intake, application.id)
    assert [each.done for each in view.corrections] == [True]


@pytest.mark.parametrize(
    ("email", "code"),
    [
        ("", "required"),
        ("hana", "email_invalid"),
        (" Hana@EXAMPLE.jp", "email_same"),
        ("h" * 60 + "@" + "example." * 40 + "jp", None),
        ("a@b.jp\0", None),
    ],
)
async def test_an_address_that_is_none_changes_nothing(house: House, email: str, code: str | None) -> None:
    application = await house.receive()
    with pytest.raises(Invalid) as refused:
        await mend(house, application, email)
    [error] = refused.value.errors
    assert error.field == "email"
    assert code in (None, error.code)
    assert await said(house, application) == []


async def test_after_signing_in_the_password_is_asked_once_more(house: House) -> None:
    application = await house.proven()
    for wrong in ("", "kuromame43", "x" * 90_000):
        with pytest.raises(Invalid) as refused:
            await change(house, application, password=wrong)
        assert [(error.field, error.code) for error in refused.value.errors] == [("password", "wrong_password")]
    for _ in range(7):
        with pytest.raises(Invalid):
            await change(house, application, password="guess")
    with pytest.raises(TooManyRequests):
        await change(house, application)
    assert await said(house, application) == []


async def test_who_only_registered_mends_no_address_that_somebody_has_proven(house: House) -> None:
    application = await house.proven()
    with pytest.raises(Conflict):
        await mend(house, application)
    with pytest.raises(NotFound):
        await use_cases.mend_contact(house.intake, new_id(), NEW)


async def test_what_has_ended_changes_no_more(house: House) -> None:
    application = await house.proven()
    await use_cases.withdraw(house.intake, application.id)
    with pytest.raises(Conflict):
        await change(house, application)
    with pytest.raises(Conflict):
        await mend(house, application)


async def test_no_more_addresses_are_written_to_than_the_policy_lets(house: House) -> None:
    application = await house.receive()
    for number in range(3):
        await mend(house, application, f"hanako{number}@example.jp")
    with pytest.raises(TooManyRequests):
        await mend(house, application, "hanako3@example.jp")
    house.clock.move(days=1)
    await mend(house, application, "hanako3@example.jp")


async def test_the_api_changes_one_s_own_address_only(house: House) -> None:
    mine, other = await house.proven(), await house.proven(name="他人 太郎")
    headers = {"Authorization": f"Bearer {await house.sign_in(mine)}"}
    right = {"email": NEW, "password": PASSWORD}

    async def post(id_: Any, body: Any) -> tuple[int, Any]:
        url = f"/api/v1/applications/{id_}/contact"
        async with house.client.post(url, json=body, headers=headers) as response:
            return response.status, await response.json()

    assert (await post(other.id, right))[0] == 404
    assert (await post(mine.id, {**right, "version": 1}))[0] == 422
    assert (await post(mine.id, {"email": NEW}))[0] == 422
    status, answer = await post(mine.id, right)
    assert (status, answer["applicant"]["email"], answer["email_proven"]) == (200, NEW, False)
