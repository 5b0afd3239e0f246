from datetime import date

import pytest

from rules.understanding import Understood, understand


def read(raw: str) -> Understood:
    return understand("address", raw, today=date(2026, 12, 1))


@pytest.mark.parametrize(
    "before",
    [
        "〒862-0971 ",
        "862-0971 ",
        "〒８６２－０９７１　",
        "8620971",
        "日本",
        "日本国　",
        "〒862-0971 日本 ",
        "Japan, 862ー0971, ",
        "住所：〒862-0971",
    ],
)
def test_postal_code_and_country_are_no_part_of_an_address(before: str) -> None:
    assert read(f"{before}熊本県熊本市中央区大江6-1-74").display == "熊本県熊本市中央区大江6-1-74"


@pytest.mark.parametrize("address", ["日本橋1-2-3", "日本堤2-1", "三郎1-2"])
def test_towns_that_begin_like_them_stay(address: str) -> None:
    assert (read(address).display, read(address).match_key) == (address, address)


def test_a_postal_code_alone_is_no_address() -> None:
    assert read("〒862-0971").error == "required"


@pytest.mark.parametrize(
    ("written", "other"),
    [
        ("上益城郡益城町宮園702", "熊本県益城町宮園702"),
        ("久遠郡せたな町北檜山区北檜山193", "せたな町北檜山区北檜山193"),
        ("余市郡余市町黒川町1-2", "余市町黒川町1-2"),
        ("京都市北区紫野大徳寺町88", "北区紫野大徳寺町88"),
        ("堺市北区新金岡町四丁1-8", "堺市北区新金岡町4丁1番8号"),
        ("札幌市北区北二十四条西六丁目1-1", "札幌市北区北24条西6-1-1"),
        ("和歌山市十二番丁45", "和歌山市12番丁45"),
        ("普代村第一地割上村43-25", "普代村第1地割字上村43-25"),
        ("新篠津村第四十六線北10", "新篠津村第46線北10番地"),
        ("新潟市中央区上大川前通十一番町1881-2", "新潟市中央区上大川前通11番町1881-2"),
        ("礎町通一ノ町1968-1", "礎町通1の町1968の1"),
        ("大江三－十五－六十", "大江3-15-60"),
        ("大江六ノ一ノ七十四", "大江6-1-74"),
        ("大江6之1之74", "大江6の1の74"),
        ("大江壱番地三号", "大江1-3"),
        ("豊洲 四-2-27", "豊洲四丁目2-27"),
        ("串本千二百三十四", "串本1234番地"),
        ("木曽東四丁目十四ーイ二十二", "木曽東4-14-イ22"),
        ("木曽東４の１４のイ２２", "木曽東4丁目14ーイ22"),
        ("旭市ハの74-2", "旭市ハ74-2"),
        ("小島町イ部12番地", "小島町イ12"),
        ("大江6-1-74（大江ハイツ201）", "大江6-1-74 大江ハイツ201号室"),
        ("大江6-1-74【大江ハイツ】201", "大江6-1-74大江ハイツ201"),
        ("（転居前）熊本市中央区大江6-1-74", "熊本県熊本市中央区大江6-1-74"),
        ("熊本市西区字小島1-2", "熊本市西区大字小島1-2"),
        ("原田町字東三分一1926", "原田町東三分一1926番地"),
        ("自由が丘1-2", "自由ヶ丘1-2"),
        ("森の宮町1-2", "森之宮町1-2"),
        ("東京都町田市木曽東四丁目一四━Ａ二二", "町田市木曽東4-14-A22"),
    ],
)
def test_two_writings_of_one_address_meet(written: str, other: str) -> None:
    assert read(written).match_key == read(other).match_key


@pytest.mark.parametrize(
    "pair",
    [
        "大江6-1-74/大江6-17-4",
        "大江61-74/大江6-1-74",
        "郡山市大町1/大町1",
        "蒲郡市本町1/本町1",
        "イ12/ロ12",
        "二の丸1-1/三の丸1-1",
        "九品寺2-3/九品寺3-2",
    ],
)
def test_other_addresses_stay_apart(pair: str) -> None:
    one, other = pair.split("/")
    assert read(one).match_key != read(other).match_key


@pytest.mark.parametrize(
    "town", ["九品寺2-3-4", "三郎1-2-3", "十禅寺2-1", "一番町2", "二ノ丸1-1", "八王寺町1", "千葉城町1"]
)
def test_numerals_of_a_name_stay(town: str) -> None:
    assert read(town).match_key == town


def test_a_block_named_by_a_kana_is_shown_with_a_hyphen() -> None:
    assert read("木曽東4-14ーイ22").display == "木曽東4-14-イ22"
