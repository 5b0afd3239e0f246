"""What a row is measured with: pairs taken in turns, and one private installation for the rows that need servers."""

import asyncio
import statistics
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from tools.addresses import for_tests
from tools.installation import Installation, installation
from tools.places import ROOT, Lock
from tools.provision import provision
from tools.servers import Servers

PAIRS = 7


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` says how near we are to the bare work: 1 is as good as it."""

    name: str
    value: float
    unit: str
    ceiling: float
    ratio: float
    #: Printed below the table: spread, what limits, further figures.
    notes: Sequence[str] = ()


@dataclass(frozen=True)
class Pairs:
    """What ours and the bare work gave, pair by pair."""

    ours: Sequence[float]
    bare: Sequence[float]

    def faster(self, name: str, unit: str, *notes: str) -> Row:
        """A row of rates: more is better."""
        return self._row(name, unit, [ours / bare for ours, bare in zip(self.ours, self.bare, strict=True)], notes)

    def shorter(self, name: str, unit: str, *notes: str) -> Row:
        """A row of durations: less is better."""
        return self._row(name, unit, [bare / ours for ours, bare in zip(self.ours, self.bare, strict=True)], notes)

    def _row(self, name: str, unit: str, ratios: Sequence[float], notes: Sequence[str]) -> Row:
        said = f"{len(ratios)} pairs: ours {spread(self.ours)} {unit}, bare {spread(self.bare)}, ratio {spread(ratios)}"
        median = statistics.median
        return Row(name, median(self.ours), unit, median(self.bare), median(ratios), (said, *notes))


def spread(values: Sequence[float]) -> str:
    """Median and range, for reading."""
    return f"{short(statistics.median(values))} [{short(min(values))} to {short(max(values))}]"


def short(value: float) -> str:
    """As many digits as mean something."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


async def until(ask: Callable[[], Awaitable[bool]], seconds: float = 300, every: float = 0.01) -> None:
    """Wait until `ask()` says yes, asking `every` so many seconds; fail after `seconds`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not await ask():
        if loop.time() > deadline:
            raise TimeoutError("what is measured did not end")
        await asyncio.sleep(every)


@dataclass
class Runner:
    """Given to every row. `pairs` pairs are measured; `size` scales how much work one measurement is (1 as shipped)."""

    pairs: int = PAIRS
    size: float = 1.0
    root: Path = ROOT
    _house: Installation | None = None
    _closing: ExitStack = field(default_factory=ExitStack)

    def scaled(self, count: int) -> int:
        """`count` things to do, or fewer in a small run."""
        return max(1, round(count * self.size))

    async def interleaved(self, ours: Callable[[], Awaitable[float]], bare: Callable[[], Awaitable[float]]) -> Pairs:
        """Both once to warm up, then in turns, so that what disturbs the machine disturbs both."""
        await bare()
        await ours()
        taken: tuple[list[float], list[float]] = ([], [])
        for number in range(self.pairs):
            for which in (0, 1) if number % 2 == 0 else (1, 0):
                taken[which].append(await (ours, bare)[which]())
        return Pairs(*taken)

    async def house(self) -> Installation:
        """The installation on private servers, started by the first row that asks. Ends with the run."""
        if self._house is None:
            servers = Servers("bench", root=self.root)
            await asyncio.to_thread(servers.start)
            self._closing.callback(servers.discard)
            self._house = installation(servers, for_tests())
            await provision(self._house)
        return self._house

    def __enter__(self) -> Self:
        self._closing.enter_context(Lock(self.root / "var" / "bench"))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.close()
