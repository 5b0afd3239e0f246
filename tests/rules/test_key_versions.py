import hashlib
import json
from datetime import date
from pathlib import Path

from rules import itaiji
from rules.understanding import COMPARED, KEYS, understand

CASES = Path(__file__).parent / "cases"


def test_keys_change_only_together_with_their_version() -> None:
    """Where this fails after a change of the rules or of the table of characters: raise KEYS, and write the new digest here."""
    typed = [
        (case["field"], value)
        for case in json.loads((CASES / "typed_2026-12.json").read_text("utf-8"))
        for value in (case["input"], case.get("same_key_as", ""))
        if case["field"] in COMPARED
    ]
    keys = [understand(field, value, today=date(2026, 12, 1)).match_key for field, value in typed]
    forms = sorted(itaiji._KEY.items())
    digest = hashlib.sha256(json.dumps([keys, forms], ensure_ascii=False).encode()).hexdigest()[:16]
    assert (KEYS, digest) == (3, "83d60c80203e0878")
