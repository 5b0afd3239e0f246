"""Words that a city library would not print, and the better one: in everything that applicants and staff read."""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping

import pytest
from jinja2 import Environment, nodes

from tools.messages import SERVICES, catalogue_file, read
from tools.places import ROOT

#: A pattern of the word, and what is printed instead. やさしい日本語 has words of its own, below.
JAPANESE = {
    r"(?<![りきび])なお[しすさせりっ](?!み)": "修正",
    "申し込": "申請",
    "ごらん": "ご確認ください",
    "いりません|もっています|もっている方": "不要です、お持ち",
    "うまくいき|うまく送": "処理できませんでした、送信できませんでした",
    "図書館の側": "システムに問題が発生しました",
    "むずかし": "難しい",
    "お気軽にどうぞ": "お気軽にお問い合わせください",
    "大丈夫です": "変更の必要はありません",
    "気になさらない": "新しい期限までにお願いします",
    "空のまま": "空欄で結構です",
    "保護者との|カードを使う方との続柄": "保護者の続柄（カードを使う方から見て）",
    "認められました": "承認されました",
    "残しておいて": "一時保存して",
    "年号": "元号・西暦",
    "おもて面|うら面": "表面、裏面",
    "本人あて": "本人宛て",
    "入れかえ|入れかわ|足す": "差し替え、追加",
    "登録しない(?!い)": "登録不可（却下）",
    "^(光|切れ|ぼやけ)$": "光の反射、端が欠けている、ピンぼけ",
    "検査数字": "チェックデジット",
    "カードのお知らせ(?!がメール)": "有効期限のお知らせの停止",
    "予定日すぎ|^急ぎ$": "予定日超過、至急",
    "[かカ]くし|かくれ": "隠す",
    "(?<![かや])とっ[てた]|とれます": "撮る",
    "えら[びんばぶ]|選[んびばぶ]": "選択",
    "さが[しすせ]|探[しす]": "検索",
    "とじ[るて]": "閉じる",
    "(?<=[信定用認し])ずみ": "済み",
    "サイン(イン|アウト)": "ログイン、ログアウト",
    "[たお確]しかめ|確かめ": "確認",
    "ちが[いうっえ]|まちが": "違う、間違い、誤り",
    "もど[るすせりっし]": "戻る、戻す",
    "[のノ]ば[しすせ]|のびま": "延長",
    "お子さん|さんの申請| さん": "お子さま、様",
    "窓口": "カウンター",
    "電話(か|や|・|、|または)カウンターで(も、?)?(できま|受け付け|修正|の手続き(を|も|が))": "what staff can do there: ご案内します",
    "電話[^。]{0,12}(手続き|申請)[^。]{0,8}(承|受け付け|できます)": "what staff can do there: ご案内します",
    "仮登録(?!する|ができました)": "仮登録 is the third step of the guide and nothing else",
}
#: Where the word is right: the guide's own, or another meaning.
RIGHT = {
    "見つかりません。番号をご確認ください。申請者がまだ送っていない申請（仮登録）や、消去された申請は、ここには出ません。",
}
OTHERS: Mapping[str, Mapping[str, str]] = {
    "ja-easy": {
        "カードを つくる 理由": "あなたは どれですか",
        "書きません|空のまま": "書かなくて いいです",
        "「はい、いいです」": "□に しるしを つけて ください",
        "申し?[こ込]": "申請",
        "^仮登録が": "仮登録（まだ カードは ありません）",
    },
    "en": {
        r"(?i)\bmend(s|ed|ing)?\b": "correct",
        r"(?i)\btid(y|ied)\b": "put into a standard form",
        "(?i)look into your": "check your",
        "(?i)if you commute": "if you live outside the city and work or study there",
        "(?i)you are registered": "your registration is complete",
        r"(?i)\breceiv(e|ing) (your|the) (library )?card": "collect",
        r"\bmails\b(?<!-mails)": "e-mails",
    },
    "zh": {
        "互借": "相互利用",
        "注册": "登记",
        "上传|发送(照片|此照片|身份|证件|其他)": "提交",
        # A file of a computer is one; a document of identity is not.
        "身份证明文件|(?<!照片)(?<!文档)(?<!表格)(?<!音频)(?<!压缩)(?<!RAW)文件(?!形式|中含有|的安全性|末尾|无法在此画面|夹)": "证件、材料",
    },
    "ko": {
        "가등록|본등록": "임시 등록, 정식 등록",
        "카운터": "창구",
        "대출 카드": "도서관 카드",
        "취하": "신청 취소",
        "짐작 가는": "본인이 신청하지 않았다면",
        "접수 번호|유효 기한": "접수번호, 유효기간",
    },
}
_READING = re.compile(r"\{([^{}|]+)\|[^{}]+\}")
_KANA_OR_KANJI = re.compile(r"[ぁ-ゖァ-ヺ\u3400-\u9fff]")
_PLACES = ("services", "chassis/web", "tools/mailbox")


def said_by_python(source: str) -> Iterator[str]:
    """The texts of the code, but for its documentation; of a text with values in it, the parts."""
    tree = ast.parse(source)
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def said_by_a_template(source: str) -> Iterator[str]:
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    for text in tree.find_all(nodes.TemplateData):
        yield from re.split(r"<[^>]*>|\n", text.data)
        yield from re.findall(r'(?:aria-label|title|alt|placeholder)="([^"]*)"', text.data)
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str):
            yield constant.value


def said_by_a_script(source: str) -> Iterator[str]:
    for quoted, template in re.findall(r'"([^"\n]*)"|`([^`]*)`', source):
        yield quoted or template


_READERS = {".py": said_by_python, ".html": said_by_a_template, ".txt": said_by_a_template, ".js": said_by_a_script}


def files() -> list[str]:
    found = (path for place in _PLACES for path in (ROOT / place).rglob("*") if path.suffix in _READERS)
    return sorted(str(path.relative_to(ROOT)) for path in found)


def texts_of(table: object, language: str) -> Iterator[str]:
    """Every text of the policy in this language."""
    if isinstance(table, Mapping):
        for key, value in table.items():
            if key == language and isinstance(value, str):
                yield value
            else:
                yield from texts_of(value, language)
    elif isinstance(table, list):
        for each in table:
            yield from texts_of(each, language)


def wrong(texts: Iterator[str] | list[str], words: Mapping[str, str]) -> list[str]:
    """What is said in a word that has a better one."""
    return [
        f"{text.strip()}: {word} → {better}"
        for text in texts
        if text.strip() not in RIGHT
        for word, better in words.items()
        if re.search(word, text.strip())
    ]


@pytest.mark.parametrize("file", files())
def test_nothing_is_said_in_a_word_that_the_city_would_not_print(file: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    said = [text for text in _READERS[file[file.rindex(".") :]](source) if _KANA_OR_KANJI.search(text)]
    assert wrong(said, JAPANESE) == []


def test_nor_in_the_policy() -> None:
    policy = tomllib.loads((ROOT / "config" / "library.toml").read_text(encoding="utf-8"))
    assert wrong(texts_of(policy, "ja"), JAPANESE) == []


@pytest.mark.parametrize("language", OTHERS)
def test_other_languages_have_their_own_words(language: str) -> None:
    policy = tomllib.loads((ROOT / "config" / "library.toml").read_text(encoding="utf-8"))
    texts = [*texts_of(policy, language)]
    for service in SERVICES:
        for message in read(catalogue_file(service, language)):
            if message.id:
                texts += [message.string] if isinstance(message.string, str) else list(message.string or ())
    assert wrong([_READING.sub(r"\1", text) for text in texts], OTHERS[language]) == []


@pytest.mark.parametrize(
    ("said", "read_by"),
    [
        ('x = _("なおしのお願い")', said_by_python),
        ('"""文"""\nx = f"{y}をなおして"', said_by_python),
        ("<p title='x'>うら面です</p>", said_by_a_template),
        ("{{ _('うら面です') }}", said_by_a_template),
        ('const x = "隠す場所を足す";', said_by_a_script),
    ],
)
def test_the_check_sees_a_word_wherever_it_is_said(said: str, read_by: object) -> None:
    assert callable(read_by)
    assert len(wrong([*read_by(said)], JAPANESE)) == 1
