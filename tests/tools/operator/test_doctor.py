"""What goes wrong slowly is named before it hurts, and what cannot be checked is said to be so."""

from collections import namedtuple
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import system_clock
from rules.policy import load_policy
from tests.tools.operator.conftest import House
from tools.operator import doctor
from tools.operator.answer import Answer
from tools.operator.arguments import parse
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM, Finding
from tools.places import ROOT

LIBRARY = ROOT / "config" / "library.toml"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
Usage = namedtuple("Usage", "total used free")


async def _examined(house: House, library: Path = LIBRARY) -> tuple[Answer, dict[str, str]]:
    options = parse(["doctor"], library)
    answer: Answer = await options.run(house.installation, options)
    return answer, {finding.what: finding.state for finding in answer.data}


async def test_clocks_of_both_servers_and_disks_are_looked_at(house: House) -> None:
    _, states = await _examined(house)
    assert {what: states[what] for what in ("policy", "clock of the database", "clock of the broker")} == {
        "policy": OK,
        "clock of the database": OK,
        "clock of the broker": OK,
    }
    assert set(states) == {
        "policy", "holidays", "closures", "SPF", "DKIM", "DMARC", "MX", "clock of the database", "clock of the broker",
        "disk of the broker", "disk", "sandbox of the decoder", "master keys", "card numbers",
    }  # fmt: skip


async def test_servers_that_are_away_are_not_checked_and_keep_nothing_else_from_being(house: House) -> None:
    away = replace(
        house.installation,
        postgres_admin_url="postgresql://nobody@127.0.0.1:1/postgres",
        management_url="http://guest:guest@127.0.0.1:1",
    )
    _, states = await _examined(replace(house, installation=away))
    parts = ("clock of the database", "clock of the broker", "disk of the broker")
    assert [states[part] for part in parts] == [NOT_CHECKED] * 3
    assert states["policy"] == OK


async def test_every_problem_of_the_policy_is_a_line_and_the_exit_code_says_so(house: House, tmp_path: Path) -> None:
    library = tmp_path / "library.toml"
    text = LIBRARY.read_text(encoding="utf-8")
    library.write_text(
        text.replace('time_zone = "Asia/Tokyo"', 'time_zone = "Asia/X"').replace("hour = 9", "hour = 99"),
        encoding="utf-8",
    )
    answer, states = await _examined(house, library)
    assert answer.attention
    assert [finding.text for finding in answer.data if finding.what == "policy"] == [
        "library.time_zone: Asia/X is not an IANA time zone",
        "staff_digest.hour: must be an hour of the day, 0 to 23",
        "expected_time.told_from_hour: must be an hour of the day, 0 to 23",
    ]
    assert (states["sender"], states["clock of the database"]) == (NOT_CHECKED, OK)


@pytest.mark.parametrize(
    ("today", "holidays", "closures"),
    [
        (date(2026, 9, 30), OK, OK),
        (date(2027, 9, 30), OK, OK),
        (date(2027, 10, 1), PROBLEM, OK),
        (date(2028, 10, 1), PROBLEM, PROBLEM),
    ],
)
def test_from_october_on_the_next_years_calendar_must_be_there(today: date, holidays: str, closures: str) -> None:
    found = doctor.check_calendar(load_policy(LIBRARY), today)
    assert [(finding.what, finding.state) for finding in found] == [("holidays", holidays), ("closures", closures)]


@pytest.mark.parametrize(
    ("seconds", "finding"),
    [
        (0, Finding("clock", OK, "agrees with this machine's")),
        (-5, Finding("clock", OK, "agrees with this machine's")),
        (6, Finding("clock", OK, "agrees with this machine's")),
        (-90, Finding("clock", PROBLEM, "90 s behind this machine's: synchronise both (NTP)")),
        (3601, Finding("clock", PROBLEM, "3600 s ahead of this machine's: synchronise both (NTP)")),
    ],
)
def test_clocks_may_differ_by_some_seconds_and_by_what_the_asking_took(seconds: int, finding: Finding) -> None:
    theirs = NOW + timedelta(seconds=seconds)
    assert doctor.check_clock("clock", theirs, NOW, NOW + timedelta(seconds=1)) == finding


async def test_a_wrong_clock_of_ours_is_seen_against_both_servers(house: House) -> None:
    found = await doctor.examine(house.installation, LIBRARY, None, lambda: system_clock() + timedelta(hours=1))
    clocks = [(finding.what, finding.state) for finding in found if finding.what.startswith("clock")]
    assert clocks == [("clock of the database", PROBLEM), ("clock of the broker", PROBLEM)]


@pytest.mark.parametrize(
    ("total", "free", "state"), [(100, 50, OK), (100, 9, PROBLEM), (10, 1.9, PROBLEM), (15, 2, OK)]
)
def test_a_disk_must_have_two_gibibytes_and_a_tenth_free(tmp_path: Path, total: float, free: float, state: str) -> None:
    usage = Usage(int(total * 1024**3), 0, int(free * 1024**3))
    assert doctor.check_disk(tmp_path, lambda _: usage).state == state


@pytest.mark.parametrize(
    ("node", "state"),
    [
        ({"disk_free": 50 * 1024**3, "disk_free_limit": 1024**3, "disk_free_alarm": False}, OK),
        ({"disk_free": 50 * 1024**3, "disk_free_limit": 1024**3, "disk_free_alarm": True}, PROBLEM),
        ({"disk_free": 19 * 1024**3, "disk_free_limit": 10 * 1024**3, "disk_free_alarm": False}, PROBLEM),
        ({"disk_free": "disk_free_monitoring_disabled", "disk_free_limit": 1}, NOT_CHECKED),
        ({}, NOT_CHECKED),
    ],
)
def test_a_broker_near_its_alarm_is_a_problem(node: dict[str, object], state: str) -> None:
    assert doctor.check_node(node).state == state


def test_a_decoder_that_the_kernel_does_not_confine_is_a_problem() -> None:
    def state(metrics: str) -> str:
        return doctor.check_decoder("sandbox", f"# HELP decoder_confined 1 where …\n{metrics}\n").state

    assert [state(each) for each in ("decoder_confined 1.0", "decoder_confined 0.0", "up 1.0")] == [
        OK,
        PROBLEM,
        PROBLEM,
    ]
