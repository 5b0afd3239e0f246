"""The services' log files of `make run`: lines for people (with colours) or JSON, this run's and the one before."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

#: Everything else on a line stays where it is: only these are known to hold codes, ids and numbers.
SHOWN = ("method", "route", "status", "ms", "queue", "event_id", "type", "attempt", "delay", "error", "reason")

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"(?P<at>\S+Z) \[(?P<level>\w+) *\] (?P<event>.*?) +(?P<pairs>\w+=.*)")
_PAIR = re.compile(r"""(\w+)=('[^']*'|"[^"]*"|\S+)""")


@dataclass(frozen=True)
class LogLine:
    """What a line says of one trace."""

    at: datetime
    trace_id: str
    text: str


def lines_of(folder: Path, service: str) -> Iterator[LogLine]:
    """Every line of the service that carries a trace id, oldest first."""
    for file in (folder / f"{service}.log.1", folder / f"{service}.log"):
        if file.exists():
            with file.open(encoding="utf-8", errors="replace") as lines:
                for line in lines:
                    if "trace_id" in line and (found := parse(line)):
                        yield found


def parse(line: str) -> LogLine | None:
    """The line, or None where it is none of ours or names no trace."""
    fields = _fields(_COLOUR.sub("", line).strip())
    try:
        at = datetime.fromisoformat(fields["timestamp"])
        words = [fields["event"], *(f"{name}={fields[name]}" for name in SHOWN if name in fields)]
        return LogLine(at if at.tzinfo else at.replace(tzinfo=UTC), fields["trace_id"], " ".join(words))
    except (KeyError, ValueError):
        return None


def _fields(line: str) -> Mapping[str, str]:
    if line.startswith("{"):
        try:
            return {name: str(value) for name, value in json.loads(line).items()}
        except ValueError:
            return {}
    match = _LINE.fullmatch(line)
    if match is None:
        return {}
    pairs = {name: value.strip("'\"") for name, value in _PAIR.findall(match["pairs"])}
    return {**pairs, "timestamp": match["at"], "event": match["event"]}
