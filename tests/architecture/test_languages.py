"""Whatever people read is marked for translation: no Japanese stands by itself in what speaks five languages."""

import ast
import re
from collections.abc import Iterator

import pytest
from jinja2 import Environment, nodes

from tools.messages import KEYWORDS, SERVICES
from tools.places import ROOT

_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ\u3400-\u9fff]")
FOLDERS = sorted({folder for folders in SERVICES.values() for folder in folders})
#: Japanese that is typed, written or read and not said: the grammar of dates, days as Japanese writes them, how numbers are read,
#: and subjects of automatic answers.
NOT_SAID = {
    "services/intake/pages/birth_dates.py",
    "chassis/web/days.py",
    "chassis/web/counted.py",
    "services/notifier/reports.py",
}
#: 西暦 as people type it, and a birth date as it is compared with what was typed.
NOT_SAID_IN = {"services/intake/pages/fields.py": {"西暦", "年", "月", "日"}}


def python_files() -> list[str]:
    return [str(path.relative_to(ROOT)) for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]


def templates() -> list[str]:
    """Staff read Japanese."""
    found = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("templates/*"))]
    return [str(path.relative_to(ROOT)) for path in found if not path.name.startswith("staff_")]


def unmarked(tree: ast.AST) -> Iterator[str]:
    """Texts that are neither documentation nor an argument of what marks them."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KEYWORDS:
            skipped.update(id(each) for each in node.args)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def unmarked_in_template(source: str) -> Iterator[str]:
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(source)
    marked = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name in KEYWORDS
        for argument in call.args
    }
    for text in tree.find_all(nodes.TemplateData):
        yield text.data
    for constant in tree.find_all(nodes.Const):
        if isinstance(constant.value, str) and id(constant) not in marked:
            yield constant.value


@pytest.mark.parametrize("file", python_files())
def test_python_says_nothing_in_japanese_alone(file: str) -> None:
    if file in NOT_SAID:
        return
    found = {text for text in unmarked(ast.parse((ROOT / file).read_text(encoding="utf-8"))) if _JAPANESE.search(text)}
    assert found - NOT_SAID_IN.get(file, set()) == set()


@pytest.mark.parametrize("file", templates())
def test_a_template_says_nothing_in_japanese_alone(file: str) -> None:
    source = (ROOT / file).read_text(encoding="utf-8")
    assert [text for text in unmarked_in_template(source) if _JAPANESE.search(text)] == []


def test_the_check_sees_what_is_not_marked() -> None:
    assert {*unmarked(ast.parse('"""文"""\nx = f"あと{y}日", _("はい"), "いいえ"'))} == {"あと", "日", "いいえ"}
    assert [*unmarked_in_template("あ{{ _('い') }}{{ 'う' }}")] == ["あ", "う"]
