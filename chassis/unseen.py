"""Characters that nobody sees and that change what others see: taken out of all that is not ours, when it is read.

They are marks that turn the direction of what follows (U+202E …), and the three that our readings travel between
(`chassis.web.languages`). What names need stays: joiners, variation selectors, accents.
"""

import re
from typing import Any

#: Direction marks, embeddings and isolates; deprecated format characters; annotations; tags.
UNSEEN = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\U000e0001\U000e0020-\U000e007f]")


def clean(text: str) -> str:
    """The text without them."""
    return text if text.isascii() else UNSEEN.sub("", text)


def clean_json(value: Any) -> Any:
    """What JSON holds, every text in it `clean`, those of its keys too."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(key): clean_json(item) for key, item in value.items()}
    return [clean_json(item) for item in value] if isinstance(value, list) else value
