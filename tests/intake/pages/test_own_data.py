"""Whoever applies may see, and take along, all that is kept; nothing that would open the application."""

import json
from collections.abc import Awaitable, Callable

from services.intake import use_cases
from services.intake.model.applications import Application
from services.intake.store import held
from services.intake.use_cases.export import everything_of
from tests.intake.conftest import House
from tests.intake.pages.browser import Browser, Page

Enter = Callable[[Application], Awaitable[Page]]
#: Tables that name an application and hold nothing of the person: what is to be done, once, by itself.
TECHNICAL = {"deletions", "idempotency_keys", "erasures", "handovers"}
#: What opens the application, and our own counter.
SECRET = {"password_hash", "proof_hash", "token_hash", "key_hash", "body_hash", "code_hash", "contact_sequence"}


async def test_everything_is_there_in_words(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await enter(application)
    page = await browser.get("/application/data")
    for text in (
        application.receipt_number,
        "水前寺 花子",
        "０９０１２３４５６７８",
        "090-1234-5678",
        "カードを使う本人",
        "運転免許証",
        "申請が終わってから消去します",
        "メールアドレスを確認しました",
        "図書館の職員が使うシステム",
    ):
        assert text in page.text, text


async def test_the_file_holds_every_column_and_no_secret(house: House, browser: Browser, enter: Enter) -> None:
    application = await house.submitted()
    await use_cases.change_application(house.intake, application.id, application.version, {"phone": "0963286842"})
    await enter(application)
    async with house.client.get("/application/data.json") as response:
        said = json.loads(await response.text())
        headers = response.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Disposition"] == 'attachment; filename="library-application.json"'
    assert said["application"]["fields"]["phone"]["display"] == "096-328-6842"
    assert said["application"]["fields_received"]["phone"]["raw"] == "０９０１２３４５６７８"
    assert [each["changed"] for each in said["amendments"]] == [["phone"]]
    assert (await house.application(application.id)).password_hash not in json.dumps(said)
    (document,) = said["documents"]
    assert (document["type"], document["delete_on"]) == ("driving_licence", None)


async def test_no_table_and_no_column_is_forgotten(house: House) -> None:
    application = await house.submitted()
    async with house.intake.db.connection() as conn:
        rows = await conn.fetch(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
        )
    columns: dict[str, set[str]] = {}
    for row in rows:
        columns.setdefault(row["table_name"], set()).add(row["column_name"])
    personal = {table for table, names in columns.items() if "application_id" in names} - TECHNICAL
    assert personal == set(held.PARTS)
    for table, select in {"applications": held.APPLICATION, **held.PARTS}.items():
        asked = columns[table] - SECRET - {"application_id"}
        assert {name for name in asked if name not in select} == set(), table
    assert (await everything_of(house.intake, application.id))["application"]["id"] == application.id


async def test_nobody_else_gets_any_of_it(browser: Browser) -> None:
    for path in ("/application/data", "/application/data.json"):
        assert (await browser.get(path)).status == 401
