"""`python -m services.intake understand FIELD [--today DATE]`: what is typed, understood, without any server.

Reads one JSON string a line and prints one JSON object a line. Staff use it on the telephone; see docs/on-the-telephone.md.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rules.understanding import Understood, understand
from services.intake.postal_codes import NoTable, PostalCodes

FIELDS = ("name", "kana", "birth_date", "postal_code", "address", "phone", "email")
#: A line that is no JSON string. Whatever else is wrong is the field's own error.
NOT_A_STRING = "not_a_json_string"
_JAPAN = ZoneInfo("Asia/Tokyo")


def main(arguments: Sequence[str]) -> int:
    """Understand every line of standard input; one that cannot be read does not stop the rest."""
    chosen = _read(arguments)
    try:
        postal_codes = PostalCodes() if chosen.field == "postal_code" else None
    except NoTable as missing:
        sys.exit(str(missing))
    lines = (line.decode("utf-8", "surrogateescape") for line in sys.stdin.buffer)
    for answer in answers(lines, chosen.field, chosen.today, postal_codes):
        sys.stdout.buffer.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
        sys.stdout.buffer.flush()
    return 0


def answers(
    lines: Iterable[str], field: str, today: date, postal_codes: PostalCodes | None
) -> Iterator[dict[str, Any]]:
    """One answer a line, blank lines too."""
    for line in lines:
        text = _json_string(line)
        if text is None:
            yield _answer(Understood("", "", "", NOT_A_STRING), field, postal_codes)
        else:
            yield _answer(understand(field, text, today=today), field, postal_codes)


def _answer(found: Understood, field: str, postal_codes: PostalCodes | None) -> dict[str, Any]:
    said: dict[str, Any] = {
        "display": found.display,
        "match_key": found.match_key,
        "error": found.error,
        "notes": list(found.notes),
    }
    if field in ("email", "phone"):
        said["suggest"] = found.suggest
    if postal_codes is not None:
        places = postal_codes.places_of(found)
        said["towns"] = list(places.towns)
        # Nobody lives in an office: its address is told, and never one to choose.
        said["offices"] = [{"name": office.name, "address": office.address} for office in places.offices]
    return said


def _json_string(line: str) -> str | None:
    try:
        # Some editors begin a file with a mark of the order of its bytes.
        value = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, str) else None


def _read(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m services.intake understand", description=__doc__)
    parser.add_argument("field", choices=FIELDS)
    parser.add_argument("--today", type=date.fromisoformat, default=None, help="2026-11-22; today in Japan")
    chosen = parser.parse_args(arguments)
    chosen.today = chosen.today or datetime.now(_JAPAN).date()
    return chosen
