"""Where a request comes from: a header is believed from our proxies alone."""

from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from chassis.web.addresses import TRUSTED_PROXIES, client_address, household, networks


def asked_from(remote: str, trusted: tuple[str, ...], *forwarded: str) -> str:
    app = web.Application()
    app[TRUSTED_PROXIES] = networks(trusted)
    headers: Any = [("X-Forwarded-For", each) for each in forwarded]
    request = make_mocked_request("GET", "/", headers=headers, app=app)
    return str(client_address(request.clone(remote=remote)))


@pytest.mark.parametrize(
    ("remote", "trusted", "forwarded", "found"),
    [
        ("203.0.113.7", (), (), "203.0.113.7"),
        ("203.0.113.7", (), ("198.51.100.1",), "203.0.113.7"),
        ("203.0.113.7", ("10.0.0.0/8",), ("198.51.100.1",), "203.0.113.7"),
        ("10.0.0.2", ("10.0.0.0/8",), ("198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", ("10.0.0.0/8",), ("127.0.0.1, 198.51.100.1",), "198.51.100.1"),
        ("10.0.0.2", ("10.0.0.0/8",), ("127.0.0.1", "198.51.100.1, 10.0.0.9"), "198.51.100.1"),
        ("10.0.0.2", ("10.0.0.0/8",), ("127.0.0.1, nonsense",), "10.0.0.2"),
        ("10.0.0.2", ("10.0.0.0/8",), (), "10.0.0.2"),
        ("::ffff:10.0.0.2", ("10.0.0.0/8",), ("[2001:db8::1]",), "2001:db8::1"),
        ("", (), ("198.51.100.1",), "0.0.0.0"),  # noqa: S104
    ],
)
def test_the_nearest_address_that_is_no_proxy_of_ours(
    remote: str, trusted: tuple[str, ...], forwarded: tuple[str, ...], found: str
) -> None:
    assert asked_from(remote, trusted, *forwarded) == found


def test_a_household_is_one_ipv4_address_or_the_64_bits_of_an_ipv6_one() -> None:
    ours, same, other, old = networks(("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1", "192.0.2.1"))
    assert household(ours[0]) == household(same[0]) == "2001:db8:1:2::/64"
    assert household(other[0]) == "2001:db8:1:3::/64"
    assert household(old[0]) == "192.0.2.1"
