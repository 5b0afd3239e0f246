"""Every event that one service says and others hear, read from the files beside this module."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, cast

HERE: Final = Path(__file__).parent

SERVICES: Final = ("intake", "documents", "review", "notifier")

OTHERS: Final = "others"
"""Other systems of the library: they hear through `ouchi.registrations` and say nothing."""


@dataclass(frozen=True, slots=True)
class Contract:
    """One event type: who says it, who hears it, what its data looks like."""

    type: str
    producer: str
    heard_by: tuple[str, ...]
    schema: dict[str, Any]
    example: dict[str, Any]

    @property
    def dataschema(self) -> str:
        """What the envelope's `dataschema` says: the schema's own name."""
        return cast(str, self.schema["$id"])


def events_of(service: str) -> tuple[Contract, ...]:
    """What this service says."""
    return tuple(contract for contract in CONTRACTS.values() if contract.producer == service)


def heard_by(listener: str) -> tuple[Contract, ...]:
    """What this service hears; for `OTHERS`, what leaves the house."""
    return tuple(contract for contract in CONTRACTS.values() if listener in contract.heard_by)


def _read(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))


def _contract(path: Path) -> Contract:
    event_type = path.name.removesuffix(".schema.json")
    schema = _read(path)
    return Contract(
        type=event_type,
        producer=schema["x-producer"],
        heard_by=tuple(schema["x-heard-by"]),
        schema=schema,
        example=_read(HERE / "examples" / f"{event_type}.json"),
    )


ENVELOPE: Final = _read(HERE / "envelope.schema.json")

CONTRACTS: Final[Mapping[str, Contract]] = MappingProxyType(
    {contract.type: contract for contract in map(_contract, sorted((HERE / "events").glob("*.schema.json")))}
)
