"""`make messages`: what people read, collected from code and templates into the catalogues services/<name>/locale/<code>.po.

The Japanese text is its own key. `--check` changes nothing and names everything that is missing, left over or damaged.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tools.places import ROOT

SOURCE, EASY = "ja", "ja-easy"
#: Where each service says something to people; the chassis speaks through intake.
SERVICES = {"intake": ["services/intake", "chassis/web"], "notifier": ["services/notifier"]}
KEYWORDS = {"_": None, "gettext": None, "marked": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
_PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w*\}")
_LONE_PERCENT = re.compile(r"%(?!\(\w+\)s)")
_READING = re.compile(r"\{[^{}|]+\|([^{}|]+)\}")
_KANJI = re.compile(r"[\u3400-\u9fff\uf900-\ufaff々]")
_KANA = re.compile(r"[\u3041-\u30ffー・\s]+")


def shipped_policy() -> dict[str, Any]:
    return tomllib.loads((ROOT / "config" / "library.toml").read_text(encoding="utf-8"))


def languages(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(code, html_lang) of those that the policy offers, but for Japanese."""
    return [(each["code"], each["html_lang"]) for each in policy["languages"] if each["code"] != SOURCE]


def catalogue_file(service: str, code: str, root: Path = ROOT) -> Path:
    return root / "services" / service / "locale" / f"{code}.po"


def collect(folders: Iterable[str], root: Path = ROOT) -> Catalog:
    """Every text that is marked for translation, in the order of the files."""
    found = Catalog(charset="utf-8")
    for folder in folders:
        for name, _line, message, comments, _context in extract_from_dir(
            root / folder, METHODS, keywords=KEYWORDS, strip_comment_tags=True
        ):
            found.add(message, locations=[(f"{folder}/{name}", 0)], auto_comments=comments)
    return found


def read(file: Path) -> Catalog:
    with file.open("rb") as opened:
        return read_po(opened, abort_invalid=True)


def update(file: Path, html_lang: str, template: Catalog) -> int:
    """Bring the catalogue up to date; returns how many texts wait for a translation."""
    kept = {message.id: message.string for message in read(file)} if file.exists() else {}
    written = Catalog(locale=html_lang.replace("-", "_"), charset="utf-8")
    for message in template:
        if message.id:
            written.add(message.id, kept.get(message.id, ""), locations=message.locations)
    save(file, html_lang, [message for message in written if message.id])
    return sum(not _is_translated(message) for message in written if message.id)


def save(file: Path, html_lang: str, texts: Iterable[Message]) -> None:
    """Without dates and line numbers: a catalogue changes where a text changes."""
    written = Catalog(locale=html_lang.replace("-", "_"), charset="utf-8")
    for message in texts:
        written.add(message.id, message.string, locations=message.locations)
    file.parent.mkdir(exist_ok=True)
    with file.open("wb") as opened:
        opened.write(_header(written).encode())
        write_po(opened, written, width=120, omit_header=True, include_lineno=False, sort_by_file=True)


def problems(service: str, code: str, template: Catalog, root: Path = ROOT) -> Iterator[str]:
    """Everything that is wrong with the catalogue, a sentence each."""
    file = catalogue_file(service, code, root)
    if not file.exists():
        yield f"{service} {code}: there is no catalogue; make messages"
        return
    written = read(file)
    wanted = {message.id for message in template if message.id}
    has = {message.id: message for message in written if message.id}
    for key in wanted - set(has):
        yield f"{service} {code}: not in the catalogue (make messages): {_said(key)}"
    for key in set(has) - wanted:
        yield f"{service} {code}: left over (make messages): {_said(key)}"
    if written.obsolete:
        yield f"{service} {code}: {len(written.obsolete)} obsolete texts; remove them"
    for key in wanted & set(has):
        for problem in _problems_of(has[key], code, written.num_plurals):
            yield f"{service} {code}: {problem}: {_said(key)}"


def unread(value: object) -> Iterator[str]:
    """The texts of the policy in which a word has no reading; that none is missing is checked where it is read."""
    if isinstance(value, Mapping):
        if _KANJI.search(_READING.sub("", str(value.get(EASY, "")))):
            yield f"policy: without a reading: {value[EASY]}"
        for inside in value.values():
            yield from unread(inside)
    elif isinstance(value, list):
        for each in value:
            yield from unread(each)


def _problems_of(message: Message, code: str, plurals: int) -> Iterator[str]:
    if not _is_translated(message):
        yield "not translated"
        return
    if message.fuzzy:
        yield "fuzzy: translate it anew"
    original = message.id if isinstance(message.id, str) else message.id[0]
    forms = _forms(message)
    if not isinstance(message.id, str) and len(forms) != plurals:
        yield f"needs {plurals} plural forms"
    for form in forms:
        if sorted(_PLACEHOLDER.findall(_READING.sub("", form))) != sorted(_PLACEHOLDER.findall(original)):
            yield "other placeholders"
        if _LONE_PERCENT.search(form):
            yield "a % that stands for no value (％ does)"
        readings = _READING.findall(form)
        if code == EASY and _KANJI.search(_READING.sub("", form)):
            yield f"without a reading: {''.join(_KANJI.findall(_READING.sub('', form)))}"
        if not all(_KANA.fullmatch(reading) for reading in readings):
            yield "a reading that is no kana"
        if code != EASY and readings:
            yield "a reading in a language that has none"


def _is_translated(message: Message) -> bool:
    return all(_forms(message)) and bool(_forms(message))


def _forms(message: Message) -> tuple[str, ...]:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def _said(key: str | tuple[str, ...] | list[str]) -> str:
    return key if isinstance(key, str) else key[0]


def _header(catalogue: Catalog) -> str:
    return (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {catalogue.plural_forms}\\n"\n\n'
    )


def main(arguments: list[str]) -> int:
    policy = shipped_policy()
    wrong = list(unread(policy)) if "--check" in arguments else []
    for service, folders in SERVICES.items():
        template = collect(folders)
        for code, html_lang in languages(policy):
            if "--check" in arguments:
                wrong += problems(service, code, template)
            else:
                waiting = update(catalogue_file(service, code), html_lang, template)
                print(f"services/{service}/locale/{code}.po: {len(template)} texts, {waiting} to translate")
    print("\n".join(sorted(wrong)), end="\n" if wrong else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
