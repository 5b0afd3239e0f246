"""What is printed in Japanese on what people hold in their hands, or must find, and is named so in every language."""

import re

from rules.policy import Policy


def printed(policy: Policy) -> list[str]:
    """The names in Japanese that stand beside their translations, longest first."""
    named = [
        name
        for kind in policy.document_types
        for name in (
            kind.name,
            *(side.name for side in kind.sides),
            *(place.name for place in kind.may_hide),
            kind.note or {},
        )
    ]
    found = {run for name in named for run in re.findall("[ぁ-ヺー\u3400-\u9fff々・]+", name.get("en", ""))}
    return sorted({*found, "Ｍｙライブラリ"}, key=len, reverse=True)
