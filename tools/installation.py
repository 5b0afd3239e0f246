"""One installation of Ouchi on two servers: its names there, and what each process is told by its environment."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chassis.topology import BrokerUser, Subscriber
from contracts import SERVICES
from rules.policy import PolicyError, load_policy
from tools.addresses import SMTP, Addresses
from tools.errors import Stopped
from tools.keys import Keys, MasterKeys, key_of_32_bytes
from tools.places import ROOT, suffix
from tools.servers import Servers

RETRY_DELAYS = (5, 30, 120, 600)
CALLERS = ("intake", "review")
#: The subscriber of the shipped policy, for which `examples/subscriber` stands.
SUBSCRIBER = "subscriber"
SUBSCRIBER_QUEUE = "subscriber.registrations"
MASTER_KEYS = "master_keys"


@dataclass(frozen=True)
class Installation:
    """Everything that set-up knows; a process is told only its own part."""

    root: Path
    var: Path
    purpose: str
    keys: Keys
    addresses: Addresses
    postgres_admin_url: str
    amqp_admin_url: str
    management_url: str
    #: Whether the PostgreSQL server is for this installation alone, so that its maintenance databases are closed too.
    server_is_ours: bool
    retry_delays: tuple[int, ...] = RETRY_DELAYS
    library: Path | None = None
    #: Where documents keeps its encrypted images: a folder or a bucket; `var` unless told otherwise.
    storage_url: str | None = None
    #: The file of the master keys, `var` unless told otherwise, and what documents calls it in its container.
    master_keys_file: Path | None = None
    master_keys_seen_as: str | None = None

    @property
    def master_keys(self) -> MasterKeys:
        return MasterKeys(self.master_keys_file or self.var / "keys" / "documents")

    @property
    def suffix(self) -> str:
        return suffix(self.root, self.purpose)

    @property
    def vhost(self) -> str:
        return f"ouchi_{self.suffix}"

    def database(self, service: str) -> str:
        """The name of the service's database, and of its role."""
        return f"ouchi_{service}_{self.suffix}"

    @property
    def audit_role(self) -> str:
        """Whom review's audit belongs to: nobody signs in as it."""
        return f"{self.database('review')}_audit"

    def database_password(self, service: str) -> str:
        return self.keys.get(f"{service}.database_password")

    def database_url(self, service: str) -> str:
        name = self.database(service)
        return _as(self.postgres_admin_url, name, self.database_password(service), name)

    def admin_database_url(self, database: str) -> str:
        parts = urlsplit(self.postgres_admin_url)
        return parts._replace(path=f"/{database}").geturl()

    def broker_user(self, service: str) -> BrokerUser:
        return BrokerUser(f"ouchi_{service}_{self.suffix}", self.keys.get(f"{service}.broker_password"))

    def amqp_url(self, service: str) -> str:
        user = self.broker_user(service)
        return _as(self.amqp_admin_url, user.name, user.password, self.vhost)

    def admin_amqp_url(self) -> str:
        """The administrator in our virtual host."""
        return urlsplit(self.amqp_admin_url)._replace(path=f"/{self.vhost}").geturl()

    @property
    def policy_file(self) -> Path:
        return self.library or self.root / "config" / "library.toml"

    def subscribers(self) -> dict[str, Subscriber]:
        """The other systems that the library's policy names, by their codes. Stops where the policy cannot be used."""
        try:
            policy = load_policy(self.policy_file)
        except PolicyError as error:
            raise Stopped(f"{self.policy_file}: {error}") from None
        return {
            other.code: Subscriber(self.broker_user(other.code), subscriber_queue(other.code), other.queue_length)
            for other in policy.subscribers
        }

    def migration_folders(self, service: str) -> list[Path]:
        return [self.root / "chassis" / "sql", self.root / "services" / service / "migrations"]

    def environment(self, service: str) -> dict[str, str]:
        """What the process of `service` is told; no other service's secrets are in it."""
        if service not in SERVICES:
            return {"OUCHI_AMQP_URL": self.amqp_url(service), "OUCHI_QUEUE": subscriber_queue(service)}
        return self._common(service) | self._own(service)

    def _common(self, service: str) -> dict[str, str]:
        return {
            "OUCHI_SERVICE": service,
            "OUCHI_HOST": self.addresses.host,
            "OUCHI_PORT": str(self.addresses.ports[service]),
            "OUCHI_DATABASE_URL": self.database_url(service),
            "OUCHI_AMQP_URL": self.amqp_url(service),
            "OUCHI_LIBRARY": str(self.policy_file),
            "OUCHI_PUBLIC_URL": self.addresses.public_url,
            "OUCHI_REVIEW_URL": self.addresses.review_url,
            "OUCHI_SECRET_KEY": self.keys.get(f"{service}.secret_key", key_of_32_bytes),
            "OUCHI_RETRY_DELAYS": ",".join(map(str, self.retry_delays)),
        }

    def _own(self, service: str) -> dict[str, str]:
        if service in CALLERS:
            return {
                "OUCHI_DOCUMENTS_URL": self.addresses.documents_url,
                "OUCHI_DOCUMENTS_KEY": self._caller_key(service),
            }
        if service == "documents":
            return {
                "OUCHI_CALLER_KEYS": ",".join(f"{name}={_public(self._caller_key(name))}" for name in CALLERS),
                "OUCHI_STORAGE": self.storage_url or (self.var / "documents").as_uri(),
                "OUCHI_MASTER_KEYS_FILE": self.master_keys_seen_as or str(self.master_keys.file),
            }
        return {
            "OUCHI_SMTP_HOST": self.addresses.smtp_host,
            "OUCHI_SMTP_PORT": str(self.addresses.ports[SMTP]),
            "OUCHI_BOUNCE_TOKEN": self.keys.get("notifier.bounce_token"),
        }

    def _caller_key(self, caller: str) -> str:
        return self.keys.get(f"{caller}.documents_key", key_of_32_bytes)


def subscriber_queue(code: str) -> str:
    return f"{code}.registrations"


def installation(servers: Servers, addresses: Addresses, *, library: Path | None = None) -> Installation:
    return Installation(
        root=servers.root,
        var=servers.var,
        purpose=servers.purpose,
        keys=servers.keys,
        addresses=addresses,
        postgres_admin_url=servers.postgres_admin_url,
        amqp_admin_url=servers.amqp_admin_url,
        management_url=servers.management_url,
        server_is_ours=servers.ours_alone,
        library=library,
    )


def environments(environ: Mapping[str, str]) -> Path:
    """Where the set-up step of containers leaves what each service is told, a folder for each."""
    return Path(environ.get("OUCHI_ENVIRONMENTS", str(ROOT / "var" / "deployment" / "environments")))


def in_environments(house: Installation, folder: Path) -> Installation:
    """The same in containers: documents finds the master keys beside its environment, under the name that this has there."""
    return replace(
        house, master_keys_file=folder / "documents" / MASTER_KEYS, master_keys_seen_as=f"/environment/{MASTER_KEYS}"
    )


def _public(seed: str) -> str:
    private = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed))
    return base64.b64encode(private.public_key().public_bytes_raw()).decode()


def _as(url: str, user: str, password: str, path: str) -> str:
    """The same server, other credentials and another database or virtual host."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return parts._replace(netloc=f"{user}:{quote(password, safe='')}@{host}", path=f"/{path}").geturl()
