"""Who listens where: on one machine, in tests, and in containers."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts import SERVICES
from tools.errors import Stopped
from tools.ports import LOOPBACK, free_ports

MAILBOX = "mailbox"
SMTP = "smtp"
DEFAULT_PORTS = {"intake": 8080, "documents": 8081, "review": 8082, "notifier": 8083, MAILBOX: 8025, SMTP: 1025}
NAMES = (*SERVICES, MAILBOX, SMTP)


@dataclass(frozen=True)
class Addresses:
    """Where each part listens (`host`, `ports`) and how the others and people reach it."""

    host: str
    ports: Mapping[str, int]
    documents_url: str
    public_url: str
    review_url: str
    smtp_host: str


def on_this_machine(ports: Mapping[str, int]) -> Addresses:
    def url(name: str) -> str:
        return f"http://{LOOPBACK}:{ports[name]}"

    return Addresses(LOOPBACK, ports, url("documents"), url("intake"), url("review"), LOOPBACK)


def chosen_ports(first: str | None) -> dict[str, int]:
    """The default ports, or with `OUCHI_PORTS` six in a row: intake, documents, review, notifier, mailbox, SMTP."""
    if not first:
        return dict(DEFAULT_PORTS)
    if not first.isascii() or not first.isdigit() or not 1 <= int(first) <= 65535 - len(NAMES) + 1:
        raise Stopped(f"OUCHI_PORTS must be the first of six port numbers, such as 9080; it is {first!r}.")
    return {name: int(first) + offset for offset, name in enumerate(NAMES)}


def for_tests() -> Addresses:
    return on_this_machine(free_ports(NAMES))


def in_containers(environ: Mapping[str, str]) -> Addresses:
    """Each service is a host of its own name; people come through the addresses that the operator names."""
    ports = dict(DEFAULT_PORTS) | {SMTP: int(environ.get("OUCHI_SMTP_PORT", "1025"))}
    return Addresses(
        host="0.0.0.0",  # noqa: S104 - inside a container that publishes nothing but on the loopback interface
        ports=ports,
        documents_url=f"http://documents:{ports['documents']}",
        public_url=environ.get("OUCHI_PUBLIC_URL") or f"http://{LOOPBACK}:{ports['intake']}",
        review_url=environ.get("OUCHI_REVIEW_URL") or f"http://{LOOPBACK}:{ports['review']}",
        smtp_host=environ.get("OUCHI_SMTP_HOST") or "mailbox",
    )
