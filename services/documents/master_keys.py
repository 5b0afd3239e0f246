"""The file of the master keys: never in the environment, and read again when it was replaced, as in a rotation."""

from pathlib import Path

import structlog

from chassis.key_files import read_keys
from chassis.settings import SettingsError
from services.documents.model.sealing import MasterKeys

log = structlog.get_logger()


class MasterKeyFile:
    """What the file says now. Raises SettingsError where it cannot be read when we start."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known, self._seen = self._read(), self._look()

    def __call__(self) -> MasterKeys:
        """The keys. A file that is gone or broken for the moment changes nothing."""
        if (seen := self._look()) != self._seen and seen is not None:
            try:
                self._known = self._read()
            except SettingsError as error:
                log.error("master keys cannot be read again", error=str(error))
            self._seen = seen
        return self._known

    def _look(self) -> tuple[int, int] | None:
        try:
            status = self._file.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns

    def _read(self) -> MasterKeys:
        return MasterKeys({key.name: key.secret for key in read_keys(self._file)})
