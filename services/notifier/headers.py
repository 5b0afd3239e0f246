"""Header lines that need no parser: what is written is what was meant, an address above all.

RFC 2047 for what is not ASCII: encoded words of at most 75 characters, in lines of at most 76. Other lines have at most 78
(RFC 5322, 2.1.1) unless one word is longer.
"""

from base64 import b64encode

_BEGIN, _END = "=?utf-8?b?", "?="
_LONGEST_LINE, _LONGEST_ENCODED_LINE = 78, 76
_LONGEST_WORD = 75
_FOLD = "\r\n "


def text_line(name: str, text: str) -> str:
    """A header whose value is text to read. Decoded again it is `text`, to the last space.

    Raises ValueError (UnicodeEncodeError) for a lone surrogate.
    """
    plain = _folded(name, text) if _is_plain(text) else None
    return f"{plain or _encoded(name, text)}\r\n"


def mailbox_line(name: str, address: str, display: str = "") -> str:
    """A header whose value is one address, which is written as it stands: it must be one that needs no encoding.

    Raises ValueError as `text_line`.
    """
    if not display:
        return f"{name}: {address}\r\n"
    line = f"{name}: {_quoted(display)}" if _is_plain(display) else _encoded(name, display)
    fits = len(line.rpartition("\r\n")[2]) + len(address) + 3 <= _LONGEST_ENCODED_LINE
    return f"{line}{' ' if fits else _FOLD}<{address}>\r\n"


def token_line(name: str, token: str) -> str:
    """A header whose value is a date, an id, a language or a keyword of ours. Raises ValueError where it could be more."""
    if not token.isascii() or not token.isprintable():
        raise ValueError(f"{name}: not a token")
    return f"{name}: {token}\r\n"


def _is_plain(text: str) -> bool:
    # What looks like an encoded word would be decoded; outer and double spaces may be lost.
    return text.isascii() and text.isprintable() and "=?" not in text and text == " ".join(text.split())


def _folded(name: str, text: str) -> str | None:
    """None where there is a word that no line has room for."""
    first, *others = text.split(" ")
    lines = [f"{name}: {first}"]
    for word in others:
        if len(lines[-1]) + 1 + len(word) <= _LONGEST_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(f" {word}")
    return "\r\n".join(lines) if all(len(line) <= _LONGEST_LINE for line in lines) else None


def _encoded(name: str, text: str) -> str:
    """White space between two encoded words is not text, so that every space of `text` lies within one."""
    lines: list[str] = []
    room, held = _octets(_LONGEST_ENCODED_LINE - len(f"{name}: ")), b""
    for character in text:
        octets = character.encode()
        if len(held) + len(octets) > room:
            lines.append(_word(held))
            room, held = _octets(_LONGEST_ENCODED_LINE - 1), b""
        held += octets
    return f"{name}: {_FOLD.join([*lines, _word(held)])}"


def _octets(room: int) -> int:
    """How many octets an encoded word has in so many characters: three in every four."""
    return (min(room, _LONGEST_WORD) - len(_BEGIN) - len(_END)) // 4 * 3


def _word(octets: bytes) -> str:
    return f"{_BEGIN}{b64encode(octets).decode()}{_END}"


def _quoted(display: str) -> str:
    escaped = display.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
