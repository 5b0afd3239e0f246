"""Spans and names in Japanese."""

import json

import pytest

from contracts import CONTRACTS
from rules.policy import Policy
from services.notifier import words


@pytest.mark.parametrize(("hours", "said"), [(168, "7日間"), (24, "1日間"), (36, "36時間"), (1, "1時間")])
def test_whole_days_are_said_as_days(hours: int, said: str) -> None:
    assert words.duration(hours) == said


LICENCE = {"item": "document:019a8f46-7d00-7f02-b1c8-52d9a6e3f402", "document_type": "driving_licence"}


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"item": "application"}, "申請の内容"),
        ({**LICENCE, "side": "front"}, "運転免許証（表面）の写真"),
        ({**LICENCE, "side": "of_another_policy"}, "本人確認書類などの写真"),
        ({"item": LICENCE["item"]}, "本人確認書類などの写真"),
        ({"item": "field:kana"}, "お名前（カタカナ）"),
        ({"item": "field:something_new"}, "入力された内容"),
    ],
)
def test_an_item_is_named_in_words(policy: Policy, item: dict[str, str], said: str) -> None:
    assert words.item(policy, item) == said


def test_every_field_of_the_application_has_a_name() -> None:
    schema = CONTRACTS["application.handed_over.v1"].schema
    applicant = schema["properties"]["applicant"]
    assert "properties" in applicant, json.dumps(applicant)
    assert set(applicant["properties"]) - {"extra"} == set(words.FIELDS)


@pytest.mark.parametrize(
    ("note", "read"),
    [
        (None, None),
        ("", None),
        (" \r\n ", None),
        ("一行目\r\n二行目\r三行目", "一行目\n二行目\n三行目"),
        ("鐘\x07と\x1b[31m赤\x00", "鐘 と [31m赤"),
        ("逆\u202eさま", "逆 さま"),
        ("タブ\tと　全角", "タブ と　全角"),
    ],
)
def test_a_note_loses_control_characters_and_keeps_its_lines(note: str | None, read: str | None) -> None:
    assert words.readable(note) == read
