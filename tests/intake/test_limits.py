"""Who asks too often is told so, loses nothing that was typed, and holds up nobody else."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from chassis import passwords
from chassis.testing import MovableClock, started
from rules.policy_check import RATES
from services.intake.app import ROUTES, SERVICE, IntakeSettings
from services.intake.pages.limited import CODES
from services.intake.use_cases.housekeeping import forget_expired
from tests.intake.conftest import POLICY, House
from tests.intake.documents_service import KEY, documents_service
from tests.intake.forms import PASSWORD, resident
from tests.intake.pages.browser import Browser

COUNT, SECONDS = 3, 600
SAID = "短い時間に続けて送られたため、いまは受け付けられません。10分ほどたってから、もう一度お試しください。"
SAID += "お困りのときは、096-363-4522へお問い合わせください。"


def strict() -> str:
    """The policy with a low limit everywhere and nobody exempt."""
    text = re.sub(r"(?m)^count = \d+\nseconds = \d+", f"count = {COUNT}\nseconds = {SECONDS}", POLICY.read_text())
    return re.sub(r"(?m)^exempt_addresses = .*", 'exempt_addresses = ["192.0.2.0/24"]', text)


@pytest.fixture
async def house(database_url: Callable[[str], Awaitable[str]], tmp_path: Path) -> AsyncIterator[House]:
    policy = tmp_path / "library.toml"
    policy.write_text(strict())
    clock = MovableClock()
    async with documents_service(clock) as documents:
        own = IntakeSettings(str(policy), "http://library.test", documents.url, KEY)
        async with started(SERVICE, own, await database_url("intake"), clock) as (intake, client):
            yield House(intake, client, clock, documents)


async def ask(house: House, address: str, path: str, body: Any, **headers: str) -> tuple[int, Any, dict[str, str]]:
    sent = {"X-Forwarded-For": address, **headers}
    async with house.client.post(f"/api/v1/{path}", json=body, headers=sent) as response:
        text = await response.text()
        return response.status, await response.json() if text else None, dict(response.headers)


async def ask_for_link(house: House, address: str, email: str = "") -> int:
    email = email or f"someone{house.key()}@example.jp"
    return (await ask(house, address, "password-resets", {"email": email}))[0]


def browser_at(house: House, address: str) -> Browser:
    class At:
        """A client whose proxy says where it is."""

        def get(self, path: str, **kwargs: Any) -> Any:
            return house.client.get(path, headers={"X-Forwarded-For": address}, **kwargs)

        def post(self, path: str, **kwargs: Any) -> Any:
            return house.client.post(path, headers={"X-Forwarded-For": address}, **kwargs)

    client: Any = At()
    return Browser(client)


def test_every_rate_of_the_policy_is_one_that_something_is_counted_by() -> None:
    assert set(CODES) <= {(route.method, route.path) for route in ROUTES}
    assert {*CODES.values(), "mail", "mail_domain"} == set(RATES)


def test_every_public_route_that_takes_something_is_counted() -> None:
    harmless = {"/sign-out", "/apply/forget"}
    taking = {r.path for r in ROUTES if r.method == "POST" and r.auth == "public"} - harmless
    assert taking - {path for method, path in CODES if method == "POST"} == set()


async def test_after_its_share_an_address_is_told_when_to_come_back_and_others_go_on(house: House) -> None:
    for _ in range(COUNT):
        assert await ask_for_link(house, "203.0.113.7") == 202
    house.clock.move(seconds=10)
    status, answer, headers = await ask(house, "203.0.113.7", "password-resets", {"email": "hana@example.jp"})
    assert (status, answer["code"], answer["detail"]) == (429, "too_many_requests", SAID)
    assert headers["Retry-After"] == str(SECONDS - 10)
    assert await ask_for_link(house, "203.0.113.8") == 202
    house.clock.move(seconds=SECONDS - 11)
    assert await ask_for_link(house, "203.0.113.7") == 429
    house.clock.move(seconds=1)
    assert await ask_for_link(house, "203.0.113.7") == 202
    assert await house.rows("link_requests") == COUNT + 2


async def test_an_ipv6_household_is_one_caller(house: House) -> None:
    asked = [await ask_for_link(house, f"2001:db8:1:2::{n:x}") for n in range(COUNT + 1)]
    assert asked == [202] * COUNT + [429]
    assert await ask_for_link(house, "2001:db8:1:3::1") == 202


async def test_an_email_address_is_counted_wherever_one_asks_from_and_however_it_is_written(house: House) -> None:
    written = ("hana@example.jp", "ＨＡＮＡ＠example.jp", " Hana@Example.JP ", "hana@EXAMPLE.jp")
    asked = [await ask_for_link(house, f"203.0.113.{n}", email) for n, email in enumerate(written)]
    assert asked == [202] * COUNT + [429]
    assert await ask_for_link(house, "203.0.113.9", "taro@example.jp") == 202


@pytest.mark.parametrize(
    "written",
    [
        [f"victim+{n}@example.jp" for n in range(15)],
        ["victim@example.jp", *(f"Victim+{n}+x@EXAMPLE.jp" for n in range(3))],
        ["victim@gmail.com", "vic.tim@gmail.com", "v.i.ctim+1@googlemail.com", "victim+@gmail.com"],
    ],
    ids=["tags", "tags and none", "dots at Gmail"],
)
async def test_the_addresses_of_one_mailbox_count_as_one(house: House, written: list[str]) -> None:
    asked = [await ask_for_link(house, f"203.0.113.{n}", email) for n, email in enumerate(written)]
    assert asked == [202] * COUNT + [429] * (len(written) - COUNT)


async def test_one_mailbox_is_not_flooded_by_applications_either(house: House) -> None:
    async def apply(n: int) -> int:
        body = resident(email=f"victim+{n}@example.jp")
        return (await ask(house, f"203.0.113.{n}", "applications", body, **{"Idempotency-Key": house.key()}))[0]

    assert [await apply(n) for n in range(15)] == [201] * COUNT + [429] * (15 - COUNT)


async def test_one_mailbox_is_not_flooded_by_changes_to_it(house: House) -> None:
    async def change(n: int) -> int:
        application = await house.proven()
        token = await house.sign_in(application)
        path = f"applications/{application.id}/contact"
        body = {"email": f"victim+{n}@example.jp", "password": PASSWORD}
        return (await ask(house, f"203.0.113.{n}", path, body, Authorization=f"Bearer {token}"))[0]

    assert [await change(n) for n in range(COUNT + 1)] == [200] * COUNT + [429]


async def test_people_whose_addresses_differ_elsewhere_are_counted_apart(house: House) -> None:
    written = ["a.b@example.jp", "ab@example.jp", "+a@example.jp", "+b@example.jp", "ab@example.com"]
    assert [await ask_for_link(house, f"203.0.113.{n}", email) for n, email in enumerate(written)] == [202] * 5


async def test_who_is_refused_by_address_does_not_use_up_an_email_address(house: House) -> None:
    for _ in range(COUNT):
        await ask_for_link(house, "203.0.113.7")
    for _ in range(COUNT):
        assert await ask_for_link(house, "203.0.113.7", "hana@example.jp") == 429
    assert await ask_for_link(house, "203.0.113.8", "hana@example.jp") == 202


async def test_applications_are_counted_by_address_and_email_and_what_is_refused_leaves_nothing(house: House) -> None:
    async def apply(address: str, email: str) -> int:
        key = {"Idempotency-Key": house.key()}
        return (await ask(house, address, "applications", resident(email=email), **key))[0]

    assert [await apply(f"203.0.113.{n}", "hana@example.jp") for n in range(COUNT + 1)] == [201] * COUNT + [429]
    assert [await apply("203.0.113.99", f"hana{n}@example.jp") for n in range(COUNT + 1)] == [201] * COUNT + [429]
    assert [await house.rows(table) for table in ("applications", "idempotency_keys")] == [2 * COUNT] * 2


async def test_guesses_at_many_applications_from_one_address_come_to_an_end(house: House) -> None:
    body = {"email": "hana@example.jp", "password": "wrong one 1"}
    asked = [await ask(house, "203.0.113.7", "sessions", {**body, "application": f"number {n}"}) for n in range(4)]
    assert [status for status, _, _ in asked] == [401] * COUNT + [429]


async def test_uploads_are_counted_by_application_too(house: House) -> None:
    application = await house.proven()
    token = await house.sign_in(application)
    path = f"/api/v1/applications/{application.id}/documents?type=driving_licence&side=front&shows_current_address=true"
    asked = []
    for n in range(COUNT + 1):
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-For": f"203.0.113.{n}"}
        async with house.client.post(path, data=b"a picture %d" % n, headers=headers) as response:
            asked.append(response.status)
    assert asked == [201] * COUNT + [429]


async def test_whom_the_policy_exempts_is_not_counted(house: House) -> None:
    assert [await ask_for_link(house, "192.0.2.1", "hana@example.jp") for _ in range(COUNT * 2)] == [202] * COUNT * 2
    assert await house.rows("rate_counts") == 0


async def test_only_a_keyed_hash_is_kept_and_only_for_its_time(house: House) -> None:
    await ask_for_link(house, "203.0.113.7", "hana@example.jp")
    async with house.intake.db.connection() as conn:
        rows = await conn.fetch("SELECT subject, count FROM rate_counts")
    assert [(len(row["subject"]), row["count"]) for row in rows] == [(32, 1), (32, 1)]
    await forget_expired(house.intake)
    assert await house.rows("rate_counts") == 2
    house.clock.move(seconds=SECONDS)
    await forget_expired(house.intake)
    assert await house.rows("rate_counts") == 0


async def test_a_clock_that_was_set_back_locks_nobody_out(house: House) -> None:
    for _ in range(COUNT + 1):
        await ask_for_link(house, "203.0.113.7")
    house.clock.move(days=-1)
    assert await ask_for_link(house, "203.0.113.7") == 202


FORMS: list[tuple[str, dict[str, str]]] = [
    ("/sign-in", {"application": "K7QM-2XRD-90FA", "email": "hana@example", "password": PASSWORD}),
    ("/password-resets", {"application": "K7QM-2XRD-90FA", "email": "hana@example.jp"}),
    ("/eligibility", {"postal_code": "８６０－０００"}),
    ("/apply", {"name": "水前寺 花", "address": "熊本市中央区", "category": "commuter"}),
]


@pytest.mark.parametrize(("page", "filled"), FORMS, ids=[page for page, _ in FORMS])
async def test_a_page_shows_its_form_again_with_all_that_was_typed(
    house: House, page: str, filled: dict[str, str]
) -> None:
    browser = browser_at(house, "203.0.113.7")
    for _ in range(COUNT):
        answer = await browser.send(await browser.get(page), page, **filled)
        assert answer.status != 429
    again = await browser.send(await browser.get(page), page, **filled)
    assert again.status == 429
    assert again.headers["Retry-After"] == str(SECONDS)
    assert SAID in again.text
    assert "入力内容を確認してください" not in again.text
    typed = {name: text for name, text in filled.items() if name != "password"}
    assert {name: again.form(page).fields[name] for name in typed} == typed
    assert PASSWORD not in again.html


async def test_beyond_the_queue_for_hashing_an_application_comes_again_and_is_then_received_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    go = threading.Event()
    held = [house.intake.hashing._threads.submit(go.wait, 60) for _ in range(passwords._CORES)]
    monkeypatch.setattr(passwords, "_WAITING", 2)
    key = {"Idempotency-Key": house.key()}
    waiting = [asyncio.create_task(house.intake.hashing.hash(PASSWORD)) for _ in range(2)]
    await asyncio.sleep(0)
    status, answer, headers = await ask(house, "192.0.2.1", "applications", resident(), **key)
    assert (status, answer["code"], headers["Retry-After"]) == (503, "busy", "5")
    assert [await house.rows(table) for table in ("applications", "idempotency_keys")] == [0, 0]
    go.set()
    await asyncio.gather(*waiting)
    again = [(await ask(house, "192.0.2.1", "applications", resident(), **key))[0] for _ in range(2)]
    assert again == [201, 201]
    assert [thread.result(30) for thread in held] == [True] * len(held)
    assert await house.rows("applications") == 1


async def test_who_asks_for_the_towns_of_too_many_postal_codes_is_told_so(house: House) -> None:
    browser = browser_at(house, "203.0.113.7")
    answers = [await browser.get("/postal-codes/8620971") for _ in range(COUNT + 1)]
    assert [answer.status for answer in answers] == [200] * COUNT + [429]
