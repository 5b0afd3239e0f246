"""How long the event loop is held by one step, in seconds of processor time: a busy machine does not count."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

#: Nothing may hold the loop for longer.
MOST = 0.05
#: What makes a pattern or a loop slow, when there is much of it.
UNITS = {
    "openers of readings": "\ufff9",
    "readings": "\ufff9a\ufffab\ufffb",
    "digits": "1234567890",
    "wide digits": "１",
    "spaces": " ",
    "wide spaces": "\u3000",
    "hyphens": "-",
    "hyphens of every kind": "ー−–",
    "brackets": "([（「{",
    "readings as they are written": "{漢|か",
    "marks": "a\u0301",
    "kana": "ア",
    "half kana": "ｶﾞ",
    "kanji": "山",
    "kanji numbers": "二十",
    "years": "年1",
    "addresses": "1丁目 ",
    "places": "市区町村",
    "prefectures": "京都府",
    "dots": ".",
    "at signs": "a@",
    "slashes": "/1",
    "quotes": '"',
    "backslashes": "\\",
    "less": "<",
    "ampersands": "&amp;",
    "percents": "%",
    "line ends": "\r\n",
    "ligatures": "ﷺ",
    "letters": "x",
}


def mostly(unit: str, size: int) -> str:
    """`size` characters of it, with another end: what nearly fits is what is tried in every way."""
    return (unit * (size // len(unit) + 1))[: size - 1] + "!"


@dataclass
class Steps:
    """The longest step of the loop so far."""

    longest: float = 0.0


@contextmanager
def measured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """Every step of the loop that is run within."""
    steps, run = Steps(), asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        began = time.thread_time()
        run(handle)
        steps.longest = max(steps.longest, time.thread_time() - began)

    with monkeypatch.context() as patched:
        patched.setattr(asyncio.Handle, "_run", timed)
        yield steps
