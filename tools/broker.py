"""The virtual host with its whole topology, on whichever broker, through RabbitMQ's management API."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import aiohttp
from yarl import URL

from chassis.topology import definitions
from contracts import CONTRACTS, SERVICES
from tools.errors import Stopped
from tools.installation import Installation


async def provision_broker(house: Installation) -> None:
    document = topology(house)
    async with Management(house.management_url) as management:
        await management.post("/definitions", document)
        changed = await _changed_queues(management, house, document)
        for name in changed:
            await _delete_empty(management, house, name)
        if changed:
            await management.post("/definitions", document)


async def drop_broker(house: Installation) -> None:
    async with Management(house.management_url) as management:
        await management.delete(f"/vhosts/{quote(house.vhost, safe='')}")
        for service in (*SERVICES, *house.subscribers()):
            await management.delete(f"/users/{house.broker_user(service).name}")


def topology(house: Installation) -> dict[str, Any]:
    """The contracts' topology, and the administrator's right to look into the virtual host."""
    document = definitions(
        CONTRACTS,
        vhost=house.vhost,
        users={service: house.broker_user(service) for service in SERVICES},
        subscribers=list(house.subscribers().values()),
        retry_delays=house.retry_delays,
    )
    admin = unquote(urlsplit(house.amqp_admin_url).username or "guest")
    right = {"user": admin, "vhost": house.vhost, "configure": ".*", "write": ".*", "read": ".*"}
    return document | {"permissions": [*document["permissions"], right]}


class Management:
    """RabbitMQ's management API at an address with credentials in it."""

    def __init__(self, url: str) -> None:
        parts = URL(url)
        self.base = str(parts.with_user(None)).rstrip("/") + "/api"
        headers = {"Authorization": aiohttp.encode_basic_auth(parts.user or "guest", parts.password or "guest")}
        self._session = aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(total=60))

    async def __aenter__(self) -> "Management":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path)

    async def post(self, path: str, body: Mapping[str, Any]) -> None:
        await self._ask("POST", path, body)

    async def put(self, path: str, body: Mapping[str, Any]) -> None:
        await self._ask("PUT", path, body)

    async def delete(self, path: str) -> None:
        await self._ask("DELETE", path, missing_is_fine=True)

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, missing_is_fine: bool = False
    ) -> Any:
        url = URL(self.base + path, encoded=True)
        async with self._session.request(method, url, json=body) as answer:
            if answer.status == HTTPStatus.NOT_FOUND and missing_is_fine:
                return None
            if answer.status >= HTTPStatus.BAD_REQUEST:
                said = (await answer.text())[:500]
                raise Stopped(f"RabbitMQ's management API answered {answer.status} to {method} {path}: {said}")
            return await answer.json() if answer.status == HTTPStatus.OK else None


async def _changed_queues(management: Management, house: Installation, document: Mapping[str, Any]) -> list[str]:
    """Queues that exist with other arguments than the contracts now say: an import leaves them as they are."""
    wanted = {queue["name"]: queue["arguments"] for queue in document["queues"]}
    existing = await management.get(f"/queues/{quote(house.vhost, safe='')}?columns=name,arguments")
    return sorted(q["name"] for q in existing if q["name"] in wanted and q["arguments"] != wanted[q["name"]])


async def _delete_empty(management: Management, house: Installation, name: str) -> None:
    """Delete an empty queue, so that the next import makes it anew."""
    path = f"/queues/{quote(house.vhost, safe='')}/{quote(name, safe='')}"
    if (await management.get(path)).get("messages", 0):
        raise Stopped(
            f"The queue {name} was made by an older version and holds messages: let its service empty it first."
        )
    await management.delete(path)
