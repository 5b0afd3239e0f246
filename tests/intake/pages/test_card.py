"""The card on the screen: what stands in its bars is what stands beneath them."""

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from chassis.ids import new_id
from chassis.testing import heard
from rules import card_numbers
from services.intake.model.applications import Application
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]
EXAMPLE = Path(__file__).parents[3] / "contracts" / "examples" / "registration.completed.v1.json"
#: Codabar as its inventors print it: wide bars and spaces are upper case, b and s are bar and space.
CODABAR = {
    "bsbsbSB": "0", "bsbsBSb": "1", "bsbSbsB": "2", "BSbsbsb": "3", "bsBsbSb": "4", "BsbsbSb": "5", "bSbsbsB": "6",
    "bSbsBsb": "7", "bSBsbsb": "8", "BsbSbsb": "9", "bsbSBsb": "-", "bsBSbsb": "$", "BsbsBsB": ":", "BsBsbsB": "/",
    "BsBsBsb": ".", "bsBsBsB": "+", "bsBSbSb": "A", "bSbSbsB": "B", "bsbSbSB": "C", "bsbSBSb": "D",
}  # fmt: skip


@pytest.fixture
async def registered(house: House, enter: Enter) -> Application:
    """Approved and registered, and signed in."""
    application = await house.submitted()
    await house.deliver(heard("review.approved.v1", "review", application.id, {"round": 1}))
    data = {**json.loads(EXAMPLE.read_text())["data"], "application_id": str(application.id)}
    await house.deliver(heard("registration.completed.v1", "review", new_id(), data))
    await enter(application)
    return application


def _read(html: str) -> tuple[str, int, int]:
    """(what the bars of the picture say, the white before and behind them in narrow bars)."""
    picture = html[html.index('<svg class="barcode"') :]
    width = int(re.search(r'viewBox="0 0 (\d+) ', picture)[1])  # type: ignore[index]
    bars = [(int(left), int(wide)) for left, wide in re.findall(r"M(\d+) 8h(\d+)v104", picture)]
    narrow = min(wide for _, wide in bars)
    elements, at = "", bars[0][0]
    for left, wide in bars:
        space = left - at
        elements += ("S" if space > 2 * narrow else "s") if space else ""
        elements += "B" if wide > 2 * narrow else "b"
        at = left + wide
    said = "".join(CODABAR[elements[start : start + 7]] for start in range(0, len(elements), 8))
    return said, bars[0][0] // narrow, (width - at) // narrow


async def test_the_bars_say_the_number_of_the_card(browser: Browser, registered: Application) -> None:
    page = await browser.get("/application/card")
    assert _read(page.html) == ("A2900000123458A", 10, 10)
    assert "2900000123458" in page.text
    assert 'aria-label="貸出カード番号 2900000123458 のバーコード"' in page.html


async def test_the_check_digit_of_the_number_is_the_policy_s(
    house: House, browser: Browser, registered: Application
) -> None:
    said, *_ = _read((await browser.get("/application/card")).html)
    assert card_numbers.problem(replace(house.intake.policy.card_numbers, older_numbers=False), said[1:-1]) is None


async def test_the_page_says_whether_a_screen_is_taken_for_a_card(
    house: House, browser: Browser, registered: Application
) -> None:
    policy = house.intake.policy
    handover = policy.card_handover
    page = await browser.get("/application/card")
    assert "カードの代わりにはなりません" in page.text
    assert handover.screen_note["ja"] in page.text
    accepting = replace(policy, card_handover=replace(handover, screen_accepted=True))
    object.__setattr__(house.intake, "policy", accepting)
    assert "この画面をカウンターで使えます" in (await browser.get("/application/card")).text


async def test_the_status_leads_to_the_card(browser: Browser, registered: Application) -> None:
    assert "/application/card" in (await browser.get("/application")).links


async def test_without_a_registration_there_is_no_card(house: House, browser: Browser, enter: Enter) -> None:
    await enter(await house.submitted())
    assert (await browser.get("/application/card")).url == "/application"


async def test_nobody_else_sees_the_card(browser: Browser) -> None:
    assert (await browser.get("/application/card")).status == 401
