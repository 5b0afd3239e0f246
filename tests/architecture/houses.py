"""Each of the four services, started with nothing around it, for guards that go through all of their routes."""

import importlib
import re
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient

from chassis.clock import Clock
from chassis.ids import new_id
from chassis.service import Service, common_routes
from chassis.testing import started
from chassis.web.routes import Route
from services.documents.app import DocumentsSettings
from services.intake.app import IntakeSettings
from services.notifier.app import NotifierSettings
from services.review.app import ReviewSettings
from tests.documents.conftest import CALLERS, write_keys
from tests.intake.documents_service import KEY

LIBRARY = str(Path(__file__).parents[2] / "config" / "library.toml")
NOBODY = "http://127.0.0.1:1"
#: The token of whoever tells notifier of mails that came back.
MAIL_SERVER = "x" * 32


def service(name: str) -> Service[Any, Any]:
    found: Service[Any, Any] = importlib.import_module(f"services.{name}.app").SERVICE
    return found


def routes(name: str) -> list[Route[Any]]:
    """All that the service serves."""
    return [*service(name).routes, *common_routes(service(name))]


def path_of(route: Route[Any], **known: str) -> str:
    """The route's path, with `known` or an id that nothing has in place of what is in braces."""
    return re.sub(r"\{(\w+)(?::[^{}]*)?\}", lambda found: known.get(found[1], str(new_id())), route.path)


def master_keys(folder: Path) -> Path:
    """A file of them, as documents is given."""
    return write_keys(folder / "master_keys", {"k1": secrets.token_bytes(32)})


@asynccontextmanager
async def opened(name: str, url: str, clock: Clock, folder: Path) -> AsyncIterator[tuple[Any, "TestClient[Any, Any]"]]:
    """The service's context, and a client to it."""
    settings: dict[str, Callable[[], Any]] = {
        "intake": lambda: IntakeSettings(LIBRARY, "http://library.test", NOBODY, KEY),
        "documents": lambda: DocumentsSettings(
            LIBRARY, folder.joinpath("images").as_uri(), master_keys(folder), CALLERS
        ),
        "review": lambda: ReviewSettings(LIBRARY, NOBODY, bytes(32)),
        "notifier": lambda: NotifierSettings(LIBRARY, NOBODY, "127.0.0.1", 1, bounce_token=MAIL_SERVER),
    }
    async with started(service(name), settings[name](), url, clock) as (context, client):
        yield context, client
