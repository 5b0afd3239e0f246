"""Random tokens: the holder keeps the token, the database keeps only its hash."""

import hashlib
import secrets

from aiohttp import web


def new_token() -> str:
    """256 random bits, safe in a URL (OWASP ASVS 5, 7.2.3 asks for 128)."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What is stored of a token. It is random, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def bearer_token(request: web.Request) -> str | None:
    """The token of `Authorization: Bearer …`, or None."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    # aiohttp hands on bytes that are no text as lone surrogates, which cannot be hashed; none of our tokens has them.
    return token.strip() or None if scheme.lower() == "bearer" and token.isascii() else None
