"""Every case of the reference that pure rules decide."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st

from rules import card_numbers, eligibility, text
from rules.dates import read_date
from rules.identity_documents import (
    Document,
    document_type,
    expired,
    missing_proofs,
    refusal,
    sides_that_help,
    too_old,
)
from rules.policy import Policy
from rules.school_years import guardian_required
from rules.understanding import understand

TODAY = date(2026, 11, 22)
CASES = json.loads((Path(__file__).parent / "cases" / "japanese_input.json").read_text(encoding="utf-8"))
FIELDS = {
    "name.display": ("name", "display"),
    "name.match_key": ("name", "match_key"),
    "kana": ("kana", "display"),
    "postal": ("postal_code", "display"),
    "address.display": ("address", "display"),
    "address.match_key": ("address", "match_key"),
    "phone": ("phone", "display"),
    "email": ("email", "display"),
}


def of(*areas: str) -> list[Any]:
    return [
        pytest.param(case["input"], case["expected"], id=f"{case['area']}-{case['why'][:40]}")
        for case in CASES
        if case["area"] in areas
    ]


@pytest.mark.parametrize("case", [case for case in CASES if case["area"] in FIELDS], ids=lambda case: case["why"][:50])
def test_a_typed_field_is_understood_as_the_case_says(case: dict[str, Any]) -> None:
    field, part = FIELDS[case["area"]]
    understood = understand(field, case["input"], today=TODAY)
    if isinstance(case["expected"], dict):
        assert (understood.error, understood.display) == (case["expected"]["error"], "")
    else:
        assert (understood.error, getattr(understood, part)) == (None, case["expected"])


@pytest.mark.parametrize(("given", "expected"), of("dob"))
def test_a_birth_date_is_understood_as_the_case_says(given: dict[str, str], expected: dict[str, Any]) -> None:
    understood = understand("birth_date", given["text"], today=date.fromisoformat(given["today"]))
    if "error" in expected:
        assert understood.error == expected["error"]
    else:
        assert understood.display == expected["date"]
        assert understood.notes == ((expected["note"],) if expected["note"] else ())


@settings(max_examples=200, deadline=None)
@given_any(born=st.dates(date(1990, 1, 1), date(2030, 1, 1)), on=st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_a_guardian_is_needed_until_the_31st_of_march_after_the_15th_birthday(born: date, on: date) -> None:
    # An age is reached at the end of the day before the birthday.
    reached = date(born.year + 15, born.month, born.day if (born.month, born.day) != (2, 29) else 28)
    reached -= timedelta(days=1)
    until = date(reached.year + (reached.month > 3), 3, 31)
    assert guardian_required(born, on) is (on <= until)


@pytest.mark.parametrize(("given", "expected"), of("guardian"))
def test_the_guardian_rule_follows_the_school_year(given: dict[str, str], expected: dict[str, Any]) -> None:
    on = given.get("on") or _day_in_japan(given.get("submitted_at", "2026-11-22T00:00:00+09:00"))
    needed = guardian_required(date.fromisoformat(given["dob"]), date.fromisoformat(on))
    # A name that is not needed is not stored: the case says null.
    assert needed is expected.get("guardian_required", False)


def _day_in_japan(moment: str) -> str:
    return datetime.fromisoformat(moment).astimezone(ZoneInfo("Asia/Tokyo")).date().isoformat()


#: Three cases are about image bytes: the documents service tries them.
ABOUT_KINDS = [case for case in of("document") if case.values[0].get("type", "image/").partition("/")[1] == ""]


@pytest.mark.parametrize(("given", "expected"), ABOUT_KINDS)
def test_documents_are_judged_as_the_case_says(given: dict[str, Any], expected: dict[str, Any], policy: Policy) -> None:
    code = given.get("type", "")
    kind = document_type(policy, code)
    assert kind is not None
    on = date.fromisoformat(given.get("submitted_on", "2026-11-22"))
    masks = [policy.text(mask.name, "ja") for mask in kind.mask]
    refusals = [refusal(policy, code, side, on) for side in given.get("sides", ["front"])]
    match expected:
        case {"treat_as": other}:
            assert kind.code == other
        case {"accepted_as": "address_supplement"}:
            assert (kind.kind, [side.proves for side in kind.sides if side.required]) == (
                "supplement",
                [("current_address",)],
            )
        case {"code": "need_back"}:
            front = Document(code, frozenset({"front"}), shows_current_address=False)
            assert missing_proofs(policy, "resident", [front], on) == ["current_address"]
            assert sides_that_help(policy, front) == ["back"]
        case {"code": "too_old"}:
            assert too_old(policy, code, date.fromisoformat(given["issued_on"]), on)
        case {"code": "mask_mynumber"}:
            assert "個人番号" in masks
        case {"code": "mask_hokensha_bango"}:
            assert "保険者番号" in masks
        case {"accepted": False, "code": reason}:
            assert reason in refusals
            for offer in expected.get("offer", []):
                named = [policy.document_type(other) for other in kind.replaced_by]
                assert any(offer.replace("(", "（").replace(")", "）") in each.name["ja"] for each in named if each)
        case _:
            assert set(refusals) == {None} or given.get("issued_on")
            assert set(expected.get("mask_required", [])) <= set(masks)
            if "issued_on" in given:
                assert not too_old(policy, code, date.fromisoformat(given["issued_on"]), on)
            until = given.get("expires_text") or given.get("expires")
            if until:
                day, _, _ = read_date(until)
                assert day is not None
                assert not expired(day, on)
                assert day.isoformat() == expected.get("expires", day.isoformat())


@pytest.mark.parametrize(
    "case", [case for case in CASES if case["area"].startswith("barcode.")], ids=lambda c: c["area"]
)
def test_check_digits_are_those_of_the_worked_examples(case: dict[str, str]) -> None:
    assert card_numbers.check_digit(case["area"].removeprefix("barcode."), case["input"]) == case["expected"]


@pytest.mark.parametrize(("given", "expected"), of("length"))
def test_lengths_are_counted_in_characters_and_capped_before_any_work(given: str, expected: dict[str, Any]) -> None:
    understood = understand("name", given, today=TODAY)
    assert understood.error == expected.get("error")
    if expected.get("accepted"):
        assert text.characters(given) == expected["graphemes"]


@pytest.mark.parametrize(("given", "expected"), of("duplicate"))
def test_keys_meet_for_the_same_value_and_only_then(given: dict[str, Any], expected: dict[str, Any]) -> None:
    key = {"dob": "birth_date"}
    shared = {
        field
        for field in given["a"]
        if understand(key.get(field, field), given["a"][field], today=TODAY).match_key
        == understand(key.get(field, field), given["b"][field], today=TODAY).match_key
    }
    assert expected["candidate"] is ("dob" in shared and len(shared) > 1)


@pytest.mark.parametrize(("given", "expected"), of("eligibility"))
def test_addresses_lead_to_the_category_of_the_case(
    given: dict[str, Any], expected: dict[str, Any], policy: Policy
) -> None:
    work = given.get("work_address", "")
    code = eligibility.suggest_category(policy, given["city"], work, TODAY)
    found = policy.category(code) if code else None
    assert (found.name["ja"] if found else None) == expected.get("kubun")
    assert expected.get("extra_document", False) is (found is not None and "work_or_school" in found.proofs)
    if "work_name_stored" in expected:
        stored = understand("organisation_name", given["work_name"], today=TODAY)
        assert stored.display == expected["work_name_stored"]
    for offer in expected.get("message_offers", []):
        assert {"県立図書館": "県立図書館", "居住地の図書館": "お住まい"}[offer] in policy.eligibility.alternatives[
            "ja"
        ]
