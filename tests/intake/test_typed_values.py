"""What is said of a value that is wrong, and what is not asked twice."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.policy import load_policy
from services.intake.model.forms import understand_form
from tests.intake.forms import resident

POLICY = load_policy(Path(__file__).parents[2] / "config" / "library.toml")


def errors(**typed: Any) -> list[tuple[str, str]]:
    return [
        (error.field, error.message) for error in understand_form(POLICY, date(2026, 12, 1), resident(**typed)).errors
    ]


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        (
            "phone",
            "090-1234-567",
            "電話番号のけた数が足りません。今は10けたです。固定電話は10けた、携帯電話は11けたです。",
        ),
        ("phone", "090-12E4-5678", "電話番号に数字ではない文字が入っています（E）。電話番号だけを入力してください。"),
        ("phone", "090-1234-5678, 096-328-6842", "電話番号は1つだけ入力してください。"),
        (
            "phone",
            "O9O-1234-5678",
            "電話番号に英字のO（オー）などが入っています。数字の0や1ではありませんか。もしかして 090-1234-5678 ですか。",
        ),
        (
            "email",
            "taro yamada@example.jp",
            "メールアドレスの途中に空白が入っています。空白を取るか、正しい文字にしてください。"
            "もしかして taroyamada@example.jp ですか。",
        ),
        (
            "email",
            "taro@@example.jp",
            "メールアドレスの書き方を確認してください（例：taro@example.jp）。もしかして taro@example.jp ですか。",
        ),
        (
            "kana",
            "山田 はな",
            "お名前（カタカナ）に漢字が入っています（山田）。カタカナかひらがなで入力してください。",
        ),
        (
            "birth_date",
            "1985-00-00",
            "生年月日は、月と日まで入力してください。書類に月や日が書かれていない方は、お電話か図書館のカウンターでご相談ください。",
        ),
        (
            "birth_date",
            "昭和60年（1986年）5月5日",
            "元号の年と西暦の年が合いません。どちらが正しいか確認してください。",
        ),
        (
            "birth_date",
            "3/4/1985",
            "どの数字が月で、どの数字が日か分かりません。1991年4月12日のように、年、月、日の順に入力してください。",
        ),
    ],
)
def test_what_is_wrong_is_said_as_exactly_as_it_is_known(field: str, typed: str, said: str) -> None:
    assert errors(**{field: typed}) == [(field, said)]


@pytest.mark.parametrize("letter", ["A", "Ａ", "Ễ"])
def test_a_latin_name_that_is_too_long_is_one_error(letter: str) -> None:
    assert errors(name=letter * 101, kana="") == [("name", "お名前が長すぎます。100文字までにしてください。")]


def test_a_name_in_kanji_that_is_too_long_still_needs_its_reading() -> None:
    assert [field for field, _ in errors(name="山" * 101, kana="")] == ["name", "kana"]


def test_an_address_with_its_postal_code_before_it_fits_its_category() -> None:
    assert errors(address="〒862-0971 日本 熊本市中央区大江6-1-74") == []
