"""Every mail in every language: whole, and nothing left in another one."""

import re
from datetime import UTC, datetime

import pytest

from rules.policy import Policy
from services.notifier.letters import Letter, write_letter
from services.notifier.mail import compose
from tests.notifier.samples import ADDRESSES, CONTENTS, delivery
from tests.printed import printed

TO_APPLICANTS = [name for name in CONTENTS if not name.startswith("staff_")]
#: What the samples' staff and places say in Japanese whatever the reader's language is.
TYPED = re.compile(
    "二つの住所が残っていました。|住所の変更欄が光っていて読めません。|もう一枚お願いします。|番号が1けた足りないようです。|隣の市の図書館を.*"
)
JAPANESE, KANA = re.compile(r"[ぁ-ゖァ-ヺ\u3400-\u9fff]"), re.compile("[ぁ-ゖァ-ヺ]")

SUBJECTS = {
    "ja": "【熊本市立図書館】本人確認書類の写真を送ってください（受付番号 K7Q4-M2XH-9ABC）",
    "ja-easy": (
        "【熊本市立図書館（くまもとしりつとしょかん）】書類（しょるい）の 写真（しゃしん）を 送（おく）って ください"
        "（受付番号（うけつけばんごう） K7Q4-M2XH-9ABC）"
    ),
    "en": "[Kumamoto City Library] Please send photos of your identity document (receipt number K7Q4-M2XH-9ABC)",
    "zh": "【熊本市立图书馆】请提交身份证件的照片（受理编号 K7Q4-M2XH-9ABC）",
    "ko": "[구마모토 시립도서관] 본인 확인 서류의 사진을 보내 주십시오 (접수번호 K7Q4-M2XH-9ABC)",
}


def letter(policy: Policy, sample: str, language: str) -> Letter:
    template, content = CONTENTS[sample]
    return write_letter(policy, *ADDRESSES, delivery(template, content, language=language))


@pytest.mark.parametrize("language", SUBJECTS)
def test_a_mail_in_each_language(policy: Policy, language: str) -> None:
    written = letter(policy, "application_received", language)
    assert (written.language, written.subject) == (language, SUBJECTS[language])
    [html_lang] = [each.html_lang for each in policy.languages if each.code == language]
    assert f'<html lang="{html_lang}">' in written.html
    mail = compose(policy, delivery("", {}).id, "hana@example.jp", written, datetime(2026, 11, 22, tzinfo=UTC))
    assert f"Content-Language: {html_lang}\r\n".encode() in mail


@pytest.mark.parametrize("sample", TO_APPLICANTS)
@pytest.mark.parametrize(("language", "foreign"), [("en", JAPANESE), ("ko", JAPANESE), ("zh", KANA)])
def test_nothing_in_a_mail_is_left_in_japanese(
    policy: Policy, sample: str, language: str, foreign: re.Pattern[str]
) -> None:
    written = letter(policy, sample, language)
    for text in (written.subject, written.text, written.html):
        for name in printed(policy):
            text = text.replace(name, "")
        assert [line for line in TYPED.sub("", text).splitlines() if foreign.search(line)] == []


@pytest.mark.parametrize("sample", TO_APPLICANTS)
def test_easy_japanese_says_how_every_word_is_read(policy: Policy, sample: str) -> None:
    written = letter(policy, sample, "ja-easy")
    for text, reading in ((written.text, r"[\u3400-\u9fff0-9]+（[ぁ-ゖ・]+）"), (written.html, r"<ruby>.*?</ruby>")):
        title = re.sub("<title>.*?</title>", "", text)
        said = re.sub(reading, "", TYPED.sub("", title))
        assert re.findall(r"[\u3400-\u9fff]+", said) == []
    assert not re.search("[\ufff9-\ufffb{|}]", written.subject + written.text + written.html)
