"""Sign-in, sessions, links: what opens an application, and what never tells whether there is one."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import NotFound, TooManyRequests, Unauthenticated
from chassis.ids import new_id
from rules.receipt_numbers import new_receipt_number
from services.intake import use_cases
from services.intake.model.views import DraftAt
from services.intake.use_cases.housekeeping import forget_expired
from services.intake.use_cases.links import answer_link_request
from tests.intake.conftest import House
from tests.intake.forms import PASSWORD


async def sign_in_by_api(house: House, body: Any) -> tuple[int, Any]:
    async with house.client.post("/api/v1/sessions", json=body) as response:
        return response.status, await response.json()


async def test_signing_in_by_id_or_receipt_number_however_typed(house: House) -> None:
    application = await house.receive()
    spoken = application.receipt_number.lower().replace("-", " ")
    for typed in (str(application.id), application.receipt_number, spoken):
        signed_in = await use_cases.sign_in(house.intake, "ＨＡＮＡ＠example.jp", PASSWORD, typed, None)
        assert await use_cases.application_of(house.intake, signed_in.token) == application.id
        assert signed_in.application == application


async def test_a_password_opens_in_full_width_what_it_was_set_for_in_half_and_the_other_way_round(house: House) -> None:
    wide = "ｋｕｒｏｍａｍｅ４２"
    for set_as, typed in ((PASSWORD, wide), (wide, PASSWORD), (wide, wide)):
        application = await house.receive(password=set_as)
        signed_in = await use_cases.sign_in(house.intake, "hana@example.jp", typed, str(application.id), None)
        assert signed_in.application == application


async def test_a_password_that_was_set_in_full_width_before_that_still_opens(house: House) -> None:
    wide = "ｋｕｒｏｍａｍｅ４２"
    application = await house.receive()
    stored = await house.intake.hashing.hash(wide)
    async with house.intake.db.transaction() as tx:
        await tx.conn.execute("UPDATE applications SET password_hash = $1", stored)
    signed_in = await use_cases.sign_in(house.intake, "hana@example.jp", wide, str(application.id), None)
    assert signed_in.application.id == application.id
    with pytest.raises(Unauthenticated):
        await use_cases.sign_in(house.intake, "hana@example.jp", PASSWORD, str(application.id), None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "someone@example.jp"},
        {"email": ""},
        {"email": "x" * 90_000},
        {"password": "kuromame43"},
        {"password": ""},
        {"password": "x" * 90_000},
        {"application": "no such thing"},
        {"application": "00000000-0000-7000-8000-000000000000"},
        {"application": "0000-0000-0000"},
        {"application": ""},
        {"application": "x" * 90_000},
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(house: House, wrong: dict[str, str]) -> None:
    application = await house.receive()
    right = {"email": "hana@example.jp", "password": PASSWORD, "application": str(application.id)}
    status, answer = await sign_in_by_api(house, {**right, **wrong})
    assert status == 401
    assert answer == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "code": "wrong_credentials",
        "detail": "メールアドレス、パスワード、受付番号のいずれかが違います。",
    }
    assert await house.rows("sessions") == 0


@pytest.mark.parametrize("field", ["email", "password", "application", "proof"])
async def test_a_wrong_type_is_refused(house: House, field: str) -> None:
    right = {"email": "hana@example.jp", "password": PASSWORD, "application": "x"}
    wrong: Any
    for wrong in (1, True, [], {}):
        status, answer = await sign_in_by_api(house, {**right, field: wrong})
        assert (status, [(e["field"], e["code"]) for e in answer["errors"]]) == (422, [(field, "wrong_type")])
    status, answer = await sign_in_by_api(house, {**right, "role": "staff"})
    assert (status, [(e["field"], e["code"]) for e in answer["errors"]]) == (422, [("role", "unknown_field")])


async def test_the_right_proof_proves_the_address_only_with_the_right_password(house: House) -> None:
    application = await house.receive()
    proof = await house.proof(application)
    with pytest.raises(Unauthenticated):
        await use_cases.sign_in(house.intake, "hana@example.jp", "kuromame43", str(application.id), proof)
    assert (await house.application(application.id)).email_proven_at is None
    signed_in = await use_cases.sign_in(house.intake, "hana@example.jp", PASSWORD, str(application.id), proof)
    assert signed_in.application.email_proven_at == house.clock()
    assert (await house.application(application.id)).email_proven_at == house.clock()


async def test_a_wrong_an_old_or_anothers_proof_just_signs_in(house: House) -> None:
    application, other = await house.receive(), await house.receive()
    old = await house.proof(application)
    house.clock.move(days=8)
    for proof in ("nonsense", "\ud800", "", await house.proof(other), old):
        signed_in = await use_cases.sign_in(house.intake, "hana@example.jp", PASSWORD, str(application.id), proof)
        assert signed_in.application.email_proven_at is None


async def test_every_link_stays_good_until_one_is_used_and_after(house: House) -> None:
    application = await house.receive()
    first = await house.proof(application)
    house.clock.move(minutes=2)
    await use_cases.resend_link(house.intake, application.id)
    second = await house.proof(application)
    assert first != second
    await house.sign_in(application, first)
    proven_at = (await house.application(application.id)).email_proven_at
    house.clock.move(minutes=1)
    await house.sign_in(application, second)
    assert (await house.application(application.id)).email_proven_at == proven_at


async def test_ten_failures_in_a_quarter_of_an_hour_are_enough(house: House) -> None:
    application = await house.receive()
    for subject in (str(application.id), str(new_id()), "gibberish"):
        for _ in range(10):
            with pytest.raises(Unauthenticated):
                await use_cases.sign_in(house.intake, "hana@example.jp", "wrong pass", subject, None)
        with pytest.raises(TooManyRequests):
            await use_cases.sign_in(house.intake, "hana@example.jp", PASSWORD, subject, None)
    house.clock.move(minutes=15, seconds=1)
    await house.sign_in(application)


async def test_a_burst_of_guesses_is_counted_in_full(house: House) -> None:
    application = await house.receive()
    guesses = (
        use_cases.sign_in(house.intake, "hana@example.jp", f"guess {n}", str(application.id), None) for n in range(30)
    )
    results = await asyncio.gather(*guesses, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["TooManyRequests"] * 20 + ["Unauthenticated"] * 10


async def test_a_success_forgets_the_failures(house: House) -> None:
    application = await house.receive()
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(Unauthenticated):
                await use_cases.sign_in(house.intake, "hana@example.jp", "wrong pass", str(application.id), None)
        await house.sign_in(application)


async def test_a_session_ends_after_idling_after_half_a_day_and_at_sign_out(house: House) -> None:
    application = await house.receive()
    idle = await house.sign_in(application)
    house.clock.move(minutes=31)
    with pytest.raises(Unauthenticated):
        await use_cases.application_of(house.intake, idle)
    busy = await house.sign_in(application)
    for _ in range(24):
        house.clock.move(minutes=29)
        assert await use_cases.application_of(house.intake, busy) == application.id
    house.clock.move(minutes=25)
    with pytest.raises(Unauthenticated):
        await use_cases.application_of(house.intake, busy)
    token = await house.sign_in(application)
    await use_cases.sign_out(house.intake, token)
    await use_cases.sign_out(house.intake, token)
    with pytest.raises(Unauthenticated):
        await use_cases.application_of(house.intake, token)


async def test_no_token_or_a_wrong_one_opens_nothing(house: House) -> None:
    application = await house.receive()
    for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic eDp5"}, {"Cookie": "a=b"}):
        async with house.client.get(f"/api/v1/applications/{application.id}", headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (401, "unauthenticated")


async def test_a_session_opens_no_other_application(house: House) -> None:
    mine, other = await house.receive(), await house.receive()
    headers = {"Authorization": f"Bearer {await house.sign_in(mine)}"}
    assert (await house.client.get(f"/api/v1/applications/{mine.id}", headers=headers)).status == 200
    document_id = new_id()
    for id_ in (other.id, new_id(), "nonsense", f"{other.id}%00"):
        base = f"/api/v1/applications/{id_}"
        for method, path in (
            ("GET", base),
            ("PATCH", base),
            ("POST", f"{base}/documents?type=driving_licence&side=front"),
            ("DELETE", f"{base}/documents/{document_id}"),
            ("POST", f"{base}/submission"),
            ("POST", f"{base}/withdrawal"),
        ):
            async with house.client.request(method, path, headers=headers) as response:
                assert (response.status, (await response.json())["code"]) == (404, "not_found")


async def links(house: House) -> list[str]:
    return [event.data["purpose"] for event in await house.events("application.link_requested.v1")]


async def test_the_link_comes_again_once_a_minute_and_five_times_a_day(house: House) -> None:
    application = await house.receive()
    assert not await use_cases.resend_link(house.intake, application.id)
    assert await links(house) == []
    begun = house.clock()
    for sent, mailed in ((1, True), (2, True), (3, True), (4, True), (5, True), (5, False)):
        house.clock.move(seconds=61)
        assert await use_cases.resend_link(house.intake, application.id) == mailed
        assert not await use_cases.resend_link(house.intake, application.id)
        assert await links(house) == ["resend"] * sent
        wait = timedelta(minutes=1) if sent < 5 else begun + timedelta(days=1) - house.clock()
        assert await use_cases.next_link_at(house.intake, application.id) == house.clock() + wait
    house.clock.move(days=1)
    assert await use_cases.next_link_at(house.intake, application.id) is None
    await use_cases.resend_link(house.intake, application.id)
    assert await links(house) == ["resend"] * 6
    with pytest.raises(NotFound):
        await use_cases.resend_link(house.intake, new_id())


async def test_asking_for_a_link_does_the_same_work_for_everyone(house: House) -> None:
    application = await house.receive()
    house.clock.move(minutes=5)
    asked = [
        ("someone@example.jp", str(application.id)),
        ("hana@example.jp", "no such thing"),
        ("not an address", "\0\ud800"),
        ("hana＠EXAMPLE.jp", application.receipt_number.lower()),
    ]
    for email, typed in asked:
        await use_cases.request_link(house.intake, email, typed)
    assert await house.rows("link_requests") == 4
    assert await links(house) == []
    assert [await answer_link_request(house.intake) for _ in range(5)] == [True] * 4 + [False]
    assert await links(house) == ["continue"]
    assert await house.rows("link_requests") == 0


async def test_without_a_receipt_number_each_application_of_the_address_gets_its_link(house: House) -> None:
    mine = {(await house.receive()).id, (await house.receive(name="水前寺 さくら")).id}
    await house.receive(email="else@example.jp")
    house.clock.move(minutes=5)
    for email in ("hana＠EXAMPLE.jp", "nobody@example.jp", ""):
        await use_cases.request_link(house.intake, email, " ")
    while await answer_link_request(house.intake):
        pass
    assert {event.subject for event in await house.events("application.link_requested.v1")} == mine
    assert await links(house) == ["continue"] * 2


async def test_what_has_expired_is_deleted(house: House) -> None:
    application = await house.receive()
    await house.sign_in(application)
    await use_cases.save_draft(house.intake, DraftAt(), {"name": "水前寺"}, None)
    with pytest.raises(Unauthenticated):
        await use_cases.sign_in(house.intake, "x", "y", "z", None)
    tables = ("sessions", "drafts", "idempotency_keys", "proofs", "sign_in_attempts")
    await forget_expired(house.intake)
    assert [await house.rows(table) for table in tables] == [1] * 5
    house.clock.move(days=8)
    await forget_expired(house.intake)
    assert [await house.rows(table) for table in tables] == [0] * 5
    assert await house.rows("applications") == 1


#: A receipt number that nobody has, with its check character.
_NOBODYS = new_receipt_number(b"nobody!")


async def _tries(house: House, number: str) -> list[str]:
    """What ten and more tries are answered, each written in another way."""
    plain = number.replace("-", "")
    ways = [number, plain, plain.lower(), " ".join(plain), f" {number} ", number.replace("-", "ー"), plain.title()]
    codes = []
    for way in [*ways, *ways]:
        try:
            await use_cases.sign_in(house.intake, "hana@example.jp", "wrong pass", way, None)
        except (Unauthenticated, TooManyRequests) as problem:
            codes.append(problem.code)
    return codes


async def test_a_receipt_number_that_nobody_has_is_locked_like_one_that_somebody_has(house: House) -> None:
    application = await house.receive()
    known, unknown = await _tries(house, application.receipt_number), await _tries(house, _NOBODYS)
    assert known == unknown == ["wrong_credentials"] * 10 + ["too_many_requests"] * 4


async def test_an_id_that_nobody_has_is_locked_like_one_that_somebody_has(house: House, unknown_id: UUID) -> None:
    application = await house.receive()
    assert await _tries(house, str(application.id)) == await _tries(house, str(unknown_id))
