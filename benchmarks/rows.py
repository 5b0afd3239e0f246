"""Every row of `make bench`: its name and what measures it. One module for each family of rows."""

from collections.abc import Awaitable, Callable, Mapping

from benchmarks.relay import measure_relay
from benchmarks.runner import Row, Runner

Measure = Callable[[Runner], Awaitable[Row]]

ROWS: Mapping[str, Measure] = {
    "relay": measure_relay,
}
