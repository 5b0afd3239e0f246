"""Japanese postal codes: seven digits, shown 862-0971."""

import re
import sys
from pathlib import Path

from rules import text

#: Where set-up puts the table of all codes (tools/postal_codes.py): beside the packages of this environment.
TABLE = Path(sys.prefix, "share", "ouchi", "postal_codes.sqlite")

_DECORATION = re.compile(r"[\s〒〶.・,、()" + re.escape(text.HYPHENS + text.WAVES) + "]")


def read_postal_code(raw: str) -> tuple[str, str | None]:
    """(862-0971, None) or (the digits found, `postal_not_7_digits`). Whether the code exists is not asked."""
    digits = _DECORATION.sub("", text.ascii_digits(raw))
    if re.fullmatch("[0-9]{7}", digits):
        return f"{digits[:3]}-{digits[3:]}", None
    return re.sub("[^0-9]", "", digits), "postal_not_7_digits"
