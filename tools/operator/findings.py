"""What an examination found."""

from dataclasses import dataclass

OK, PROBLEM, NOT_CHECKED = "ok", "PROBLEM", "not checked"


@dataclass(frozen=True)
class Finding:
    """`state` is OK, PROBLEM (somebody should act) or NOT_CHECKED (`text` says why)."""

    what: str
    state: str
    text: str
