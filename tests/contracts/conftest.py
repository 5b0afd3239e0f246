"""Two validators for each schema: the reference one, and the fast one that the services use."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import jsonschema_rs
import pytest

Schema = dict[str, Any]


def _pattern_as_ecma_262(_: Any, pattern: str, value: Any, __: Schema) -> Iterator[jsonschema.ValidationError]:
    """JSON Schema's `$` is the end of the text; Python's `$` also matches before a last line feed."""
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield jsonschema.ValidationError(f"{value!r} does not match {pattern!r}")


_Reference: Any = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": _pattern_as_ecma_262}
)


class Judges:
    """The two validators of one schema."""

    def __init__(self, schema: Schema) -> None:
        self._reference = _Reference(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
        self._fast = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    def verdicts(self, value: Any) -> tuple[bool, bool]:
        return self._reference.is_valid(value), self._fast.is_valid(value)


@pytest.fixture(scope="session")
def judges() -> type[Judges]:
    return Judges
