"""What counts as "the database is away", and what is the statement's own fault."""

import asyncpg
import pytest

from chassis.database import is_away


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.DiskFullError("no space left on device"),
        asyncpg.InterfaceError("cannot perform operation: connection is closed"),
        # What asyncpg says of a connection that the server's crash found between two messages.
        asyncpg.InternalClientError("got result for unknown protocol state 3"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_database_is_away(error: Exception) -> None:
    assert is_away(error)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("duplicate key value"),
        asyncpg.DeadlockDetectedError("deadlock detected"),
        asyncpg.InterfaceError("cannot perform operation: another operation is in progress"),
        ValueError(),
    ],
    ids=lambda error: type(error).__name__,
)
def test_the_statement_is_at_fault(error: Exception) -> None:
    assert not is_away(error)
