"""What goes wrong slowly: the sender's name in the DNS, clocks, disks, the policy and its calendar."""

import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
from yarl import URL

from chassis.clock import Clock
from contracts import SERVICES
from rules.policy import Policy, PolicyError, load_policy
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator import senders
from tools.operator.cards import check_cards
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM, Finding
from tools.operator.house import database, service_url
from tools.operator.master_keys import check_age

ASK_SECONDS = 5.0
#: A lease, a session or a deadline may be wrong by this much and nobody notices.
CLOCK_TOLERANCE = timedelta(seconds=5)
LEAST_FREE_BYTES, LEAST_FREE_SHARE = 2 * 1024**3, 0.1
#: From this month on the next year's holidays are needed: promised days lie in it.
CALENDAR_MONTH = 10


async def examine(house: Installation, library: Path, selector: str | None, now: Clock) -> list[Finding]:
    """Every check; one that cannot be made says so and keeps no other from being made."""
    found: list[Finding] = []
    try:
        policy = load_policy(library)
    except PolicyError as error:
        found += [Finding("policy", PROBLEM, problem) for problem in error.problems]
        found.append(Finding("sender", NOT_CHECKED, "the policy cannot be read"))
    else:
        found.append(Finding("policy", OK, f"version {policy.version}"))
        found += check_calendar(policy, now().astimezone(ZoneInfo(policy.time_zone)).date())
        resolver = senders.name_servers()
        try:
            found += await senders.check_sender(policy, partial(senders.ask, resolver), selector)
        finally:
            await resolver.close()
        found.append(await check_cards(house, policy.card_numbers))
    found.append(await _database_clock(house, now))
    found += await _broker(house, now)
    found.append(await _decoder(house))
    found.append(check_disk(house.var))
    found.append(check_age(house, now()))
    return found


def check_calendar(policy: Policy, today: date) -> list[Finding]:
    """Whether the holidays and special closures are there by which days are promised."""
    opening, years = policy.opening, [today.year]
    if today.month >= CALENDAR_MONTH:
        years.append(today.year + 1)
    holidays = {holiday.on.year for holiday in opening.holidays}
    closed = {day.year for closure in opening.closures for day in (closure.first, closure.last)}
    return [_calendar("holidays", years, holidays), _calendar("closures", years, closed)]


def _calendar(what: str, years: list[int], known: set[int]) -> Finding:
    missing = [str(year) for year in years if year not in known]
    if missing:
        return Finding(what, PROBLEM, f"none in {' and '.join(missing)}: promised days are counted wrongly")
    return Finding(what, OK, f"known for {' and '.join(map(str, years))}")


def check_disk(folder: Path, usage: Callable[[Path], Any] = shutil.disk_usage) -> Finding:
    """The disk that this installation's own data is on."""
    disk = usage(folder)
    text = f"{disk.free / 1024**3:.1f} GiB of {disk.total / 1024**3:.1f} GiB are free for {folder.name}"
    short = disk.free < LEAST_FREE_BYTES or disk.free < disk.total * LEAST_FREE_SHARE
    return Finding("disk", PROBLEM if short else OK, text)


async def _database_clock(house: Installation, now: Clock) -> Finding:
    try:
        async with database(house, SERVICES[0]) as conn:
            before = now()
            theirs = await conn.fetchval("SELECT clock_timestamp()")
            return check_clock("clock of the database", theirs, before, now())
    except Stopped as reason:
        return Finding("clock of the database", NOT_CHECKED, str(reason))


def check_clock(what: str, theirs: datetime, before: datetime, after: datetime) -> Finding:
    """`theirs` was told between `before` and `after` by our own clock."""
    behind, ahead = before - theirs, theirs - after
    off = max(behind, ahead, timedelta(0)).total_seconds()
    if off <= CLOCK_TOLERANCE.total_seconds():
        return Finding(what, OK, "agrees with this machine's")
    direction = "behind" if behind > ahead else "ahead of"
    return Finding(what, PROBLEM, f"{off:.0f} s {direction} this machine's: synchronise both (NTP)")


async def _broker(house: Installation, now: Clock) -> list[Finding]:
    """The broker's clock by the date of its management interface, and its own alarms."""
    url = URL(house.management_url)
    headers = {"Authorization": aiohttp.encode_basic_auth(url.user or "guest", url.password or "guest")}
    timeout = aiohttp.ClientTimeout(total=ASK_SECONDS)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            before = now()
            async with session.get(url.with_user(None) / "api" / "nodes", raise_for_status=True) as answer:
                after, nodes = now(), await answer.json()
                theirs = parsedate_to_datetime(answer.headers["Date"]).astimezone(UTC)
    except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
        why = f"its management interface does not answer ({type(error).__name__})"
        return [Finding(f"{part} of the broker", NOT_CHECKED, why) for part in ("clock", "disk")]
    # The date is cut off to whole seconds.
    clock = check_clock("clock of the broker", theirs, before - timedelta(seconds=1), after)
    return [clock, *(check_node(node) for node in nodes)]


async def _decoder(house: Installation) -> Finding:
    """Whether a picture that takes its decoder over is alone there: documents says so in its metrics."""
    what = "sandbox of the decoder"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ASK_SECONDS)) as session,
            session.get(f"{service_url(house, 'documents')}/metrics", raise_for_status=True) as answer,
        ):
            return check_decoder(what, await answer.text())
    except (aiohttp.ClientError, TimeoutError) as error:
        return Finding(what, NOT_CHECKED, f"documents does not answer ({type(error).__name__})")


def check_decoder(what: str, metrics: str) -> Finding:
    """`metrics` as Prometheus reads them."""
    values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line and not line.startswith("#"))
    if values.get("decoder_confined") == "1.0":
        return Finding(what, OK, "what decodes pictures can do nothing else")
    text = (
        "the kernel does not confine what decodes pictures (seccomp): a picture that takes it over could read what documents' "
        "user can read. documents' log says why; a newer kernel, or a container runtime that allows seccomp, mends it"
    )
    return Finding(what, PROBLEM, text)


def check_node(node: dict[str, Any]) -> Finding:
    """What one node of the broker says of its disk."""
    free, limit = node.get("disk_free"), node.get("disk_free_limit")
    if not isinstance(free, int) or not isinstance(limit, int):
        return Finding("disk of the broker", NOT_CHECKED, "it has not measured it yet")
    text = f"{free / 1024**3:.1f} GiB are free, it stops publishing below {limit / 1024**3:.1f} GiB"
    short = node.get("disk_free_alarm") or free < max(2 * limit, LEAST_FREE_BYTES)
    return Finding("disk of the broker", PROBLEM if short else OK, text)
