"""The documents service as it runs, with a watch on its event loop.

Every line of input ends a spell: one line of JSON says how late the loop was in it, in seconds, sorted.
"""

import asyncio
import json
import sys
import time

import uvloop

from chassis.logs import configure_logs
from chassis.service import serve
from chassis.settings import read_settings
from services.documents.app import SERVICE

#: Seconds between looks.
_EVERY = 0.002


async def watch(late: list[float]) -> None:
    while True:
        # Not the loop's own clock: uvloop's counts whole milliseconds.
        due = time.perf_counter() + _EVERY
        await asyncio.sleep(_EVERY)
        late.append(max(0.0, time.perf_counter() - due))


async def main() -> None:
    settings, own = read_settings(SERVICE.settings)
    configure_logs("documents", settings.log_console)
    late: list[float] = []

    def tell() -> None:
        if sys.stdin.readline():
            print(json.dumps(sorted(late)), flush=True)
            late.clear()
        else:
            asyncio.get_running_loop().remove_reader(sys.stdin)

    asyncio.get_running_loop().add_reader(sys.stdin, tell)
    watching = asyncio.create_task(watch(late))
    await serve(SERVICE, settings, own)
    watching.cancel()


if __name__ == "__main__":
    uvloop.run(main())
