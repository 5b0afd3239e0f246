"""The command line itself: its help, its exit codes, and the executable."""

import argparse
import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.tools.operator.conftest import House
from tools.installation import Installation
from tools.operator.answer import age, clean, table
from tools.operator.arguments import parse, since
from tools.places import ROOT

COMMANDS = [
    ["status"], ["doctor"], ["trace"], ["replay"], ["outbox"], ["outbox", "list"], ["outbox", "park"], ["outbox", "unpark"],
    ["outbox", "discard"], ["dead-letters"], ["dead-letters", "list"], ["dead-letters", "show"],
    ["dead-letters", "redrive"], ["dead-letters", "discard"],
]  # fmt: skip
LIBRARY = ROOT / "config" / "library.toml"


def ouchi(house: Installation, *words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "OUCHI_PURPOSE": house.purpose}
    command = [str(ROOT / "ouchi"), *words]
    return subprocess.run(command, env=environ, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("words", [[], *COMMANDS], ids=" ".join)
def test_every_command_has_help(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse([*words, "--help"])
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {' '.join(['ouchi', *words])} ")


@pytest.mark.parametrize(
    "line",
    [
        "", "nothing", "dead-letters", "dead-letters redrive", "dead-letters redrive intake",
        "dead-letters discard --all --id 019a8f00-0000-7000-8000-00000000ffff", "dead-letters show --id 7",
        "dead-letters list nobody", "outbox nobody", "outbox park", "outbox park x intake",
        "outbox park 019a8f00-0000-7000-8000-00000000ffff", "replay review --since yesterday --queue q",
        "replay review --queue q", "replay nobody --since 2026-11-20 --queue q", "trace",
    ],
)  # fmt: skip
def test_a_wrong_command_line_ends_with_two_and_says_how(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(line.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith("usage: ouchi")


@pytest.mark.parametrize("line", ["outbox", "outbox list"])
def test_outbox_alone_lists(line: str) -> None:
    assert parse(line.split()) == parse(["outbox", "list"])
    assert parse([*line.split(), "review", "--json"]).service == "review"


def test_a_plain_date_is_the_librarys_midnight() -> None:
    assert since("2026-11-20", LIBRARY).astimezone(UTC) == datetime(2026, 11, 19, 15, tzinfo=UTC)
    assert since("2026-11-20T09:30:00Z", LIBRARY) == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_a_policy_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="names no time zone"):
        since("2026-11-20", tmp_path / "nothing.toml")


def test_ages_are_said_in_the_units_that_matter() -> None:
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    begun = [datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC), datetime(2026, 11, 22, 11, 57, tzinfo=UTC),
             datetime(2026, 11, 22, 6, 50, tzinfo=UTC), datetime(2026, 11, 20, 8, tzinfo=UTC), None]  # fmt: skip
    assert [age(at, now) for at in begun] == ["0 s", "3 min", "5 h 10 min", "2 d 4 h", "-"]


def test_a_table_lines_up_and_a_cell_is_one_harmless_line() -> None:
    assert table(("a", "long"), [("xyz", 1), (None, "")]) == "a    long\nxyz  1\n-"
    assert clean("a\x1b[2J\n\u202eb\x9b") == "a [2J  b "
    assert clean("x" * 101) == "x" * 99 + "…"


async def test_the_executable_works_from_any_folder_and_its_exit_code_says_whether_to_act(
    house: House, tmp_path: Path
) -> None:
    quiet = ouchi(house.installation, "dead-letters", "list", "--json", cwd=tmp_path)
    assert (quiet.returncode, json.loads(quiet.stdout), quiet.stderr) == (0, [], "")
    id_ = await house.die()
    loud = ouchi(house.installation, "dead-letters", "list", "--json", cwd=tmp_path)
    assert (loud.returncode, [letter["event_id"] for letter in json.loads(loud.stdout)]) == (1, [id_])
    done = ouchi(house.installation, "dead-letters", "redrive", "--all", "notifier")
    assert (done.returncode, done.stdout) == (0, f"returned to notifier.application.received.v1: {id_}\n")


async def test_what_cannot_be_done_is_one_sentence_and_no_traceback(house: House) -> None:
    done = ouchi(house.installation, "trace", "nonsense")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "That is neither a receipt number (a character may be wrong) nor an application id.\n"
