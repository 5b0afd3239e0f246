import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import itaiji, kana, names

WORDS = st.from_regex("[A-Z][a-z]{1,7}", fullmatch=True)


def same(*written: str) -> bool:
    return len({names.match_key(names.display(each)) for each in written}) == 1


def test_no_character_stands_in_two_families() -> None:
    members = "".join(itaiji.families((*itaiji._GROUPS.split(), *itaiji._of_opencc())))
    assert len(members) == len(set(members))


def test_groups_that_share_a_character_are_one_family() -> None:
    assert itaiji.families(("ab", "cd", "bc", "e")) == ["abcd", "e"]


@pytest.mark.parametrize("group", itaiji._GROUPS.split())
def test_each_written_group_has_one_form(group: str) -> None:
    assert len({itaiji.one_form(char) for char in group}) == 1


def test_the_form_of_a_form_is_itself() -> None:
    forms = "".join(set(itaiji._KEY.values()))
    assert itaiji.one_form(forms) == forms


OLD_AND_NEW = """
秌本秋本 穐田秋田 衞藤衛藤 彥根彦根 緖方緒方 內田内田 𣘺本橋本 圡屋土屋 祢宜禰宜 上埜上野 靏田鶴田 靍田鶴田 邨井村井 髙木高木
﨑山崎山 德川徳川 濵田浜田 渡邊渡邉 齋藤斎藤 澤田沢田 廣田広田 嶋田島田 櫻井桜井 眞田真田 瀨戸瀬戸 條野条野 曻一昇一 喆也哲也
頰田頬田 吞田呑田 娛田娯田 厚見垕見 庵野葊野 婿田聟田 樽井罇井 三紘三絋 飮田飲田 本州本刕 冴子冱子
𠮷川吉川 冨田富田 惠子恵子 栁田柳田 淵上渕上 舘野館野
"""


@pytest.mark.parametrize("pair", OLD_AND_NEW.split())
def test_old_forms_of_names_meet_the_new_ones(pair: str) -> None:
    half = len(pair) // 2
    assert same(pair[:half], pair[half:])


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("张伟", "張偉"),
        ("王国强", "王國強"),
        ("陈晓东", "陳曉東"),
        ("叶丽华", "葉麗華"),
        ("钟云", "鍾雲"),
        ("刘德华", "劉德華"),
        ("赵龙", "趙竜"),
    ],
)
def test_simplified_and_traditional_forms_of_a_name_meet(simplified: str, traditional: str) -> None:
    assert same(simplified, traditional)


@pytest.mark.parametrize(
    "written",
    [
        "一ノ瀬/一之瀬/一の瀬",
        "井ノ上/井之上/井の上",
        "城ヶ崎/城ケ崎/城が崎",
        "鬼ガ原/鬼ヶ原",
        "山之内 博之/山ノ内 博之",
    ],
)
def test_the_link_between_the_parts_of_a_family_name_makes_no_difference(written: str) -> None:
    assert same(*written.split("/"))


@pytest.mark.parametrize(
    "pair",
    [
        "博之/博",
        "一ノ瀬/一瀬",
        "川村/川州",
        "高田/古田",
        "山崎/山岸",
        "太田/大田",
        "土屋/士屋",
        "大野/太野",
        "未来/末来",
    ],
)
def test_names_that_only_look_alike_stay_apart(pair: str) -> None:
    assert not same(*pair.split("/"))


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(WORDS, min_size=2, max_size=4), seed=st.integers(0, 9))
def test_a_latin_name_is_one_whichever_of_its_ends_stands_first(parts: list[str], seed: int) -> None:
    cut = random.Random(seed).randrange(1, len(parts))
    family, given_names = parts[cut:], parts[:cut]
    written = (
        " ".join(given_names + family),
        " ".join(family + given_names).upper(),
        f"{' '.join(family)}, {'-'.join(given_names)}",
        f"{''.join(family)} {''.join(given_names)}",
    )
    assert same(*written)


@pytest.mark.parametrize(
    "written",
    [
        ("Maria SANTOS", "SANTOS MARIA", "Santos, Maria", "ｍａｒｉａ　ｓａｎｔｏｓ"),
        ("KIM MINJUN", "Min-jun Kim", "Kim Min Jun"),
        ("Nguyễn Văn An", "NGUYEN VAN AN", "Van An Nguyen"),
        ("Juan dela Cruz", "DE LA CRUZ JUAN"),
        ("Sean O’Brien", "O'BRIEN SEAN"),
        ("José María García", "GARCIA JOSE MARIA"),
    ],
)
def test_latin_names_of_many_countries_meet_however_they_are_written(written: tuple[str, ...]) -> None:
    assert same(*written)


def test_other_latin_names_stay_apart() -> None:
    assert not same("Maria Santos", "Mario Santos")
    assert not same("Kim Min Jun", "Kim Jun Min")


READINGS = {
    "オオノ": ("オーノ", "おおの", "ｵｵﾉ"),
    "オウノ": ("オーノ",),
    "ケイコ": ("ケーコ", "ケエコ"),
    "ユウコ": ("ユーコ",),
    "ニイナ": ("ニーナ",),
    "サアヤ": ("サーヤ",),
    "ヴァイオレット": ("バイオレット", "ヴアイオレツト"),
    "ヴィクトリア": ("ビクトリア",),
    "サヽキ": ("ササキ", "サ々キ"),
    "イスヾ": ("イスズ", "いすゞ"),
    "ミスズ": ("ミスヾ",),
    "マリー＝ルイーズ": (
        "マリー・ルイーズ",
        "マリー゠ルイーズ",
        "マリー=ルイーズ",
        "マリールイーズ",
        "マリイ ルイイズ",
    ),
    "キョウコ": ("キヨウコ", "キョーコ"),
    "カヲル": ("カオル",),
    "ヴュルツ": ("ビュルツ",),
    "アンナ・マリア": ("アンナ／マリア", "アンナ、マリア", "アンナ꞊マリア"),
}


@pytest.mark.parametrize("reading", READINGS)
def test_readings_that_sound_alike_share_a_key(reading: str) -> None:
    shown = [kana.display(each) for each in (reading, *READINGS[reading])]
    assert [kana.problem(each) for each in shown] == [None] * len(shown)
    assert len({kana.match_key(each) for each in shown}) == 1


@pytest.mark.parametrize(
    "pair", ["オノ/オオノ", "サト/サトウ", "ユカ/ユウカ", "ヒロ/ヒロウ", "バン/ハン", "サキ/ササキ", "ケコ/ケイコ"]
)
def test_readings_that_differ_by_more_than_the_writing_stay_apart(pair: str) -> None:
    assert len({kana.match_key(each) for each in pair.split("/")}) == 2


def test_marks_between_the_parts_of_a_reading_stay_visible() -> None:
    assert kana.display("マリー゠ルイーズ･アンナ") == "マリー＝ルイーズ・アンナ"
