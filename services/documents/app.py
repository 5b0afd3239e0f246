"""documents on one page: identity images are checked, cleaned, sealed, shown to who may see them, and forgotten."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from environs import Env

from chassis.health import Check
from chassis.loops import Loop
from chassis.service import Chassis, Service
from chassis.settings import SettingsError, decode_key
from chassis.web.routes import CSRF_NONE, Route
from contracts import CONTRACTS, ENVELOPE
from rules.policy import PolicyError, load_policy
from services.documents import api, handlers
from services.documents.decoder import open_decoder
from services.documents.master_keys import MasterKeyFile
from services.documents.objects import Objects
from services.documents.use_cases import Vault, access, forgetting, reading, rotating, storing


@dataclass(frozen=True)
class DocumentsSettings:
    """What only documents needs to know."""

    #: The policy file.
    library: str
    #: Where the sealed images lie: file:///…, s3://…
    storage: str
    #: The file of the master keys, see master_keys.py.
    master_keys: Path
    #: The public Ed25519 keys of intake and review.
    caller_keys: Mapping[str, bytes]
    #: Where clamd is, host:port or the path of its socket; empty where images are not scanned.
    clamd: str = ""


def read(env: Env) -> DocumentsSettings:
    return DocumentsSettings(
        library=env.str("LIBRARY"),
        storage=env.str("STORAGE"),
        master_keys=env.path("MASTER_KEYS_FILE"),
        caller_keys=_keys(env, "CALLER_KEYS"),
        clamd=clamd_address(env.str("CLAMD", "")),
    )


def clamd_address(address: str) -> str:
    """The address of a scanner. Raises SettingsError."""
    host, _, port = address.rpartition(":")
    if address and not address.startswith("/") and not (host and port.isdecimal() and int(port) < 65536):
        raise SettingsError("OUCHI_CLAMD: must be host:port or the path of a socket")
    return address


def _keys(env: Env, name: str) -> dict[str, bytes]:
    """`k1=<base64>,k2=<base64>` in the order given. Raises SettingsError; a missing variable is reported by `env`."""
    text: str | None = env.str(name)
    if text is None:
        return {}
    pairs = [each.partition("=") for each in text.split(",")]
    if not all(key and equals for key, equals, _ in pairs):
        raise SettingsError(f"OUCHI_{name}: must be name=key,name=key,…")
    return {key: decode_key(f"OUCHI_{name}", encoded) for key, _, encoded in pairs}


@asynccontextmanager
async def start(chassis: Chassis, settings: DocumentsSettings) -> AsyncIterator[Vault]:
    async with open_decoder() as decoder:
        yield Vault(
            db=chassis.db,
            now=chassis.now,
            policy=load_policy(settings.library),
            storage=Objects(settings.storage),
            read_keys=MasterKeyFile(settings.master_keys),
            decoder=decoder,
            callers=settings.caller_keys,
            clamd=settings.clamd,
        )


def checks(vault: Vault) -> dict[str, Check]:
    return {"storage": vault.storage.check, "master keys": partial(reading.check_keys, vault)}


_DOCUMENT = "/internal/v1/documents/{id}"

ROUTES: list[Route[Vault]] = [
    Route("PUT", _DOCUMENT, api.put_document, "put_token", CSRF_NONE, "Check, clean and store an image"),
    Route("GET", _DOCUMENT + "/renditions/{rendition}", api.get_rendition, "read_token", CSRF_NONE, "Look at an image"),
    Route("POST", _DOCUMENT + "/masks", api.post_masks, "mask_token", CSRF_NONE, "Cover parts of an image", api.MASKS),
    Route("DELETE", _DOCUMENT, api.delete_document, "delete_token", CSRF_NONE, "Destroy an image"),
]

HANDLERS = {
    "application.submitted.v1": handlers.on_application_submitted,
    "application.withdrawn.v1": handlers.on_application_withdrawn,
    "application.expired.v1": handlers.on_application_expired,
    "application.erased.v1": handlers.on_application_erased,
    "review.approved.v1": handlers.on_review_approved,
    "review.rejected.v1": handlers.on_review_rejected,
    "review.withdrawal_accepted.v1": handlers.on_review_withdrawal_accepted,
}

LOOPS: list[Loop[Vault]] = [
    Loop("have a decoder ready", storing.have_decoder_ready, seconds=600),
    Loop("move keys to their images", rotating.move_keys, seconds=600),
    Loop("delete due documents", forgetting.delete_due, seconds=60, wake=lambda vault: vault.erased),
    Loop("sweep orphans", forgetting.sweep, seconds=600),
    Loop("prune tokens", access.prune_tokens, seconds=60),
    Loop("prune refusals", storing.prune_refusals, seconds=3600),
    Loop("prune reads", reading.prune_reads, seconds=3600),
]

SERVICE: Service[Vault, DocumentsSettings] = Service(
    name="documents",
    title="Ouchi documents: identity images",
    folder=Path(__file__).parent,
    contracts=CONTRACTS,
    envelope=ENVELOPE,
    settings=read,
    start=start,
    refusals=(PolicyError,),
    routes=ROUTES,
    authenticators=api.AUTHENTICATORS,
    handlers=HANDLERS,
    loops=LOOPS,
    checks=checks,
)
