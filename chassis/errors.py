"""What can go wrong, as the caller sees it.

Problem                     an answer that is not a success; never a bug
├── Malformed         400   the request cannot be read at all
├── Unauthenticated   401   nobody is signed in
├── Forbidden         403   signed in, but not allowed
├── NotFound          404   does not exist, or is not yours: the answer is the same
├── TooSlow           408   what was to come did not come in time
├── Conflict          409   the state does not allow it (any more)
├── TooLarge          413   more bytes than are taken
├── Unsupported       415   a kind of content that is not taken
├── Invalid           422   readable, but wrong: one `FieldError` for each fault
├── TooManyRequests   429   come back later
└── Unavailable       503   something we need is away; nothing was written
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One fault of one field: `code` for programs, `message` for people (filled in where the language is known)."""

    field: str
    code: str
    message: str = ""

    def as_json(self) -> dict[str, str]:
        return {"field": self.field, "code": self.code, "message": self.message}


class Problem(Exception):
    """An answer that is not a success: `code` names the reason for programs, `detail` says it to people."""

    status = 500
    default_code = "problem"

    def __init__(self, code: str | None = None, detail: str = "", headers: Mapping[str, str] | None = None) -> None:
        self.code = code or self.default_code
        self.detail = detail
        self.headers = dict(headers or {})
        super().__init__(self.code)


class Malformed(Problem):
    """The request cannot be read at all."""

    status, default_code = 400, "malformed"


class Unauthenticated(Problem):
    """Nobody is signed in."""

    status, default_code = 401, "unauthenticated"


class Forbidden(Problem):
    """Signed in, but not allowed."""

    status, default_code = 403, "forbidden"


class NotFound(Problem):
    """Does not exist, or is somebody else's: the answer is the same."""

    status, default_code = 404, "not_found"


class TooSlow(Problem):
    """What was to come did not come in time."""

    status, default_code = 408, "too_slow"


class Conflict(Problem):
    """The state does not allow it, or not any more."""

    status, default_code = 409, "conflict"


class TooLarge(Problem):
    """More bytes than are taken."""

    status, default_code = 413, "too_large"


class Unsupported(Problem):
    """A kind of content that is not taken."""

    status, default_code = 415, "unsupported"


class Invalid(Problem):
    """Readable, but wrong."""

    status, default_code = 422, "invalid"

    def __init__(self, errors: Sequence[FieldError], code: str | None = None, detail: str = "") -> None:
        super().__init__(code, detail)
        self.errors = tuple(errors)


class TooManyRequests(Problem):
    """Come back after `retry_after` seconds."""

    status, default_code = 429, "too_many_requests"

    def __init__(self, retry_after: int, detail: str = "") -> None:
        super().__init__(None, detail, {"Retry-After": str(retry_after)})


class Unavailable(Problem):
    """Something we need is away; nothing was written. Try again after `retry_after` seconds."""

    status, default_code = 503, "unavailable"

    def __init__(self, code: str | None = None, retry_after: int = 5, detail: str = "") -> None:
        super().__init__(code, detail, {"Retry-After": str(retry_after)})
