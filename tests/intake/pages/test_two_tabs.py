"""One browser, two tabs, two applications: what is pressed in the tab of one never happens to the other.

The guard below goes through the table of routes, so that a route that is added later cannot forget it.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from chassis.testing import heard
from chassis.web.routes import CSRF_FORM, NOTHING, Route
from services.intake.app import ROUTES
from services.intake.model.applications import Application
from services.intake.pages.frame import APPLICATION, DRAFT
from services.intake.pages.guards import PAGE
from services.intake.use_cases import handovers
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD
from tests.intake.pages.browser import Browser, Page
from tests.intake.pages.people import resident

Enter = Callable[[Application], Awaitable[Page]]
Apply = Callable[..., Awaitable[Page]]

#: Acts on nothing that one is signed in to. Anything added here is a decision: what begins something new, what its address
#: or its own fields name, and what is for the device as a whole.
NEUTRAL = {
    "POST /eligibility",
    "POST /apply",
    "POST /apply/draft",
    "POST /apply/forget",
    "POST /sign-in",
    "POST /sign-out",
    "POST /link-requests",
    "POST /password-resets",
    "POST /password/{application}/{token}",
    "POST /handover/{token}",
    "GET /postal-codes/{code}",
}
#: What would be sent, where a form has fields: without the guard each of these would do something.
TYPED: Mapping[str, Mapping[str, str]] = {
    "/application": {"language": "en", "expiry_notice": "true"},
    "/application/details": {"name": "水前寺 太郎", "kana": "スイゼンジ タロウ", "birth_date": "2015-05-05"},
    "/application/corrections": {"kana": "スイゼンジ タロウ"},
    "/application/email": {"email": "taro@example.jp", "password": PASSWORD},
    "/language?to=/application/details": {"lang": "en", "name": "水前寺 太郎"},
}
#: Technical, and touched by every look; and that a password was tried.
UNWATCHED = ("rate_counts", "schema_migrations", "sign_in_attempts")

PAGES = [route for route in ROUTES if not route.path.startswith("/api/")]
ACTING = [route for route in PAGES if route.acts_on in (APPLICATION, PAGE)]


def named(route: Route[Any]) -> str:
    return f"{route.method} {route.path}"


def test_every_form_and_every_call_of_a_script_says_what_it_acts_on() -> None:
    undecided = {named(route) for route in PAGES if route.csrf == CSRF_FORM and route.acts_on is None}
    neutral = {named(route) for route in PAGES if route.acts_on == NOTHING}
    assert (undecided, neutral) == (set(), NEUTRAL)
    assert {route.acts_on for route in PAGES} == {None, NOTHING, APPLICATION, DRAFT, PAGE}


def test_everything_that_one_must_be_signed_in_for_acts_on_the_application() -> None:
    own = {named(route) for route in PAGES if route.auth != "public" and route.csrf == CSRF_FORM}
    assert own == {named(route) for route in ACTING if route.csrf == CSRF_FORM and route.acts_on == APPLICATION}


async def everything(house: House) -> dict[str, list[str]]:
    """All rows of all tables."""
    async with house.intake.db.connection() as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        names = sorted(row["tablename"] for row in tables if row["tablename"] not in UNWATCHED)
        return {name: sorted(row[0] for row in await conn.fetch(f"SELECT t::text FROM {name} t")) for name in names}


async def states(house: House, state: str, first: Application, second: Application) -> None:
    """Bring both there."""
    for application in (first, second):
        if state == "correction_requested":
            await house.correction(application, ("field:kana", "name_differs"))
        if state == "rejected":
            data = {"round": 1, "reasons": [], "note": None}
            await house.deliver(heard("review.rejected.v1", "review", application.id, data))


async def press(house: House, route: Route[Any], page: Page, document: str) -> Page:
    """What this route is sent from `page`."""
    path = re.sub(r"\{document\}", document, route.path)
    path = next((typed for typed in TYPED if typed.partition("?")[0] == path), path)
    own = page.own
    browser = Browser(house.client)
    if route.method == "GET":
        async with house.client.get(path, headers={"X-Page-Of": own["page_of"]}) as answer:
            return Page(path, answer.status, answer.headers, await answer.text())
    return await browser.post(path, {**own, **TYPED.get(path, {})})


@pytest.mark.parametrize("state", ["provisional", "submitted", "correction_requested", "rejected"])
async def test_whatever_is_pressed_in_the_tab_of_one_changes_nothing_of_the_other(
    house: House, browser: Browser, enter: Enter, state: str
) -> None:
    begin = house.proven if state == "provisional" else house.submitted
    first, second = await begin(), await begin(name="水前寺 次郎")
    await states(house, state, first, second)
    photograph = (await house.photograph(first.id)) if state == "provisional" else None
    await enter(first)
    page = await browser.get("/application")
    await enter(second)
    before = await everything(house)
    wrong = {}
    for route in ACTING:
        answer = await press(house, route, page, str(photograph.id) if photograph else str(first.id))
        said = (answer.status, first.receipt_number in answer.html, second.receipt_number in answer.html)
        if said != (409, True, True):
            wrong[named(route)] = said
    assert wrong == {}
    assert await everything(house) == before


async def test_whatever_names_no_application_is_refused(house: House, browser: Browser, enter: Enter) -> None:
    page = await enter(await house.proven())
    before = await everything(house)
    page.form("/sign-out").fields.pop("page_of")
    for form in page.forms:
        form.fields.pop("page_of", None)
    posts = [route for route in ACTING if route.method == "POST" and route.acts_on == APPLICATION]
    answers = {
        named(route): (await browser.post(route.path.replace("{document}", "x"), page.own)).status for route in posts
    }
    assert set(answers.values()) == {409}
    assert await everything(house) == before


async def test_both_applications_are_named_and_what_was_typed_goes_to_the_right_one(
    house: House, browser: Browser, enter: Enter
) -> None:
    first, second = await house.submitted(), await house.submitted(name="水前寺 次郎")
    await enter(first)
    page = await browser.get("/application/details?field=phone")
    await enter(second)
    refused = await browser.send(page, "/application/details", phone="０９６ー３２８ー６８４２")
    assert (refused.status, refused.heading) == (409, "別の申請にログインしています")
    assert f"ボタンを押した画面 受付番号 {first.receipt_number}" in refused.text
    assert f"水前寺 次郎 様の申請、受付番号：{second.receipt_number}" in refused.text
    assert "電話番号 ０９６ー３２８ー６８４２" in refused.text
    assert first.applicant.display("name") not in refused.text, "nothing is shown of what nobody is signed in to"
    await enter(first)
    await browser.send(refused, "/application/details")
    phones = [(await house.application(one.id)).applicant.display("phone") for one in (first, second)]
    assert phones == ["096-328-6842", "090-1234-5678"]


async def test_what_was_typed_is_not_shown_in_the_form_of_the_other_in_another_language(
    house: House, browser: Browser, enter: Enter
) -> None:
    first, second = await house.submitted(), await house.submitted(name="水前寺 次郎")
    await enter(first)
    page = await browser.get("/application/details")
    await enter(second)
    refused = await browser.send_elsewhere(
        page, "/application/details", "/language?to=/application/details", name="水前寺 花", lang="en"
    )
    assert (refused.status, "水前寺 花" in refused.text) == (409, True)
    other = await browser.get("/application/details")
    assert other.form("/application/details").fields["name"] == "水前寺 次郎"


async def test_a_photograph_of_one_never_becomes_the_other_s(house: House, browser: Browser, enter: Enter) -> None:
    first, second = await house.proven(), await house.proven(name="水前寺 次郎")
    await enter(first)
    page = await browser.get("/application/documents?type=driving_licence&side=front&address=current")
    await enter(second)
    refused = await browser.photograph(page)
    assert (refused.status, house.documents.images) == (409, {})
    headers = {"Accept": "application/json", "X-CSRF-Token": page.own["csrf_token"], "X-Page-Of": page.own["page_of"]}
    async with house.client.post("/application/documents", data={"type": "driving_licence"}, headers=headers) as answer:
        said = await answer.json()
    assert (answer.status, first.receipt_number in said["detail"], second.receipt_number in said["detail"]) == (
        409,
        True,
        True,
    )


async def test_a_telephone_with_two_codes_sends_no_photograph_from_the_page_of_the_first(
    house: House, browser: Browser
) -> None:
    first, second = await house.proven(), await house.proven(name="水前寺 次郎")
    shown = []
    for application in (first, second):
        token = await handovers.begin_handover(house.intake, application.id)
        await browser.send(await browser.get(f"/handover/{token}"), f"/handover/{token}")
        shown.append(await browser.get("/application/documents?type=driving_licence&side=front&address=current"))
    refused = await browser.photograph(shown[0])
    assert (refused.status, refused.heading, house.documents.images) == (409, "別の申請の画面です", {})
    known = [second.receipt_number, "水前寺 次郎", first.receipt_number]
    assert [text for text in known if text in refused.html + shown[1].html] == []


async def test_two_tabs_of_one_application_go_on_sending_photographs(
    house: House, browser: Browser, enter: Enter
) -> None:
    await enter(await house.proven())
    sides = [
        await browser.get(f"/application/documents?type=driving_licence&side={side}&address=current")
        for side in ("front", "back")
    ]
    sent = [await browser.photograph(page, page.url.encode()) for page in sides]
    assert ([page.status for page in sent], len(house.documents.images)) == ([200, 200], 2)


@pytest.mark.parametrize(
    ("page", "action", "filled"),
    [
        ("/application/confirm", "/application/confirm", {}),
        ("/application", "/application", {"language": "en", "expiry_notice": "true"}),
        ("/application/email", "/application/email", {"email": "taro@example.jp", "password": PASSWORD}),
        ("/application/details", "/application/details", {"name": "水前寺 花"}),
    ],
)
async def test_what_was_changed_meanwhile_is_shown_before_it_is_pressed_again(
    house: House, browser: Browser, enter: Enter, page: str, action: str, filled: dict[str, str]
) -> None:
    application = await house.proven()
    await house.photograph(application.id)
    await enter(application)
    old = await browser.get(page)
    await browser.send(await browser.get("/application/details"), "/application/details", phone="0963286842")
    before = await everything(house)
    refused = await browser.send(old, action, **filled)
    assert (refused.status, "この画面を開いた後で、内容が変わりました" in refused.text) == (409, True)
    fields = refused.form(action).fields
    assert {name: fields[name] for name in filled if name != "password"} == {
        name: text for name, text in filled.items() if name != "password"
    }
    assert await everything(house) == before
    again = await browser.send(refused, action, **filled)
    assert again.status == 200
    assert await everything(house) != before


async def test_what_was_decided_meanwhile_is_shown_before_everything_is_erased(
    house: House, browser: Browser, enter: Enter
) -> None:
    application = await house.submitted()
    await enter(application)
    await states(house, "rejected", application, application)
    old = await browser.get("/application/erase")
    await browser.send(await browser.get("/application"), "/application", language="en")
    refused = await browser.send(old, "/application/erase")
    assert (refused.status, (await house.application(application.id)).status) == (409, "rejected")
    assert (await browser.send(refused, "/application/erase")).url == "/erased"


async def test_each_tab_registers_the_person_that_it_confirmed(house: House, browser: Browser) -> None:
    people = [{"name": "水前寺 花子"}, {"name": "水前寺 実", "kana": "スイゼンジ ミノル", "birth_year": "2"}]
    tabs = [await browser.get("/apply?kind=new") for _ in people]
    confirmed = [
        await browser.send(tab, "/apply", **resident(**person)) for tab, person in zip(tabs, people, strict=True)
    ]
    done = [await browser.send(page, "/apply/register") for page in confirmed]
    assert [page.heading for page in done] == ["仮登録ができました"] * 2
    received = await house.events("application.received.v1")
    names = [(await house.application(event.subject)).applicant.display("name") for event in received]
    assert names == ["水前寺 花子", "水前寺 実"]
    for page, event in zip(done, received, strict=True):
        assert event.data["receipt_number"] in (await browser.get(page.address)).text


async def test_a_draft_that_was_changed_is_confirmed_again_and_nothing_is_registered(
    house: House, browser: Browser, apply: Apply
) -> None:
    confirmed = await apply()
    await browser.send(await browser.get("/apply"), "/apply", name="水前寺 花")
    page = await browser.send(confirmed, "/apply/register")
    assert (page.status, page.heading, "水前寺 花" in page.text) == (409, "この内容でよろしいですか", True)
    assert "まだ登録していません" in page.text
    assert await house.rows("applications") == 0
    assert (await browser.send(page, "/apply/register")).heading == "仮登録ができました"


async def test_the_result_of_one_acts_on_no_other(house: House, browser: Browser) -> None:
    done = []
    for name, kana in (("水前寺 花子", "スイゼンジ ハナコ"), ("水前寺 実", "スイゼンジ ミノル")):
        page = await browser.send(await browser.get("/apply?kind=new"), "/apply", **resident(name=name, kana=kana))
        done.append(await browser.send(page, "/apply/register"))
    first, second = [event.subject for event in await house.events("application.received.v1")]
    link = next(link for link in done[0].links if link.startswith("/apply/email?"))
    page = await browser.send(await browser.get(link), "/apply/email", email="taro@example.jp")
    assert (await house.application(first)).applicant.display("email") == "taro@example.jp"
    assert (await house.application(second)).applicant.display("email") == "Hana@example.jp"
    house.clock.move(minutes=2)
    await browser.send(done[1], "/apply/resend")
    asked = [event.subject for event in await house.events("application.link_requested.v1")]
    assert asked == [first, second]


@pytest.mark.parametrize("path", ["/apply/register", "/apply/resend", "/apply/email"])
async def test_a_page_whose_draft_is_not_this_browser_s_acts_on_none(
    house: House, browser: Browser, apply: Apply, path: str
) -> None:
    theirs = await browser.send(await apply(), "/apply/register")
    house.client.session.cookie_jar.clear()
    mine = await apply(name="水前寺 次郎", kana="スイゼンジ ジロウ")
    before = await everything(house)
    sent = {
        **mine.own,
        "page_of": theirs.own["page_of"],
        **({"email": "x@example.jp"} if path == "/apply/email" else {}),
    }
    page = await browser.post(path, sent)
    assert (page.status, "花子" in page.text) == (409, False)
    assert await everything(house) == before


async def test_signing_in_again_ends_the_session_before_so_that_a_copied_cookie_is_dead(
    house: House, browser: Browser, enter: Enter
) -> None:
    first, second = await house.receive(), await house.receive(name="水前寺 次郎")
    await enter(first)
    copied = {cookie.key: cookie.value for cookie in house.client.session.cookie_jar}
    await enter(second)
    assert await house.rows("sessions") == 1
    house.client.session.cookie_jar.clear()
    house.client.session.cookie_jar.update_cookies(copied)
    assert (await browser.get("/application")).status == 401
