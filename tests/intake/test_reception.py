"""POST /applications: what is understood, what is refused, and that a key makes one application."""

import asyncio
import io
import json
import secrets
from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import Conflict, Invalid
from chassis.ids import new_id
from rules.policy_choices import Kinds
from rules.receipt_numbers import RANDOM_BYTES
from services.intake import use_cases
from tests.intake.conftest import House
from tests.intake.forms import child, commuter, resident


async def post(house: House, body: Any, key: str | None = None, raw: bytes | None = None) -> tuple[int, Any]:
    headers = {"Idempotency-Key": key or house.key(), "Content-Type": "application/json"}
    content = raw if raw is not None else json.dumps(body).encode()
    async with house.client.post("/api/v1/applications", data=io.BytesIO(content), headers=headers) as response:
        return response.status, await response.json(content_type=None)


def faults(answer: Any) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in answer["errors"]]


async def test_what_was_typed_in_any_width_is_received_as_understood(house: House) -> None:
    status, answer = await post(house, resident())
    assert status == 201
    assert answer["status"] == "provisional"
    assert answer["version"] == 1
    assert answer["applicant"] == {
        "kind": "new",
        "language": "ja",
        "filled_by": "self",
        "expiry_notice": False,
        "name": "水前寺 花子",
        "kana": "スイゼンジ ハナコ",
        "birth_date": "1991-04-12",
        "postal_code": "862-0971",
        "address": "熊本市中央区大江6丁目1-74",
        "phone": "090-1234-5678",
        "email": "Hana@example.jp",
        "category": "resident",
        "pickup_branch": "main",
        "hold_contact": "mail",
        "card_number": None,
        "guardian_name": None,
        "guardian_relation": None,
        "organisation_name": None,
        "organisation_address": None,
        "as_typed": {
            "name": "水前寺　　花子",
            "kana": "すいぜんじ ﾊﾅｺ",
            "birth_date": "平成３年４月12日",
            "postal_code": "８６２ー０９７１",
            "address": "熊本市中央区大江６丁目１ー74",
            "phone": "０９０１２３４５６７８",
            "email": "Hana@Example.JP",
        },
    }
    [event] = await house.events()
    link = event.data["link"]
    assert event.type == "application.received.v1"
    assert event.data == {
        "receipt_number": answer["receipt_number"],
        "email": "Hana@example.jp",
        "language": "ja",
        "link": link,
        "expiry_notice": False,
    }
    assert link.startswith(f"http://library.test/continue/{answer['id']}/")


TYPED = [name for name in resident() if name != "consent"]
WRONG: list[Any] = [7, 1.5, True, [], ["x"], {}, {"a": 1}]


@pytest.mark.parametrize("field", [*TYPED, "kana", "guardian_name", "card_number", "organisation_name", "filled_by"])
async def test_every_wrong_type_of_a_field_is_named_and_nothing_is_written(house: House, field: str) -> None:
    for wrong in WRONG:
        status, answer = await post(house, resident(**{field: wrong}))
        assert (status, faults(answer)) == (422, [(field, "wrong_type")])
    assert await house.rows("applications") == 0
    assert await house.rows("idempotency_keys") == 0


@pytest.mark.parametrize("field", ["consent", "expiry_notice"])
@pytest.mark.parametrize("wrong", ["true", 1, None, []])
async def test_consent_of_a_wrong_type_is_refused(house: House, field: str, wrong: Any) -> None:
    status, answer = await post(house, resident(**{field: wrong}))
    assert (status, faults(answer)) == (422, [(field, "wrong_type")])
    assert answer["errors"][0]["message"].endswith("は true か false にしてください。")


@pytest.mark.parametrize("wanted", [True, False])
async def test_a_notice_before_the_card_expires_is_for_who_asks_for_it(house: House, wanted: bool) -> None:
    status, answer = await post(house, resident(expiry_notice=wanted))
    assert (status, answer["applicant"]["expiry_notice"]) == (201, wanted)


@pytest.mark.parametrize("field", [name for name in resident() if name != "kana"])
async def test_a_missing_field_is_named(house: House, field: str) -> None:
    form = resident()
    del form[field]
    status, answer = await post(house, form)
    assert (status, faults(answer)) == (422, [(field, "required")])
    assert all(error["message"] for error in answer["errors"])


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("kind", "gift", "unknown_code"),
        ("name", " 　\t", "required"),
        ("name", "山" * 200, "too_long"),
        ("name", "山\u0007田", "name_ctrl"),
        ("name", "葛\U000e0100" * 80, "too_long"),
        ("kana", "", "required"),
        ("kana", None, "required"),
        ("kana", "山田", "kana_kanji"),
        ("birth_date", "2027-01-01", "dob_future"),
        ("birth_date", "1991-02-30", "dob_not_a_date"),
        ("birth_date", "いつか", "dob_format"),
        ("postal_code", "860", "postal_not_7_digits"),
        ("phone", "328-6842", "phone_area_code_missing"),
        ("email", "hana", "email_invalid"),
        ("email", "=?utf-8?q?x=40evil.example=2C?=@example.jp", "email_invalid"),
        ("password", "abc12", "password_too_short"),
        ("password", "123456", "password_common"),
        ("password", "x" * 129, "password_too_long"),
        ("category", "martian", "unknown_code"),
        ("pickup_branch", "", "required"),
        ("pickup_branch", "moon", "unknown_code"),
        ("hold_contact", "pigeon", "unknown_code"),
        ("language", "tlh", "unknown_code"),
        ("filled_by", "cat", "unknown_code"),
        ("consent", False, "consent_required"),
    ],
)
async def test_a_wrong_value_is_named_in_words(house: House, field: str, value: Any, code: str) -> None:
    status, answer = await post(house, resident(**{field: value}))
    assert (status, faults(answer)) == (422, [(field, code)])
    assert answer["errors"][0]["message"]
    assert "{" not in answer["errors"][0]["message"]
    assert await house.rows("applications") == 0


async def test_every_fault_is_named_at_once_in_the_order_of_the_form(house: House) -> None:
    status, answer = await post(house, resident(name="", postal_code="1", phone="x", email="y", consent=False))
    assert status == 422
    assert [field for field, _ in faults(answer)] == ["name", "postal_code", "phone", "email", "consent"]


async def test_unknown_fields_are_refused(house: House) -> None:
    status, answer = await post(house, resident(borrower_flags="1", extra={"shoe_size": 3}))
    assert (status, faults(answer)) == (422, [("borrower_flags", "unknown_field")])
    status, answer = await post(house, resident(extra={"shoe_size": 3}))
    assert (status, faults(answer)) == (422, [("extra.shoe_size", "unknown_field")])
    assert (await post(house, resident(extra={})))[0] == 201


async def test_a_field_of_five_megabytes_is_refused_before_it_is_read(house: House) -> None:
    status, answer = await post(house, resident(name="山" * 5_000_000))
    assert (status, answer["code"]) == (413, "too_large")
    status, answer = await post(house, resident(name="a" * 120_000))
    assert (status, faults(answer)) == (422, [("name", "too_long")])


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 400, "not_json"),
        (b"[]", 400, "object_expected"),
        (b'{"name": "\xff\xfe"}', 400, "not_utf8"),
        (b'{"name": NaN', 400, "not_json"),
        (b"[" * 100_000, 400, "not_json"),
    ],
)
async def test_what_cannot_be_read_is_said_so(house: House, raw: bytes, status: int, code: str) -> None:
    answered, answer = await post(house, None, raw=raw)
    assert (answered, answer["code"]) == (status, code)


@pytest.mark.parametrize("field", ["name", "email", "password", "address", "category", "kind", "language", "filled_by"])
async def test_nul_and_lone_surrogates_are_refused(house: House, field: str) -> None:
    for broken in ("a\0b", "a\ud800b"):
        raw = json.dumps(resident(**{field: broken})).encode()
        status, answer = await post(house, None, raw=raw)
        assert (status, faults(answer)) == (422, [(field, "invalid_character")])


@pytest.mark.parametrize("form", [resident, commuter, child])
async def test_each_kind_of_person_can_apply(house: House, form: Any) -> None:
    assert (await post(house, form()))[0] == 201


async def test_a_guardian_is_asked_for_exactly_until_the_end_of_junior_high_school(house: House) -> None:
    # On 2026-11-22 junior high school ends with those born on 2011-04-02 or later.
    status, answer = await post(house, resident(birth_date="2011-04-02"))
    assert (status, faults(answer)) == (422, [("guardian_name", "guardian_required")])
    status, answer = await post(house, resident(birth_date="2011-04-01", guardian_name="水前寺 太郎"))
    assert (status, answer["applicant"]["guardian_name"]) == (201, None)
    status, answer = await post(house, child(guardian_relation="father"))
    assert (status, answer["applicant"]["guardian_relation"]) == (201, "father")
    status, answer = await post(house, child(guardian_relation="おじ"))
    assert (status, answer["applicant"]["guardian_relation"]) == (201, "おじ")


async def test_workplace_or_school_is_asked_for_where_the_category_needs_it(house: House) -> None:
    status, answer = await post(house, commuter(organisation_name=" ", organisation_address=None))
    assert faults(answer) == [
        ("organisation_name", "organisation_required"),
        ("organisation_address", "organisation_required"),
    ]
    status, answer = await post(house, resident(organisation_name="要らない"))
    assert (status, answer["applicant"]["organisation_name"]) == (201, None)


async def test_a_name_in_latin_letters_needs_no_reading(house: House) -> None:
    status, answer = await post(house, resident(name="NGUYỄN VĂN ĐỨC", kana=""))
    assert (status, answer["applicant"]["kana"]) == (201, None)


async def test_a_renewal_needs_a_card_number(house: House) -> None:
    status, answer = await post(house, resident(kind="renewal"))
    assert (status, faults(answer)) == (422, [("card_number", "required")])
    status, answer = await post(house, resident(kind="renewal", card_number="12"))
    assert (status, faults(answer)) == (422, [("card_number", "card_number_length")])
    status, answer = await post(house, resident(kind="renewal", card_number="２１００ 0000 12345"))
    assert (status, answer["applicant"]["card_number"]) == (201, "2100000012345")
    status, answer = await post(house, resident(card_number="2100000012345"))
    assert (status, answer["applicant"]["card_number"]) == (201, None)


async def test_a_change_needs_the_number_of_the_card_and_a_replacement_does_not(house: House) -> None:
    status, answer = await post(house, resident(kind="change"))
    assert (status, faults(answer)) == (422, [("card_number", "required")])
    for kind, number in (("change", "2100000012345"), ("replacement", "2100000012345"), ("replacement", None)):
        typed = {"card_number": number} if number else {}
        status, answer = await post(house, resident(kind=kind, **typed))
        assert (status, answer["applicant"]["card_number"]) == (201, number)
    status, answer = await post(house, resident(kind="replacement", card_number="12"))
    assert (status, faults(answer)) == (422, [("card_number", "card_number_length")])


async def test_what_the_library_does_not_offer_is_refused_and_what_was_received_goes_on(house: House) -> None:
    application = await house.submitted(kind="replacement")
    offers = replace(house.intake.policy, kinds=Kinds(("new", "renewal")))
    intake = replace(house.intake, policy=offers)
    for kind in ("change", "replacement"):
        with pytest.raises(Invalid) as refused:
            await use_cases.receive_application(intake, resident(kind=kind, card_number="2100000012345"), house.key())
        assert refused.value.code == "kind_not_offered"
    version = (await use_cases.get_application(house.intake, application.id)).application.version
    changed = await use_cases.change_application(intake, application.id, version, {"phone": "096-328-6842"})
    assert changed.applicant.values["phone"].display == "096-328-6842"


@pytest.mark.parametrize("key", ["short", "x" * 65, "with spaces in it all", "日本語日本語日本語日本語日本語日本"])
async def test_a_key_that_is_none_is_refused(house: House, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await use_cases.receive_application(house.intake, resident(), key)
    assert refusal.value.code == "idempotency_key_invalid"


async def test_the_key_is_required(house: House) -> None:
    async with house.client.post("/api/v1/applications", json=resident()) as response:
        assert (response.status, (await response.json())["code"]) == (422, "idempotency_key_missing")


async def test_the_same_key_and_body_give_the_same_answer(house: House) -> None:
    first = await post(house, resident(), "0123456789abcdef")
    application = (await house.events())[0].subject
    await use_cases.change_application(house.intake, application, 1, {"phone": "096-328-6842"})
    await use_cases.change_preferences(house.intake, application, "en", True)
    await use_cases.change_preferences(house.intake, application, "ko", None)
    await use_cases.withdraw(house.intake, application)
    assert await post(house, resident(), "0123456789abcdef") == first
    assert await house.rows("applications") == 1


async def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    await post(house, resident(), "0123456789abcdef")
    for other in (
        resident(expiry_notice=True),
        resident(password="kuromame43"),
        resident(name="別人 花子"),
        resident(name=""),
    ):
        status, answer = await post(house, other, "0123456789abcdef")
        assert (status, answer["code"]) == (422, "idempotency_key_reused")
    assert await house.rows("applications") == 1


async def test_a_key_is_forgotten_after_a_day(house: House) -> None:
    await post(house, resident(), "0123456789abcdef")
    house.clock.move(hours=24, seconds=1)
    status, _ = await post(house, resident(name="別人 花子"), "0123456789abcdef")
    assert status == 201
    assert await house.rows("applications") == 2


async def test_the_same_request_many_times_at_once_makes_one_application(house: House) -> None:
    answers = await asyncio.gather(*(post(house, resident(), "0123456789abcdef") for _ in range(8)))
    assert {status for status, _ in answers} <= {201, 409}
    assert len({answer["id"] for status, answer in answers if status == 201}) == 1
    assert {answer["code"] for status, answer in answers if status == 409} <= {"idempotency_key_running"}
    assert await house.rows("applications") == 1
    assert len(await house.events()) == 1


async def test_a_key_left_by_a_crash_is_free_after_a_minute(house: House) -> None:
    form, key = resident(), "0123456789abcdef"
    await use_cases.receive_application(house.intake, form, key)
    async with house.intake.db.connection() as conn:
        # As a crash between the two transactions leaves it.
        await conn.execute("UPDATE idempotency_keys SET application_id = NULL, run = $1", new_id())
    with pytest.raises(Conflict) as running:
        await use_cases.receive_application(house.intake, form, key)
    assert running.value.code == "idempotency_key_running"
    house.clock.move(seconds=61)
    await use_cases.receive_application(house.intake, form, key)
    assert await house.rows("applications") == 2


async def test_a_receipt_number_that_is_taken_is_drawn_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([bytes(7), bytes(7), b"another"])
    random = secrets.token_bytes
    monkeypatch.setattr(secrets, "token_bytes", lambda size: next(drawn) if size == RANDOM_BYTES else random(size))
    first, second = await house.receive(), await house.receive()
    assert first.receipt_number == "0000-0000-0000"
    assert second.receipt_number != first.receipt_number
    assert await house.rows("applications") == 2


async def test_neither_password_nor_body_stands_in_the_database(house: House) -> None:
    await house.receive()
    async with house.intake.db.connection() as conn:
        tables = await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for table in tables:
            rows = await conn.fetch(f"SELECT t::text AS row FROM {table['tablename']} t")
            assert not any("kuromame42" in row["row"] for row in rows)
        assert len(await conn.fetchval("SELECT body_hash FROM idempotency_keys")) == 32
