"""Whoever asks: that somebody has applied shows neither in an answer nor in how long it takes.

Known and unknown persons take turns, and two things together count as a difference: the ranks of the times (Mann and
Whitney's test, far beyond what chance gives), and medians so far apart that they could be told over a network.
"""

import re
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House
from tests.intake.forms import resident

#: A receipt number of the right form that nobody has.
NOBODYS_NUMBER = "K7QM-2XRD-90FA"
KNOWN, UNKNOWN = "hana@example.jp", "mari@example.jp"
TURNS = 20
#: Standard deviations, and the part of the median, beyond which times differ.
_RANKS, _APART = 4.5, 0.2
_TOKEN = re.compile(r'(name="csrf_token" value=")[^"]+')

Person = dict[str, str]
Ask = Callable[[House, Person], Awaitable[tuple[int, dict[str, str], str]]]


async def _answer(house: House, path: str, **sent: Any) -> tuple[int, dict[str, str], str]:
    headers = {"Accept-Encoding": "identity"}
    async with house.client.post(path, headers=headers, allow_redirects=False, **sent) as response:
        text = await response.text()
        return response.status, {name: value for name, value in response.headers.items() if name != "Date"}, text


async def _form(house: House, page: str, action: str, fields: Person) -> tuple[int, dict[str, str], str]:
    async with house.client.get(page) as response:
        token = _TOKEN.search(await response.text())
    assert token
    value = token.group(0).rpartition('"')[2]
    return await _answer(house, action, data={**fields, "csrf_token": value})


async def sign_in_by_api(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _answer(house, "/api/v1/sessions", json={**person, "password": "wrong one 1"})


async def sign_in(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _form(house, "/sign-in", "/sign-in", {**person, "password": "wrong one 1"})


async def link_request(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _form(house, "/sign-in", "/link-requests", person)


async def sign_in_by_a_link(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _form(house, "/sign-in", "/sign-in", {**person, "proof": "x", "password": "wrong one 1"})


async def link_request_without_number(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _form(house, "/sign-in", "/link-requests", {"email": person["email"], "application": ""})


async def password_reset(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _form(house, "/password-resets", "/password-resets", person)


async def password_reset_by_api(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _answer(house, "/api/v1/password-resets", json=person)


async def password_reset_without_number(house: House, person: Person) -> tuple[int, dict[str, str], str]:
    return await _answer(house, "/api/v1/password-resets", json={"email": person["email"]})


ASKED = [
    sign_in_by_api,
    sign_in,
    sign_in_by_a_link,
    link_request,
    link_request_without_number,
    password_reset,
    password_reset_by_api,
    password_reset_without_number,
]


async def people(house: House) -> tuple[Person, Person]:
    """One who has applied and one who has not."""
    application = await house.proven()
    house.clock.move(minutes=5)
    known = {"application": application.receipt_number, "email": KNOWN}
    return known, {"application": NOBODYS_NUMBER, "email": UNKNOWN}


def without_what_was_typed(answer: tuple[int, dict[str, str], str], person: Person) -> tuple[int, dict[str, str], str]:
    status, headers, text = answer
    for name, typed in person.items():
        text = text.replace(typed, name)
    return status, headers, _TOKEN.sub(r"\1", text)


@pytest.mark.parametrize("ask", ASKED)
async def test_the_answer_is_the_same_to_the_byte(house: House, ask: Ask) -> None:
    known, unknown = await people(house)
    found = [without_what_was_typed(await ask(house, person), person) for person in (known, unknown)]
    assert found[0] == found[1]
    right_number = {**known, "email": UNKNOWN}
    assert without_what_was_typed(await ask(house, right_number), right_number) == found[0]


async def test_who_applies_a_second_time_is_answered_as_one_who_never_did(house: House) -> None:
    known, _ = await people(house)
    answers = []
    for email in (known["email"], UNKNOWN):
        form = resident(email=email)
        headers = {"Accept-Encoding": "identity", "Idempotency-Key": house.key()}
        async with house.client.post("/api/v1/applications", json=form, headers=headers) as response:
            answer = await response.json()
            answer["applicant"].pop("email")
            kept = {name: value for name, value in response.headers.items() if name != "Date"}
            answers.append((response.status, kept, {**answer, "id": "", "receipt_number": ""}))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("ask", [sign_in_by_api, password_reset_by_api, password_reset_without_number])
async def test_it_takes_as_long(house: House, ask: Ask) -> None:
    known, unknown = await people(house)
    await ask(house, unknown)
    times: list[list[float]] = [[], []]
    for turn in range(TURNS):
        for who in (0, 1) if turn % 2 else (1, 0):
            if turn % 5 == 0:
                await _forget_guesses(house)
            began = time.perf_counter()
            await ask(house, (known, unknown)[who])
            times[who].append(time.perf_counter() - began)
    assert not differ(*times), [statistics.median(each) for each in times]


def test_the_comparison_sees_a_difference_and_does_not_see_noise() -> None:
    base = [20 + turn % 7 for turn in range(TURNS)]
    assert not differ(base, [each + 1 for each in base])
    assert not differ(base, [*base[: TURNS // 2], *(each * 3 for each in base[TURNS // 2 :])])
    assert differ(base, [each * 2 for each in base])


async def test_the_mail_is_written_after_the_answer(house: House) -> None:
    known, _ = await people(house)
    before = len(await house.events("application.link_requested.v1"))
    await password_reset_by_api(house, known)
    await link_request(house, known)
    assert len(await house.events("application.link_requested.v1")) == before
    while await answer_link_request(house.intake):
        pass
    assert len(await house.events("application.link_requested.v1")) == before + 2


async def _forget_guesses(house: House) -> None:
    async with house.intake.db.transaction() as tx:
        await tx.conn.execute("DELETE FROM sign_in_attempts")


def differ(one: Sequence[float], other: Sequence[float]) -> bool:
    """Whether one of two people waits longer, so that it can be noticed."""
    n, m = len(one), len(other)
    above = sum((a > b) + (a == b) / 2 for a in one for b in other)
    deviations = abs(above - n * m / 2) / (n * m * (n + m + 1) / 12) ** 0.5
    slow, quick = sorted((statistics.median(one), statistics.median(other)), reverse=True)
    return deviations > _RANKS and slow - quick > _APART * quick
