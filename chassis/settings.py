"""Settings from the environment: typed, read once, every problem named at once."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from environs import Env, EnvValidationError

from chassis.web.addresses import Network, networks

T = TypeVar("T")


class SettingsError(Exception):
    """The environment does not say what the service needs to know; one line for each problem."""


@dataclass(frozen=True)
class Settings:
    """What every service needs to know about where it runs."""

    #: The address to listen on.
    host: str
    port: int
    #: The service's own database, opened with the service's own role.
    database_url: str
    #: The broker, with the service's own user and the system's virtual host.
    amqp_url: str
    #: Signs form tokens; 32 bytes, own to each service.
    secret_key: bytes
    #: Seconds that a failed message waits before each further attempt.
    retry_delays: tuple[int, ...]
    #: The address that people see; decides whether cookies are for https only.
    public_url: str
    #: True for readable log lines instead of JSON.
    log_console: bool
    #: Addresses and networks of the reverse proxies in front, whose X-Forwarded-For is believed.
    trusted_proxies: tuple[Network, ...] = ()


def read_settings(prefix_reader: Callable[[Env], T]) -> tuple[Settings, T]:
    """The chassis' settings and the service's own, read by `prefix_reader` from the variables named OUCHI_….

    Raises SettingsError naming every missing or wrong variable.
    """
    env = Env(eager=False)
    with env.prefixed("OUCHI_"):
        host = env.str("HOST", "127.0.0.1")
        port = env.int("PORT")
        database_url = env.str("DATABASE_URL")
        amqp_url = env.str("AMQP_URL")
        secret_key = env.str("SECRET_KEY")
        retry_delays = env.list("RETRY_DELAYS", [5, 30, 120, 600], subcast=int)
        public_url = env.str("PUBLIC_URL", "http://localhost")
        log_console = env.bool("LOG_CONSOLE", False)
        trusted_proxies: list[str] = env.list("TRUSTED_PROXIES", [])
        own = prefix_reader(env)
    try:
        env.seal()
    except EnvValidationError as error:
        problems: dict[str, list[str]] = dict(error.error_messages)  # type: ignore[arg-type]
        raise SettingsError("\n".join(f"{name}: {' '.join(lines)}" for name, lines in problems.items())) from None
    settings = Settings(
        host=host,
        port=port,
        database_url=database_url,
        amqp_url=amqp_url,
        secret_key=decode_key("OUCHI_SECRET_KEY", secret_key),
        retry_delays=tuple(retry_delays),
        public_url=public_url.rstrip("/"),
        log_console=log_console,
        trusted_proxies=_networks("OUCHI_TRUSTED_PROXIES", trusted_proxies),
    )
    return settings, own


def _networks(name: str, texts: list[str]) -> tuple[Network, ...]:
    try:
        return networks(tuple(text for text in texts if text.strip()))
    except ValueError as error:
        raise SettingsError(f"{name}: {error}") from None


def decode_key(name: str, text: str) -> bytes:
    """The 32 bytes that `text` spells in base64. Raises SettingsError, which never shows the value."""
    try:
        key = b64decode(text, validate=True)
    except (Base64Error, ValueError):
        raise SettingsError(f"{name}: not base64") from None
    if len(key) != 32:
        raise SettingsError(f"{name}: must be 32 bytes in base64")
    return key
