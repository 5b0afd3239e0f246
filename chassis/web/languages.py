"""The language that is being spoken, and texts in it: one gettext catalogue for each, read once, nothing compiled.

The text in the code is Japanese and is its own key. A reading is written `{漢字|かんじ}` in a translation; inside it travels
between the three characters that Unicode has for annotations, and becomes ruby in HTML, 漢字（かんじ） elsewhere.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from gettext import c2py
from operator import itemgetter
from pathlib import Path

from babel.messages.pofile import read_po

from chassis.web.counted import counted

#: The language of the texts in the code.
SOURCE = "ja"
_OPEN, _MIDDLE, _CLOSE = "\ufff9", "\ufffa", "\ufffb"
_WRITTEN = re.compile(r"\{([^{}|]+)\|([^{}|]+)\}")
#: Linear in the text: neither part goes on beyond the next of the three.
_ANNOTATED = re.compile(f"{_OPEN}([^{_OPEN}-{_CLOSE}]*){_MIDDLE}([^{_OPEN}-{_CLOSE}]*){_CLOSE}")
#: More languages nobody asks for at once.
_MOST_TAGS = 20
#: Where HTML takes no elements: inside a tag, and inside these.
_BARE = re.compile(r"<(title|option|textarea)\b.*?</\1>|<[^>]*>", re.DOTALL)


@dataclass(frozen=True)
class Catalogue:
    """`texts` by their Japanese, in as many forms as the language counts in; `plural` says which is that of a number."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plural: Callable[[int], int] = lambda _number: 0


@dataclass(frozen=True)
class Language:
    """`code` as people choose it, `html_lang` as browsers take it."""

    code: str
    html_lang: str
    catalogue: Catalogue = field(default_factory=Catalogue)


JAPANESE = Language(SOURCE, SOURCE)
_spoken: ContextVar[Language] = ContextVar("language", default=JAPANESE)


@cache
def read_catalogues(folder: Path) -> Mapping[str, Catalogue]:
    """Every `<code>.po` in the folder, and Japanese, which needs none."""
    return {SOURCE: Catalogue(), **{path.stem: _catalogue(path) for path in sorted(folder.glob("*.po"))}}


def _catalogue(path: Path) -> Catalogue:
    with path.open("rb") as file:
        written = read_po(file, abort_invalid=True)
    texts = {}
    for message in written:
        key = message.id if isinstance(message.id, str) else message.id[0]
        forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
        if key and all(forms):
            texts[key] = tuple(map(annotated, forms))
    return Catalogue(texts, c2py(written.plural_expr))


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Whatever is said within, is said in this language."""
    before = _spoken.set(language)
    try:
        yield
    finally:
        _spoken.reset(before)


def spoken() -> Language:
    """The language of the answer that is being made; Japanese where nobody said otherwise."""
    return _spoken.get()


def gettext(message: str) -> str:
    """The Japanese text in the language that is spoken."""
    return _spoken.get().catalogue.texts.get(message, (message,))[0]


def ngettext(singular: str, plural: str, number: int) -> str:
    """As `gettext`, where the language says it otherwise of one, of two, of many. In Japanese both are the same text."""
    catalogue = _spoken.get().catalogue
    forms = catalogue.texts.get(singular, (plural,))
    return forms[min(catalogue.plural(number), len(forms) - 1)]


def marked(message: str) -> str:
    """The text itself, marked for translation; `gettext` says it once the language is known."""
    return message


def accepted(header: str, languages: Sequence[Language]) -> Language | None:
    """The first of the languages that the header Accept-Language asks for; zh-TW is content with zh-Hans."""
    for tag in _tags(header):
        for same in (str.__eq__, _same_tongue):
            for language in languages:
                if same(tag, language.html_lang.lower()):
                    return language
    return None


def _tags(header: str) -> list[str]:
    weighed = []
    for part in header.lower().split(",", _MOST_TAGS)[:_MOST_TAGS]:
        tag, _, weight = part.partition(";")
        found = re.fullmatch(r"\s*q=([01](?:\.[0-9]{0,3})?)\s*", weight)
        weighed.append((float(found[1]) if found else 1.0, tag.strip()))
    return [tag for weight, tag in sorted(weighed, key=itemgetter(0), reverse=True) if weight > 0]


def _same_tongue(one: str, other: str) -> bool:
    return one.partition("-")[0] == other.partition("-")[0]


def annotated(text: str) -> str:
    """`{漢字|かんじ}` as it travels."""
    return _WRITTEN.sub(rf"{_OPEN}\1{_MIDDLE}\2{_CLOSE}", text)


def plain(text: str) -> str:
    """Readings in brackets: 漢字（かんじ）."""
    return _ANNOTATED.sub(r"\1（\2）", counted(text)) if _OPEN in text else text


def ruby(page: str) -> str:
    """Readings above their words, where HTML allows it; in brackets in attributes, titles and options."""
    if _OPEN not in page:
        return page
    outside = _BARE.sub(lambda found: plain(found[0]), counted(page))
    return _ANNOTATED.sub(r"<ruby>\1<rp>（</rp><rt>\2</rt><rp>）</rp></ruby>", outside)
