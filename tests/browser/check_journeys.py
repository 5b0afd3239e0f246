"""Whole journeys in each width, with and without scripts, in any of the languages; back and refresh everywhere."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser import walk
from tests.browser.cast import Stage
from tests.browser.walk import GROWN_UP
from tests.end_to_end.browser import look, opened
from tests.end_to_end.people import eventually, photo

RECEIPT_NUMBER = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")
OF_EMAIL = "SELECT kind, status FROM applications WHERE fields -> 'email' ->> 'display' = $1"


@dataclass(frozen=True)
class Journey:
    """What somebody answers before the form, types into it, and photographs."""

    first: Mapping[str, str] = field(default_factory=lambda: {"postal_code": "862-0971"})
    then: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    documents: tuple[str, ...] = ("driving_licence",)
    kind: str = "new"


FUKUOKA = {"postal_code": "810-0001", "address": "福岡県福岡市中央区天神1-8-1"}
WORK = {"affiliation": "work", "organisation": "熊本市中央区手取本町1-1"}
SCHOOL = {"affiliation": "school", "organisation": "熊本市中央区黒髪2-39-1"}
CHILD = {
    "filled_by": "guardian",
    "birth_year": "28",
    "guardian_name": "髙橋　緑",
    "guardian_relation": "mother",
}
JOURNEYS = {
    "resident": Journey(),
    "partner": Journey(
        {"postal_code": "869-0433"},
        {},
        {"postal_code": "869-0433", "address": "熊本県宇土市新小路町95", "category": "partner"},
    ),
    "commuter": Journey(
        {"postal_code": "810-0001"},
        WORK,
        {
            **FUKUOKA,
            "category": "commuter",
            "organisation_name": "熊本市役所",
            "organisation_address": "熊本市中央区手取本町1-1",
        },
        ("driving_licence", "employee_id"),
    ),
    "student": Journey(
        {"postal_code": "810-0001"},
        SCHOOL,
        {
            **FUKUOKA,
            "category": "student",
            "organisation_name": "熊本大学",
            "organisation_address": "熊本市中央区黒髪2-39-1",
        },
        ("driving_licence", "student_id"),
    ),
    "child": Journey(typed=CHILD, documents=("my_number_card",)),
    "renewal": Journey(typed={"card_number": "１２３４５６７８９０１２８"}, kind="renewal"),
}
WAYS = [(240, True), (360, False), (1280, True), (240, False), (360, True), (1280, False)]
LANGUAGES = ("ja", "en", "ja-easy", "ko", "zh", "ja")
#: Each journey in half of the ways, and the resident's in all; together every width with and without scripts.
ALL = [
    (name, *way, language)
    for number, name in enumerate(JOURNEYS)
    for at, (way, language) in enumerate(zip(WAYS, LANGUAGES, strict=True))
    if name == "resident" or at % 2 == number % 2
]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "card.jpg"
    file.write_bytes(photo())
    return file


async def harmless(page: Page, name: str) -> None:
    """Refresh, and back and forward again: the same page, and nothing done twice."""
    await look(page, f"journey-{name}")
    before = await _where(page)
    await page.reload()
    assert await _where(page) == before
    await page.go_back()
    await page.go_forward()
    assert await _where(page) == before


async def _where(page: Page) -> tuple[str, list[str]]:
    return page.url.partition("#")[0], await page.locator("h1").all_inner_texts()


async def apply(page: Page, stage: Stage, journey: Journey, email: str, *, scripts: bool) -> str:
    """From the first page to the provisional registration; the receipt number."""
    await page.goto(stage.system.url("intake"))
    await walk.follow(page, f"/eligibility?kind={journey.kind}")
    await walk.fill(page, **journey.first)
    await walk.send(page, "/eligibility")
    if journey.then:
        await walk.fill(page, **journey.then)
        await walk.send(page, "/eligibility")
    if scripts or not journey.then:
        await harmless(page, "form")
    if scripts:
        # Without them a browser asks before it goes back to a page of errors.
        await walk.send(page, "/apply?")
        await expect(page.locator("#error-summary")).to_be_visible()
    await walk.fill(page, **{**GROWN_UP, "email": email, **journey.typed})
    await walk.send(page, "/apply?")
    await harmless(page, "confirm")
    await walk.follow(page, "/apply?")
    await expect(page.locator("#email")).to_have_value(email)
    await walk.send(page, "/apply?")
    await walk.send(page, "/apply/register")
    await harmless(page, "registered")
    found = RECEIPT_NUMBER.search(await page.content())
    assert found
    return found[0]


async def submit(page: Page, stage: Stage, journey: Journey, email: str, file: Path) -> None:
    """From the mail to the end."""
    await page.goto(await link_of(stage, email))
    await walk.sign_in(page, email)
    await harmless(page, "documents")
    for code in journey.documents:
        await page.goto(f"{stage.system.url('intake')}/application/documents?type={code}")
        if not await page.locator("main input[type=file]").count():
            await walk.follow(page, "/application/documents?")
        await harmless(page, "document")
        await walk.send_photo(page, file)
        await harmless(page, "sent")
    await walk.follow(page, "/application/confirm")
    await harmless(page, "submission")
    await walk.send(page, "/application/confirm")
    await harmless(page, "submitted")


@pytest.mark.parametrize(("name", "width", "scripts", "language"), ALL)
async def test_from_the_first_page_to_submitted(
    stage: Stage, browser: Browser, picture: Path, name: str, width: int, scripts: bool, language: str
) -> None:
    email, journey = f"saki.{secrets.token_hex(6)}@example.jp", JOURNEYS[name]
    async with opened(browser, width, scripts=scripts) as page:
        await speak(page, stage, language)
        number = await apply(page, stage, journey, email, scripts=scripts)
        await submit(page, stage, journey, email, picture)
        assert number in await page.content()
    assert await applications_of(stage, email) == [(journey.kind, "submitted")]


@pytest.mark.parametrize(("width", "scripts"), WAYS)
async def test_a_correction_round(stage: Stage, browser: Browser, picture: Path, width: int, scripts: bool) -> None:
    person = await stage.submitted()
    case = await stage.office.find_case(person.id)
    asked = [(f"document:{case['documents'][0]['id']}", "blurred"), ("field:address", "address_differs")]
    reasons = [{"item": item, "code": code, "note": None} for item, code in asked]
    await stage.office.decide(case, "correct", reasons=reasons)
    await person.wait_status("correction_requested")
    async with opened(browser, width, scripts=scripts) as page:
        await page.goto(await link_of(stage, person.email))
        await walk.sign_in(page, person.email)
        await harmless(page, "corrections")
        await walk.fill(page, address="熊本県熊本市中央区大江６丁目１－７５")
        await walk.send(page, "/application/corrections")
        await harmless(page, "corrections-saved")
        await walk.follow(page, "/application/documents?")
        await walk.send_photo(page, picture)
        await page.goto(f"{stage.system.url('intake')}/application/corrections")
        await walk.follow(page, "/application/confirm")
        await harmless(page, "corrections-submission")
        await walk.send(page, "/application/confirm")
        await harmless(page, "corrections-submitted")
    again = await stage.office.find_case(person.id, round_=2)
    await stage.office.decide(again, "approve")
    await person.wait_status("approved")


@pytest.mark.parametrize(("width", "scripts"), WAYS)
async def test_a_withdrawal(stage: Stage, browser: Browser, width: int, scripts: bool) -> None:
    person = await stage.submitted()
    async with opened(browser, width, scripts=scripts) as page:
        await page.goto(f"{stage.system.url('intake')}/sign-in")
        await walk.fill(page, application=person.receipt_number)
        await walk.sign_in(page, person.email)
        await walk.follow(page, "/application/withdraw")
        await harmless(page, "withdraw")
        await walk.send(page, "/application/withdraw")
        await person.wait_status("withdrawn")
        await harmless(page, "withdrawn")


async def speak(page: Page, stage: Stage, language: str) -> None:
    address = stage.system.url("intake")
    await page.context.add_cookies([{"name": "intake_language", "value": language, "url": address}])


async def link_of(stage: Stage, email: str) -> str:
    """The newest link that was mailed to this address."""

    async def mailed() -> str | None:
        for mail in reversed(await stage.mailbox.to(email)):
            whole = await stage.mailbox.wait(email, mail["Subject"])
            if found := re.search(r"https?://\S+/continue/\S+", whole["Text"]):
                return found[0]
        return None

    link = await eventually(mailed)
    assert link
    return link


async def applications_of(stage: Stage, email: str) -> list[tuple[str, str]]:
    """Kind and status of each."""
    conn = await asyncpg.connect(stage.system.house.database_url("intake"))
    try:
        return [tuple(row) for row in await conn.fetch(OF_EMAIL, email)]
    finally:
        await conn.close()
