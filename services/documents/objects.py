"""Where the sealed renditions lie: a local folder or any object storage that obstore speaks."""

import asyncio
import os
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url

from chassis.errors import Unavailable
from services.documents.model.document import RENDITIONS

log = structlog.get_logger()

#: The object with the document's wrapped key; without it the others are noise.
KEY = "key"
_PARTS = (KEY, *RENDITIONS)
_OURS = re.compile(rf"(?P<folder>[0-9a-f]{{32}})/(?:{'|'.join(_PARTS)})")
#: What a writer that died leaves on a local disk: listings hide it.
_UNFINISHED = re.compile(_OURS.pattern + r"#\d+")


class Missing(Exception):
    """There is no such object."""


class Objects:
    """Folders with random names, one for each document, one object for its key and for each rendition."""

    def __init__(self, url: str) -> None:
        """Raises obstore's BaseError or OSError where the storage cannot be opened at all."""
        parts = urlsplit(url)
        self._root = Path(unquote(parts.path)) if parts.scheme == "file" else None
        self._store: ObjectStore = (
            LocalStore(self._root, mkdir=True, automatic_cleanup=True)
            if self._root
            # Where it is and who we are: the AWS_… variables. Away is said soon: whoever waits is a person.
            else from_url(
                url,
                retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=20)},
            )
        )

    async def write(self, sealed: Mapping[str, bytes]) -> str:
        """Store every rendition under a new random folder and return its name, once a power cut cannot take it away.

        Raises Unavailable: nothing is left.
        """
        folder = secrets.token_hex(16)
        try:
            for rendition, content in sealed.items():
                await obstore.put_async(self._store, f"{folder}/{rendition}", content)
            if self._root:
                await asyncio.to_thread(_settle, self._root, folder)
        except (BaseError, OSError) as error:
            log.warning("storage away", doing="write", error=type(error).__name__)
            await self.remove(folder)
            raise Unavailable from None
        return folder

    async def read(self, folder: str, rendition: str) -> bytes:
        """Raises Missing or Unavailable."""
        try:
            answer = await obstore.get_async(self._store, f"{folder}/{rendition}")
            return bytes(await answer.bytes_async())
        except FileNotFoundError:
            raise Missing from None
        except (BaseError, OSError) as error:
            log.warning("storage away", doing="read", error=type(error).__name__)
            raise Unavailable from None

    async def write_key(self, folder: str, content: bytes) -> None:
        """Put a key in the place of the one that is there, or that is not there yet: at once, or not at all.

        Raises Unavailable: the one that was there is there still.
        """
        try:
            await obstore.put_async(self._store, f"{folder}/{KEY}", content)
            if self._root:
                await asyncio.to_thread(_settle, self._root, folder)
        except (BaseError, OSError) as error:
            log.warning("storage away", doing="write", error=type(error).__name__)
            raise Unavailable from None

    async def destroy_key(self, folder: str) -> None:
        """Overwrite the key where that is in our hands, and remove it. Raises Unavailable: it may still be there."""
        try:
            if self._root:
                await asyncio.to_thread(_overwrite, self._root / folder / KEY)
            await obstore.delete_async(self._store, f"{folder}/{KEY}")
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            log.warning("storage away", doing="destroy", error=type(error).__name__)
            raise Unavailable from None

    async def remove(self, folder: str) -> None:
        """Remove all of a folder that can be removed now, the key first; the sweep finds what could not."""
        with suppress(Unavailable):
            await self.destroy_key(folder)
        for part in _PARTS:
            try:
                await obstore.delete_async(self._store, f"{folder}/{part}")
            except FileNotFoundError:
                continue
            except (BaseError, OSError) as error:
                log.warning("storage away", doing="remove", error=type(error).__name__)

    async def folders_before(self, moment: datetime) -> AsyncIterator[set[str]]:
        """The folders last written before `moment`, some hundreds at a time. Names that are not ours are never given."""
        async for page in obstore.list(self._store, chunk_size=500):
            named = [(_OURS.fullmatch(each["path"]), each["last_modified"]) for each in page]
            found = {match["folder"] for match, modified in named if match and modified < moment}
            if found:
                yield found

    async def remove_unfinished(self, before: datetime) -> None:
        """Remove what writers that died left on a local disk; an object storage cleans up after itself."""
        if self._root is not None:
            await asyncio.to_thread(_remove_unfinished, self._root, before)

    async def check(self) -> str:
        """For /readyz: nothing, or what is wrong."""
        try:
            await self.read("0" * 32, "reading")
        except Missing:
            return ""
        except Unavailable:
            return "away"
        return ""


def _settle(root: Path, folder: str) -> None:
    """Onto the disk itself: obstore leaves a file, and the name that leads to it, to the system's caches (fsync(2))."""
    for path in (*(root / folder).iterdir(), root / folder, root):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _overwrite(path: Path) -> None:
    """Other bytes in the very place of the file's, on the disk itself. Raises FileNotFoundError or another OSError."""
    descriptor = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(descriptor, secrets.token_bytes(os.fstat(descriptor).st_size), 0)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_unfinished(root: Path, before: datetime) -> None:
    for path in root.glob("*/*#*"):
        ours = _UNFINISHED.fullmatch(path.relative_to(root).as_posix())
        with suppress(FileNotFoundError):
            if ours and path.stat().st_mtime < before.timestamp():
                path.unlink()
                with suppress(OSError):
                    path.parent.rmdir()
