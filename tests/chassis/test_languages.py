"""Texts in the language that is spoken, and readings where they can be shown."""

from pathlib import Path

import pytest
from babel.messages.pofile import PoFileError

from chassis.web.languages import Language, annotated, gettext, ngettext, plain, read_catalogues, ruby, speaking

PO = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "図書館"
msgstr "{図書館|としょかん}"

msgid "%(num)s点"
msgid_plural "%(num)s点"
msgstr[0] "%(num)s thing"
msgstr[1] "%(num)s things"
"""


def test_what_is_said_is_said_in_the_language_that_is_spoken_and_in_japanese_else(tmp_path: Path) -> None:
    (tmp_path / "xx.po").write_text(PO, encoding="utf-8")
    catalogues = read_catalogues(tmp_path)
    with speaking(Language("xx", "xx", catalogues["xx"])):
        assert plain(gettext("図書館")) == "図書館（としょかん）"
        assert gettext("訳のない文") == "訳のない文"
        assert [ngettext("%(num)s点", "%(num)s点", number) % {"num": number} for number in (1, 2)] == [
            "1 thing",
            "2 things",
        ]
    assert gettext("図書館") == "図書館"
    assert ngettext("%(num)s点", "%(num)s点", 2) == "%(num)s点"
    assert set(catalogues) == {"ja", "xx"}


def test_a_language_that_does_not_count_has_one_form_for_every_number(tmp_path: Path) -> None:
    one = PO.replace("nplurals=2; plural=(n != 1)", "nplurals=1; plural=0").replace('msgstr[1] "%(num)s things"', "")
    (tmp_path / "yy.po").write_text(one, encoding="utf-8")
    with speaking(Language("yy", "yy", read_catalogues(tmp_path)["yy"])):
        assert ngettext("%(num)s点", "%(num)s点", 7) == "%(num)s thing"


def test_a_catalogue_that_cannot_be_read_is_no_catalogue(tmp_path: Path) -> None:
    (tmp_path / "xx.po").write_text("図書館 = toshokan\n", encoding="utf-8")
    with pytest.raises(PoFileError):
        read_catalogues(tmp_path)


def test_readings_are_ruby_in_text_and_brackets_where_html_takes_no_elements() -> None:
    word = annotated("{図書館|としょかん}")
    said = "図書館（としょかん）"
    above = "<ruby>図書館<rp>（</rp><rt>としょかん</rt><rp>）</rp></ruby>"
    page = "<title>{0}</title><p title='{0}'>{0} {{a|b}}</p><select><option value=1>{0}</option></select>{0}"
    assert ruby(page.replace("{0}", word)) == (
        f"<title>{said}</title><p title='{said}'>{above} {{{{a|b}}}}</p>"
        f"<select><option value=1>{said}</option></select>{above}"
    )
