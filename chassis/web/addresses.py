"""Where a request comes from: through the proxies that we trust, and no further."""

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from aiohttp import web

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Networks whose `X-Forwarded-For` is believed: the reverse proxies in front of us.
TRUSTED_PROXIES: web.AppKey[tuple[Network, ...]] = web.AppKey("trusted_proxies", tuple)
_NOWHERE = IPv4Address("0.0.0.0")  # noqa: S104
#: What one household or one phone is given.
_HOUSEHOLD = 64


def client_address(request: web.Request) -> Address:
    """The nearest address that is not one of our proxies. What a stranger writes into the header is not believed."""
    trusted = request.app[TRUSTED_PROXIES]
    address = _read(request.remote or "") or _NOWHERE
    hops = ",".join(request.headers.getall("X-Forwarded-For", []))
    while is_within(address, trusted) and hops:
        hops, _, nearest = hops.rpartition(",")
        before = _read(nearest)
        if before is None:
            break
        address = before
    return address


def household(address: Address) -> str:
    """What is counted as one caller: an IPv4 address, or the /64 of an IPv6 address."""
    if isinstance(address, IPv4Address):
        return str(address)
    return str(ip_network((int(address), _HOUSEHOLD), strict=False))


def is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


@lru_cache
def networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Addresses and networks (`10.0.0.0/8`, `::1`). Raises ValueError."""
    return tuple(ip_network(text.strip()) for text in texts)


def _read(text: str) -> Address | None:
    try:
        address = ip_address(text.strip().strip("[]"))
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
