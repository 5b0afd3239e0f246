"""make bench [ONLY=name,…]

OUCHI_BENCH_PAIRS=7   pairs measured for each row
OUCHI_BENCH_SIZE=1    how much work one measurement is; 0.05 is enough to try the harness
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import uvloop

from benchmarks.rows import ROWS
from benchmarks.runner import PAIRS, Row, Runner, short
from tools.errors import Stopped
from tools.places import ROOT
from tools.processes import end_with_parent

COLUMNS = ("name", "value", "unit", "ceiling", "ratio")


async def measure(runner: Runner, names: Sequence[str]) -> list[Row]:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    rows = []
    for name in names:
        print(f"measuring {name} …", flush=True)
        rows.append(await ROWS[name](runner))
    return rows


def table(rows: Sequence[Row]) -> str:
    lines = [f"{'name':<24}{'value':>12}  {'unit':<10}{'ceiling':>12}{'ratio':>8}"]
    for row in rows:
        lines.append(f"{row.name:<24}{short(row.value):>12}  {row.unit:<10}{short(row.ceiling):>12}{row.ratio:>8.2f}")
    for row in rows:
        lines += ["", row.name, *(f"  {note}" for note in row.notes)]
    return "\n".join(lines)


def write(rows: Sequence[Row], file: Path) -> None:
    """The table for programs."""
    file.parent.mkdir(parents=True, exist_ok=True)
    listed = [{column: asdict(row)[column] for column in COLUMNS} for row in rows]
    file.write_text(json.dumps(listed, indent=2) + "\n")


def chosen(only: str) -> list[str]:
    """The rows that `ONLY` names, or all."""
    names = [name for name in only.replace(" ", ",").split(",") if name]
    if unknown := [name for name in names if name not in ROWS]:
        raise Stopped(f"There is no row {', '.join(unknown)}. There are: {', '.join(ROWS)}.")
    return names or list(ROWS)


def main() -> None:
    end_with_parent()
    names = chosen(os.environ.get("ONLY", ""))
    pairs = int(os.environ.get("OUCHI_BENCH_PAIRS", PAIRS))
    size = float(os.environ.get("OUCHI_BENCH_SIZE", 1))
    with Runner(pairs, size) as runner:
        rows = uvloop.run(measure(runner, names))
    print(table(rows))
    write(rows, ROOT / "var" / "bench.json")


if __name__ == "__main__":
    try:
        main()
    except Stopped as reason:
        sys.exit(str(reason))
    except (KeyboardInterrupt, asyncio.CancelledError):
        sys.exit(130)
