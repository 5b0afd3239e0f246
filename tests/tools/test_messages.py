"""What is collected for translation, and what is wrong with a catalogue."""

from pathlib import Path

import pytest

from tools import messages

TEMPLATE = """{{ _('図書館') }}{{ ngettext('%(num)s日', '%(num)s日', days) }}{{ _('%(day)sまで', day=day) }}"""
CODE = """from chassis.web.languages import marked as _
NAMES = {"a": _("名前")}
print(gettext("{field}を選ぶ"), other("言わない"))
"""


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "services" / "demo"
    (folder / "templates").mkdir(parents=True)
    (folder / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    (folder / "words.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def translated(house: Path, code: str = "en", **changed: str) -> list[str]:
    """What is wrong once the catalogue says this; the default is right."""
    texts = {
        "図書館": "library",
        "名前": "name",
        "%(day)sまで": "by %(day)s",
        "{field}を選ぶ": "choose {field}",
        **changed,
    }
    template = messages.collect(["services/demo"], house)
    file = messages.catalogue_file("demo", code, house)
    messages.update(file, "en", template)
    written = messages.read(file)
    for message in written:
        if isinstance(message.id, str) and message.id:
            message.string = texts[message.id]
        elif message.id:
            message.string = ("%(num)s day", changed.get("days", "%(num)s days"))
    messages.save(file, "en", [each for each in written if each.id])
    return sorted(messages.problems("demo", code, template, house))


def test_what_is_marked_is_collected_and_nothing_else(house: Path) -> None:
    found = {each.id for each in messages.collect(["services/demo"], house) if each.id}
    assert found == {"図書館", "名前", "%(day)sまで", "{field}を選ぶ", ("%(num)s日", "%(num)s日")}


def test_a_whole_catalogue_has_no_problem_and_an_update_keeps_it(house: Path) -> None:
    assert translated(house) == []
    template = messages.collect(["services/demo"], house)
    file = messages.catalogue_file("demo", "en", house)
    before = file.read_bytes()
    assert messages.update(file, "en", template) == 0
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"図書館": ""}, "demo en: not translated: 図書館"),
        ({"%(day)sまで": "by then"}, "demo en: other placeholders: %(day)sまで"),
        ({"{field}を選ぶ": "choose {fild}"}, "demo en: other placeholders: {field}を選ぶ"),
        ({"図書館": "100 % library"}, "demo en: a % that stands for no value (％ does): 図書館"),
        ({"図書館": "{library|ライブラリー}"}, "demo en: a reading in a language that has none: 図書館"),
        ({"days": ""}, "demo en: not translated: %(num)s日"),
    ],
)
def test_a_damaged_text_is_named(house: Path, changed: dict[str, str], problem: str) -> None:
    assert translated(house, **changed) == [problem]


def test_easy_japanese_needs_a_reading_for_every_word(house: Path) -> None:
    easy = {
        "図書館": "{図書館|としょかん}",
        "名前": "名前",
        "%(day)sまで": "%(day)sまで",
        "{field}を選ぶ": "{field}を {選|x}ぶ",
    }
    assert translated(house, "ja-easy", **easy) == [
        "demo ja-easy: a reading that is no kana: {field}を選ぶ",
        "demo ja-easy: without a reading: 名前: 名前",
    ]


def test_a_text_that_is_new_or_gone_is_named(house: Path) -> None:
    assert translated(house) == []
    (house / "services" / "demo" / "words.py").write_text(CODE.replace("名前", "氏名"), encoding="utf-8")
    template = messages.collect(["services/demo"], house)
    assert sorted(messages.problems("demo", "en", template, house)) == [
        "demo en: left over (make messages): 名前",
        "demo en: not in the catalogue (make messages): 氏名",
    ]
    assert [*messages.problems("demo", "ko", template, house)] == ["demo ko: there is no catalogue; make messages"]


def test_a_word_of_the_policy_without_a_reading_is_named() -> None:
    assert [*messages.unread({"a": [{"ja": "本", "ja-easy": "本"}, {"ja": "本", "ja-easy": "{本|ほん}"}]})] == [
        "policy: without a reading: 本"
    ]
