import hashlib
import re
from pathlib import Path

import pytest

from rules.policy import Policy, PolicyError, current, find, load_policy, usable

PRESET = (Path(__file__).parents[2] / "config" / "library.toml").read_text(encoding="utf-8")


def problems(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    text = PRESET
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "library.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_policy(path)
    return raised.value.problems


def test_the_shipped_preset_is_the_library_of_the_guide(policy: Policy) -> None:
    assert [category.name["ja"] for category in policy.categories] == [
        "熊本市在住",
        "連携市町村在住",
        "通勤者",
        "通学者",
    ]
    assert policy.mail.allow_domain == "library.city.kumamoto.jp"
    assert [contact.name["ja"] for contact in policy.hold_contacts] == ["不要", "メール", "電話"]
    assert policy.passwords.minimum_length == 6
    assert policy.time_zone == "Asia/Tokyo"
    assert len(policy.branches) >= 18
    assert {category.validity_years for category in policy.categories} == {5}
    assert "受取場所ではありません" in policy.pickup.note["ja"]


def test_the_version_changes_with_the_file(policy: Policy) -> None:
    assert policy.version == hashlib.sha256(PRESET.encode()).hexdigest()[:12]


def test_a_missing_language_falls_back_to_japanese(policy: Policy) -> None:
    assert policy.text({"ja": "日本語", "en": "English"}, "en") == "English"
    assert policy.text({"ja": "日本語"}, "ja-easy") == "日本語"


def test_every_problem_is_named_at_once(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        ('time_zone = "Asia/Tokyo"', 'time_zone = "Asia/Kumamoto"\ncolour = "red"'),
        ("provisional_days = 7", 'provisional_days = "7"'),
        ("minimum_length = 6", "minimum_length = -6"),
        ('prefix = "29"\n', ""),
        ('code = "ueki"', 'code = "main"'),
        ('lists = ["kumamoto_city"]', 'lists = ["atlantis"]'),
        ('replaced_by = ["eligibility_certificate"', 'replaced_by = ["papyrus"'),
        ('decisions = ["correct"]', 'decisions = ["shout"]'),
        ('closed_weekdays = ["mon"]', 'closed_weekdays = ["monday"]'),
    )
    for expected in (
        "library.time_zone: Asia/Kumamoto",
        "library.colour: unknown key",
        "deadlines.provisional_days: must be a whole number",
        "passwords.minimum_length: must not be negative",
        "card_numbers.prefix: is missing",
        "branches(main): the code is used 2 times",
        "no municipality list atlantis",
        "no document type papyrus",
        "shout is not one of",
        "monday is not one of",
    ):
        assert any(expected in problem for problem in found), (expected, found)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("length = 13", "length = 2", "leaves no digit"),
        ('code = "lookup"', 'code = "look"', "there is no rate look"),
        ('code = "lookup"\nper = "address"', 'code = "lookup"\nper = "email"', "email is not one of address"),
        ('code = "draft"\nper = "address"', 'code = "lookup"\nper = "address"', "more than one per address"),
        ("count = 120", "count = 0", "must be at least 1"),
        ('"::1"]', '"localhost"]', "localhost is neither an address nor a network"),
        ("idle_minutes = 30", "idle_minutes = 721", "no longer than absolute_hours"),
        ("absolute_hours = 12", "absolute_hours = 25", "must be 24 at most"),
        ("last = 9999999999", "last = 99999999999", "at most 10 digits"),
        ('check_digit = "m10w31"', 'check_digit = "luhn"', "luhn is not one of"),
        ("last = 2026-01-03", "last = 2025-01-03", "ends before it begins"),
        ('refused_as = "hokensho_ended"\n', "", "has no refused_as"),
        ("validity_years = 5", "validity_years = true", "must be a whole number"),
        ("most_age = 18", "most_age = 18\nleast_age = 19", "least_age is above most_age"),
        ("most_age = 18", "most_age = -1", "document_types(child_medical_certificate).most_age: must not be negative"),
        (
            'basis = "school"\n\n[[document_types.sides]]',
            'basis = "home"\n\n[[document_types.sides]]',
            "home is not one of work",
        ),
        ('code = "ja"\nname = "日本語"', 'code = "jp"\nname = "日本語"', "ja is missing"),
        ("on = 2026-01-01,", 'on = "2026-01-01",', "must be a date"),
        ('ja = "連携市町村", ja-easy', "ja-easy", "the text in ja is missing"),
        ('zh = "驾驶执照（運転免許証）", ', "", "document_types(driving_licence).name: the text in zh is missing"),
        ('code = "ko"', 'code = "vi"', "library.name: the text in vi is missing"),
        ('url = "https://www.library.city.kumamoto.jp/guide', 'url = "javascript:', "is not the address of a web page"),
        ("first = 1\n", "first = 1 1\n", "library.toml"),
    ],
)
def test_a_policy_with_a_mistake_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    found = problems(tmp_path, (old, new))
    assert any(problem in each for each in found), found


def test_an_empty_or_absent_file_is_refused_without_a_stack_trace(tmp_path: Path) -> None:
    with pytest.raises(PolicyError):
        load_policy(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("")
    with pytest.raises(PolicyError, match="categories: is missing"):
        load_policy(tmp_path / "empty.toml")


def test_a_retired_code_keeps_its_name_and_is_not_offered(tmp_path: Path) -> None:
    path = tmp_path / "library.toml"
    path.write_text(PRESET.replace('code = "ueki"\n', 'code = "ueki"\nretired = true\n'), encoding="utf-8")
    branches = load_policy(path).branches
    ueki = find(branches, "ueki")
    assert ueki is not None
    assert ueki.name["ja"] == "植木図書館"
    assert not usable(branches, "ueki")
    assert ueki not in current(branches)


def test_an_hour_of_the_day_and_the_addresses_of_staff_are_checked(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        ("told_from_hour = 9", "told_from_hour = 24"),
        ("hour = 9\naddresses = []", 'hour = 25\naddresses = ["office@library.example.jp", "office"]'),
    )
    assert found == [
        "staff_digest.hour: must be an hour of the day, 0 to 23",
        "staff_digest.addresses: office is not an e-mail address",
        "expected_time.told_from_hour: must be an hour of the day, 0 to 23",
    ]


def test_a_new_card_can_always_be_applied_for_and_other_kinds_are_known_ones(tmp_path: Path) -> None:
    offered = 'offered = ["new", "renewal", "change", "replacement"]'
    assert problems(tmp_path, (offered, 'offered = ["renewal", "gift"]')) == [
        "kinds.offered: gift is not one of new, renewal, change, replacement",
        "kinds.offered: new must be among them; a pause of all reception is [[pauses]]",
    ]


def test_nobody_is_told_to_renew_before_it_can_be_done(tmp_path: Path) -> None:
    assert problems(tmp_path, ("renewal_notice_days = [60, 14]", "renewal_notice_days = [61, 14]")) == [
        "deadlines.renewal_notice_days: must lie within renewal_opens_days (60)"
    ]


def test_a_policy_of_before_is_still_read(tmp_path: Path) -> None:
    """Another city's file knows nothing of first sign-ins, pages of lists or places that may be hidden."""
    table = re.sub(r"(?s)\[my_library\].*?(?=\[opening\])", "", PRESET)
    table = re.sub(r"(?m)^may_hide = \[\n(?:  .*\n)*\]\n", "", table)
    table = table.replace('url = "https://www.library.city.kumamoto.jp/guide/160/index.html"\n', "")
    path = tmp_path / "library.toml"
    path.write_text(table, encoding="utf-8")
    policy = load_policy(path)
    assert policy.my_library is None
    assert {kind.may_hide for kind in policy.document_types} == {()}
    assert {each.url for each in policy.municipality_lists} == {None}


def test_without_a_staff_digest_nobody_is_mailed(tmp_path: Path) -> None:
    before, _, after = PRESET.partition("[staff_digest]")
    path = tmp_path / "library.toml"
    path.write_text(before + after.partition("addresses = []")[2], encoding="utf-8")
    assert load_policy(path).staff_digest.addresses == ()


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("bounces", "mail.bounce_address: bounces is not an e-mail address"),
        (f"{'b' * 32}@x.example", "mail.bounce_address: more than 31 characters before the @ leave no room for a tag"),
    ],
)
def test_a_bounce_address_must_leave_room_for_its_tag(tmp_path: Path, address: str, problem: str) -> None:
    line = 'allow_domain = "library.city.kumamoto.jp"'
    assert problems(tmp_path, (line, f'{line}\nbounce_address = "{address}"')) == [problem]


def test_a_text_for_refusals_is_in_every_language_and_where_it_can_be_said(tmp_path: Path) -> None:
    english = 'en = "The note from the library says why we could not register you."\n'
    blurred = '[reasons.text]\nja = "写真がぼやけていて'
    assert problems(
        tmp_path, (english, ""), (blurred, f'[reasons.rejected_text]\nja = "写真を読み取れませんでした。"\n{blurred}')
    ) == [
        "reasons(blurred).rejected_text: is never said, since reject is not among decisions",
        *(
            f"reasons(blurred).rejected_text: the text in {language} is missing"
            for language in ("ja-easy", "en", "zh", "ko")
        ),
        "reasons(other).rejected_text: the text in en is missing",
    ]


def test_without_a_text_for_refusals_a_reason_has_one_text(policy: Policy) -> None:
    texts = {reason.code: (reason.text["ja"], reason.text_when_rejected["ja"]) for reason in policy.reasons}
    refusable = {reason.code for reason in policy.reasons if {"correct", "reject"} <= set(reason.decisions)}
    assert {code for code, (text, when_rejected) in texts.items() if text != when_rejected} == refusable
