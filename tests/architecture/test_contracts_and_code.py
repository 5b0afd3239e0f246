"""Every event has a schema, an example, a producer and a handler for everyone that the table names, and nothing more."""

import importlib
import re
from pathlib import Path
from typing import Any

import pytest

from chassis.service import Service
from chassis.topology import service_queues
from contracts import CONTRACTS, SERVICES, events_of, heard_by

ROOT = Path(__file__).parents[2]


def _service(name: str) -> Service[Any, Any]:
    service = importlib.import_module(f"services.{name}.app").SERVICE
    assert isinstance(service, Service)
    return service


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_handles_just_what_the_contracts_say_it_hears(name: str) -> None:
    assert set(_service(name).handlers) == {contract.type for contract in heard_by(name)}


@pytest.mark.parametrize("name", SERVICES)
def test_every_queue_of_a_service_has_a_handler(name: str) -> None:
    handled = {f"{name}.{type_}" for type_ in _service(name).handlers}
    assert set(service_queues(CONTRACTS, name)) == handled


@pytest.mark.parametrize("name", SERVICES)
def test_a_batch_handler_stands_beside_a_handler(name: str) -> None:
    service = _service(name)
    assert set(service.batch_handlers) <= set(service.handlers)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_builds_just_the_events_that_the_contracts_give_it(name: str) -> None:
    built = {
        type_
        for file in (ROOT / "services" / name).rglob("events*.py")
        for type_ in re.findall(r'"([a-z_]+\.[a-z_]+\.v\d+)"', file.read_text(encoding="utf-8"))
    }
    assert built == {contract.type for contract in events_of(name)}


def test_every_event_has_an_example_of_its_type() -> None:
    assert {c.type: c.example["type"] for c in CONTRACTS.values()} == {c.type: c.type for c in CONTRACTS.values()}
