"""What a command answers: a page for people, the same as data for programs, and whether somebody should act."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`attention` becomes exit code 1."""

    data: Any
    text: str
    attention: bool = False

    def as_json(self) -> str:
        return json.dumps(self.data, ensure_ascii=False, indent=1, default=_plain)


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns as wide as they need; nothing in a cell can move the terminal's cursor."""
    cells = [[clean(cell) for cell in row] for row in (headings, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def clean(value: object, longest: int = 100) -> str:
    """The value as one short, harmless line: what arrives from a broker may hold anything."""
    if value is None:
        return "-"
    text = moment(value) if isinstance(value, datetime) else str(value)
    harmless = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return harmless if len(harmless) <= longest else harmless[: longest - 1] + "…"


def moment(at: datetime) -> str:
    """UTC to the millisecond, so that rows of four services can be compared."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def age(since: datetime | None, now: datetime) -> str:
    """How long ago, in the one or two units that matter: 12 s, 3 min, 5 h 10 min, 2 d 4 h."""
    if since is None:
        return "-"
    seconds = max(0, int((now - since) / timedelta(seconds=1)))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if days:
        return f"{days} d {hours % 24} h"
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min" if minutes else f"{seconds} s"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 dead letter`, `2 dead letters`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return moment(value) if isinstance(value, datetime) else str(value)
