"""Mailed links are fetched by scanners, previews and curious programs before any person sees them: nothing happens."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import pytest

from services.intake import use_cases
from services.intake.app import ROUTES
from services.intake.use_cases.handovers import begin_handover
from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House

TABLES = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
#: Every page that a link we send, or show as a QR code, leads to.
LINKED = {
    "/continue/{application}",
    "/continue/{application}/{proof}",
    "/password/{application}/{token}",
    "/handover/{token}",
}


async def everything(house: House) -> dict[str, list[str]]:
    """All rows of all tables."""
    async with house.intake.db.connection() as conn:
        tables = sorted(row["table_name"] for row in await conn.fetch(TABLES))
        return {t: sorted(str(tuple(row)) for row in await conn.fetch(f'SELECT * FROM "{t}"')) for t in tables}


async def links_to(house: House, application_id: UUID) -> list[str]:
    """Every kind of link that is mailed, and the one that a telephone is given."""
    house.clock.move(minutes=2)
    await use_cases.resend_link(house.intake, application_id)
    await use_cases.request_password_reset(house.intake, "hana@example.jp", str(application_id))
    while await answer_link_request(house.intake):
        pass
    mailed = [str(event.data["link"]) for event in await house.events() if event.data.get("link")]
    token = await begin_handover(house.intake, application_id)
    paths = [urlsplit(link).path for link in mailed]
    return [*paths, f"/continue/{application_id}", f"/handover/{token}"]


@pytest.mark.parametrize("proven", [False, True])
async def test_getting_a_link_changes_nothing_however_often(house: House, proven: bool) -> None:
    application = await (house.proven() if proven else house.receive())
    paths = await links_to(house, application.id)
    assert {path.split("/")[1] for path in paths} == {path.split("/")[1] for path in LINKED}
    before = await everything(house)
    answers: list[tuple[str, str, int, Any]] = []
    for path in paths:
        for method in ("GET", "HEAD", "GET"):
            async with house.client.request(method, path, allow_redirects=False) as response:
                await response.read()
                names = {cookie.split("=")[0] for cookie in response.headers.getall("Set-Cookie", [])}
                answers.append((method, path, response.status, names - {"intake_form", "intake_lang"}))
    assert await everything(house) == before
    assert [answer for answer in answers if answer[2:] != (200, set())] == []


def test_every_page_whose_address_holds_a_secret_is_among_them() -> None:
    secret = {r.path for r in ROUTES if r.method == "GET" and ("{token}" in r.path or "{proof}" in r.path)}
    assert secret <= LINKED
