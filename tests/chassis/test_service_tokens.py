from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.errors import Unauthenticated
from chassis.ids import new_id
from chassis.service_tokens import Grant, sign, verify
from chassis.testing import MovableClock

KEY, OTHER_KEY = bytes(range(32)), bytes(range(1, 33))
PUBLIC = {"caller": Ed25519PrivateKey.from_private_bytes(KEY).public_key().public_bytes_raw()}
NOW = MovableClock()()
RESOURCE, OWNER = new_id(), new_id()


def _token(key: bytes = KEY, audience: str = "vault", caller: str = "caller") -> str:
    return sign(key, audience, NOW, caller=caller, purpose="read", actor="staff:1", resource=RESOURCE, owner=OWNER)


def test_a_token_says_what_it_allows() -> None:
    grant = verify(_token(), PUBLIC, "vault", NOW)
    assert grant == Grant("caller", "read", "staff:1", RESOURCE, OWNER, grant.id, NOW + timedelta(seconds=60))


def test_it_holds_until_its_sixtieth_second() -> None:
    verify(_token(), PUBLIC, "vault", NOW + timedelta(seconds=59))
    with pytest.raises(Unauthenticated):
        verify(_token(), PUBLIC, "vault", NOW + timedelta(seconds=60))


def _claims(**changes: Any) -> str:
    claims = jwt.decode(_token(), options={"verify_signature": False}) | changes
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(KEY), "EdDSA")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x.y.z",
        _token(key=OTHER_KEY),
        _token(audience="elsewhere"),
        _token(caller="stranger"),
        jwt.encode(jwt.decode(_token(), options={"verify_signature": False}), "a" * 32, "HS256"),
        _claims(exp=NOW + timedelta(hours=1)),
        _claims(iat=NOW + timedelta(seconds=30), exp=NOW + timedelta(seconds=60)),
        _claims(resource="../../etc"),
        _claims(jti=None),
        _claims(iss="stranger"),
    ],
)
def test_a_token_that_is_not_right_in_everything_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(token, PUBLIC, "vault", NOW)
