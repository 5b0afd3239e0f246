"""python -m tools.mailbox --folder FOLDER [--host 127.0.0.1] [--http 8025] [--smtp 1025]"""

import argparse
import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from tools.mailbox.smtp import listen
from tools.mailbox.store import Store
from tools.mailbox.web import application
from tools.ports import LOOPBACK


@asynccontextmanager
async def mailbox(folder: Path, host: str, http: int, smtp: int) -> AsyncIterator[None]:
    store = Store(folder)
    server = await listen(store, host, smtp)
    runner = web.AppRunner(application(store), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, http).start()
        yield
    finally:
        await runner.cleanup()
        server.close()


async def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tools.mailbox", description="The development mailbox.")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--http", type=int, default=8025)
    parser.add_argument("--smtp", type=int, default=1025)
    asked = parser.parse_args()
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with mailbox(asked.folder, asked.host, asked.http, asked.smtp):
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
