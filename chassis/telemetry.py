"""One trace id follows a request through every service: W3C Trace Context, in a context variable.

The id is written into each event's `traceparent` and into each log line; an exporter can be added at this one place.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from structlog.contextvars import bound_contextvars

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str:
    """The `traceparent` to hand on: a new span of the current trace, or of a new trace."""
    trace = _trace_id(_current.get()) or secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


@contextmanager
def continued_trace(traceparent: str | None) -> Iterator[None]:
    """Everything inside belongs to the trace of `traceparent`, or to a new one where it is missing or malformed."""
    trace = _trace_id(traceparent) or secrets.token_hex(16)
    token = _current.set(f"00-{trace}-{secrets.token_hex(8)}-01")
    try:
        with bound_contextvars(trace_id=trace):
            yield
    finally:
        _current.reset(token)


def _trace_id(traceparent: str | None) -> str | None:
    match = _TRACEPARENT.fullmatch(traceparent or "")
    return match[1] if match and set(match[1]) != {"0"} else None
