"""Tokens by which one service calls another: EdDSA JWTs, one key per caller, for one act within a minute, once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chassis.errors import Unauthenticated
from chassis.ids import new_id, parse_id

LIFETIME = timedelta(seconds=60)
_ALGORITHM = "EdDSA"
_REQUIRED = ["iss", "aud", "sub", "purpose", "resource", "owner", "iat", "exp", "jti"]


@dataclass(frozen=True)
class Grant:
    """What a token allows: `caller` may do `purpose` to `resource`, which belongs to `owner`, on behalf of `actor`."""

    caller: str
    purpose: str
    #: Who is behind the call, for the audit: an id, never a name.
    actor: str
    resource: UUID
    owner: UUID
    id: UUID
    expires_at: datetime


def sign(
    key: bytes, audience: str, now: datetime, *, caller: str, purpose: str, actor: str, resource: UUID, owner: UUID
) -> str:
    """A token signed with the caller's Ed25519 key (its 32-byte seed)."""
    claims = {
        "iss": caller,
        "aud": audience,
        "sub": actor,
        "purpose": purpose,
        "resource": str(resource),
        "owner": str(owner),
        "iat": now,
        "exp": now + LIFETIME,
        "jti": str(new_id()),
    }
    return jwt.encode(claims, Ed25519PrivateKey.from_private_bytes(key), _ALGORITHM)


def verify(token: str, public_keys: Mapping[str, bytes], audience: str, now: datetime) -> Grant:
    """What the token allows. Raises Unauthenticated where it is forged, expired, too long-lived or for somebody else.

    Whether its id was used before is the callee's to remember (until `expires_at`).
    """
    try:
        caller: str = jwt.decode(token, options={"verify_signature": False})["iss"]
        key = Ed25519PublicKey.from_public_bytes(public_keys[caller])
        # The library's own clock is not the injected one, so times are checked below.
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=audience,
            issuer=caller,
            options={"require": _REQUIRED, "verify_exp": False, "verify_iat": False},
        )
        issued, expires = (datetime.fromtimestamp(claims[name], now.tzinfo) for name in ("iat", "exp"))
        resource, owner, id_ = (parse_id(claims[name]) for name in ("resource", "owner", "jti"))
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError, OverflowError):
        raise Unauthenticated("service_token") from None
    too_long = expires - issued > LIFETIME
    if too_long or expires <= now or issued > now + timedelta(seconds=5) or not (resource and owner and id_):
        raise Unauthenticated("service_token")
    return Grant(caller, claims["purpose"], claims["sub"], resource, owner, id_, expires)
