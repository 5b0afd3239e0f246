"""What people were seen to type in December 2026, and what must become of it."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rules.understanding import understand

TODAY = date(2026, 12, 1)
CASES = json.loads((Path(__file__).parent / "cases" / "typed_2026-12.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['field']}-{case['input'][:40]}")
def test_what_was_typed_becomes_what_the_case_says(case: dict[str, Any]) -> None:
    understood = understand(case["field"], case["input"], today=TODAY)
    if "same_key_as" in case:
        other = understand(case["field"], case["same_key_as"], today=TODAY)
        assert (understood.error, understood.match_key) == (None, other.match_key)
    elif case["expected"] == {"error": True}:
        assert understood.error is not None
    else:
        assert (understood.error, understood.display) == (None, case["expected"])
