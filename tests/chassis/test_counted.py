"""How numbers are read before what they count, in やさしい日本語."""

import re
from pathlib import Path

import pytest

from chassis.web.counted import number, reading
from chassis.web.languages import annotated, plain, ruby
from tools.messages import SERVICES, catalogue_file
from tools.places import ROOT

READ = {
    "にち": "1 ついたち 2 ふつか 3 みっか 4 よっか 5 いつか 6 むいか 7 なのか 8 ようか 9 ここのか 10 とおか "
    "11 じゅういちにち 14 じゅうよっか 17 じゅうしちにち 19 じゅうくにち 20 はつか 24 にじゅうよっか 30 さんじゅうにち 90 きゅうじゅうにち",
    "にちご": "1 いちにちご 2 ふつかご 7 なのかご 10 とおかご 14 じゅうよっかご 20 はつかご 30 さんじゅうにちご",
    "にちかん": "1 いちにちかん 7 なのかかん 31 さんじゅういちにちかん 44 よんじゅうよっかかん",
    "ふん": "1 いっぷん 2 にふん 3 さんぷん 4 よんぷん 5 ごふん 6 ろっぷん 7 ななふん 8 はっぷん 9 きゅうふん "
    "10 じゅっぷん 15 じゅうごふん 30 さんじゅっぷん 45 よんじゅうごふん 60 ろくじゅっぷん 100 ひゃっぷん",
    "じ": "1 いちじ 4 よじ 7 しちじ 9 くじ 14 じゅうよじ 17 じゅうしちじ 18 じゅうはちじ 19 じゅうくじ",
    "じかん": "4 よじかん 7 しちじかん 9 くじかん 24 にじゅうよじかん 36 さんじゅうろくじかん",
    "しゅうかん": "1 いっしゅうかん 2 にしゅうかん 6 ろくしゅうかん 8 はっしゅうかん 10 じゅっしゅうかん",
    "かげつ": "1 いっかげつ 3 さんかげつ 6 ろっかげつ 8 はっかげつ 10 じゅっかげつ",
    "がつ": "1 いちがつ 4 しがつ 6 ろくがつ 7 しちがつ 9 くがつ 12 じゅうにがつ",
    "ねん": "1 いちねん 3 さんねん 4 よねん 5 ごねん 9 きゅうねん 14 じゅうよねん",
    "さい": "1 いっさい 6 ろくさい 8 はっさい 10 じゅっさい 18 じゅうはっさい 20 はたち 21 にじゅういっさい 100 ひゃくさい",
    "にん": "1 ひとり 2 ふたり 3 さんにん 4 よにん 10 じゅうにん 14 じゅうよにん 22 にじゅうににん",
    "かい": "1 いっかい 2 にかい 3 さんかい 6 ろっかい 8 はっかい 10 じゅっかい 100 ひゃっかい",
    "けん": "1 いっけん 3 さんけん 6 ろっけん 100 ひゃっけん 300 さんびゃっけん 812 はっぴゃくじゅうにけん",
    "まい": "1 いちまい 4 よんまい 10 じゅうまい",
    "ばんめ": "1 いちばんめ 4 よんばんめ 7 ななばんめ",
    "もじ": "1 ひともじ 6 ろくもじ 8 はちもじ 16 じゅうろくもじ",
}


@pytest.mark.parametrize("usual", READ)
def test_each_number_is_read_as_people_say_it(usual: str) -> None:
    said = dict(re.findall(r"(\d+) (\S+)", READ[usual]))
    assert {value: reading(int(value), usual) for value in said} == said


@pytest.mark.parametrize("usual", READ)
def test_every_number_to_a_hundred_has_a_reading_of_its_own(usual: str) -> None:
    said = [reading(value, usual) for value in range(1, 101)]
    assert len(set(said)) == 100
    assert all(re.fullmatch("[ぁ-んゔー]+", each) for each in said)


def test_numbers_alone() -> None:
    assert [number(value) for value in (0, 10, 100, 111, 360, 806, 999)] == [
        "ぜろ",
        "じゅう",
        "ひゃく",
        "ひゃくじゅういち",
        "さんびゃくろくじゅう",
        "はっぴゃくろく",
        "きゅうひゃくきゅうじゅうきゅう",
    ]


def test_a_number_and_its_counter_are_one_word_in_text_and_in_html() -> None:
    text = annotated("リンクは 30{分|ふん}、{写真|しゃしん}は 7{日後|にちご}")
    assert plain(text) == "リンクは 30分（さんじゅっぷん）、写真（しゃしん）は 7日後（なのかご）"
    assert ruby(annotated("7{日後|にちご}")) == "<ruby>7日後<rp>（</rp><rt>なのかご</rt><rp>）</rp></ruby>"


@pytest.mark.parametrize("text", ["2026{年|ねん}", "12345{日|にち}", "3.7{日|にち}", "1,007{日|にち}"])
def test_a_part_of_a_number_is_no_number(text: str) -> None:
    assert plain(annotated(text)) == text.replace("{日|にち}", "日（にち）").replace("{年|ねん}", "年（ねん）")


@pytest.mark.parametrize(
    "file", [ROOT / "config" / "library.toml", *(catalogue_file(service, "ja-easy") for service in SERVICES)]
)
def test_no_text_says_itself_how_a_number_is_read(file: Path) -> None:
    """A reading that is written beside one number is wrong beside the next."""
    assert re.findall(r"\{[^{}|\n]*[0-9０-９][^{}|\n]*\|[^{}\n]*\}", file.read_text(encoding="utf-8")) == []
