"""What every schema keeps to, whatever its event says."""

import json
import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest

from contracts import CONTRACTS, ENVELOPE, OTHERS, SERVICES, Contract, events_of, heard_by
from contracts.catalogue import HERE

SCHEMAS = {"envelope": ENVELOPE, **{contract.type: contract.schema for contract in CONTRACTS.values()}}
PROTOCOL_WORDS = {"kind", "mask", "permanence"}
LARGEST_MESSAGE = 64 * 1024

each_schema = pytest.mark.parametrize("schema", SCHEMAS.values(), ids=SCHEMAS)
each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)


def subschemas(schema: dict[str, Any], name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with the name of the property or definition that it stands under."""
    yield name, schema
    for keyword in ("properties", "$defs"):
        for key, child in schema.get(keyword, {}).items():
            yield from subschemas(child, key)
    for keyword in ("anyOf", "allOf", "oneOf"):
        for child in schema.get(keyword, []):
            yield from subschemas(child, name)
    for keyword in ("items", "additionalProperties", "propertyNames"):
        if isinstance(schema.get(keyword), dict):
            yield from subschemas(schema[keyword], name)


def types_of(schema: dict[str, Any]) -> set[str]:
    stated = schema.get("type", [])
    return {stated} if isinstance(stated, str) else set(stated)


@each_schema
def test_a_schema_is_valid_draft_2020_12(schema: dict[str, Any]) -> None:
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema, jsonschema.Draft202012Validator.FORMAT_CHECKER)


@each_schema
def test_a_schema_says_in_words_what_it_is_for(schema: dict[str, Any]) -> None:
    assert schema["title"] and schema["description"].endswith(".")


@each_schema
def test_every_string_list_number_and_open_object_has_an_upper_bound(schema: dict[str, Any]) -> None:
    bounds = {"string": "maxLength", "array": "maxItems", "integer": "maximum"}
    unbounded = [
        (name, kind)
        for name, part in subschemas(schema)
        for kind, bound in bounds.items()
        if kind in types_of(part) and bound not in part
    ] + [
        (name, "object") for name, part in subschemas(schema) if "propertyNames" in part and "maxProperties" not in part
    ]
    assert unbounded == []


@each_schema
def test_every_format_comes_with_a_pattern_because_validators_differ_about_formats(schema: dict[str, Any]) -> None:
    assert [name for name, part in subschemas(schema) if "format" in part and "pattern" not in part] == []


@each_schema
def test_patterns_are_anchored_and_mean_the_same_in_every_dialect(schema: dict[str, Any]) -> None:
    for name, part in subschemas(schema):
        if pattern := part.get("pattern"):
            assert pattern.startswith("^") and pattern.endswith("$"), name
            assert not re.search(r"\\[dDwWsSbBpP]", pattern), f"{name}: a class that dialects read differently"


@each_schema
def test_no_schema_refuses_a_field_that_it_does_not_know(schema: dict[str, Any]) -> None:
    for name, part in subschemas(schema):
        assert part.get("additionalProperties") is not False, name
        assert "unevaluatedProperties" not in part, name


@each_schema
def test_only_words_of_the_protocol_are_enums_and_policy_is_never_one(schema: dict[str, Any]) -> None:
    assert {name for name, part in subschemas(schema) if "enum" in part} <= PROTOCOL_WORDS


@each_schema
def test_every_reference_stays_inside_its_own_file_and_leads_somewhere(schema: dict[str, Any]) -> None:
    used = {part["$ref"] for _, part in subschemas(schema) if "$ref" in part}
    assert used == {f"#/$defs/{name}" for name in schema.get("$defs", {})}


@each_contract
def test_a_schema_is_named_after_its_type(contract: Contract) -> None:
    assert contract.dataschema == f"urn:ouchi:events:{contract.type}"
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.v[1-9][0-9]*", contract.type)


@each_contract
def test_every_event_is_said_by_one_service_and_heard_by_another(contract: Contract) -> None:
    assert contract.producer in SERVICES
    assert contract.heard_by and len(set(contract.heard_by)) == len(contract.heard_by)
    assert set(contract.heard_by) <= {*SERVICES, OTHERS} - {contract.producer}


@each_contract
def test_a_first_version_requires_every_field_that_it_names_but_those_added_since(contract: Contract) -> None:
    assert contract.schema["type"] == "object"
    if contract.type.endswith(".v1"):
        added = contract.schema.get("x-added", [])
        first = [name for name in contract.schema["properties"] if name not in added]
        assert contract.schema["required"] == first
        assert list(contract.schema["properties"]) == [*first, *added]


def test_other_systems_hear_of_registrations_and_of_nothing_else() -> None:
    assert {contract.type.split(".")[0] for contract in heard_by(OTHERS)} == {"registration"}


def test_documents_hears_no_name_no_address_and_no_link() -> None:
    heard = {name for contract in heard_by("documents") for name, _ in subschemas(contract.schema)}
    assert heard.isdisjoint(
        {"applicant", "registrant", "name", "kana", "email", "address", "phone", "birth_date", "link"}
    )


def test_an_address_to_write_to_goes_to_nobody_but_its_readers() -> None:
    carrying = {c.type for c in CONTRACTS.values() if any(name == "email" for name, _ in subschemas(c.schema))}
    assert carrying == {
        "application.received.v1",
        "application.contact_changed.v1",
        "application.handed_over.v1",
        "registration.completed.v1",
        "registration.renewed.v1",
        "registration.changed.v1",
        "registration.expiring.v1",
    }


def test_the_services_together_say_every_event_once() -> None:
    said = [contract.type for service in SERVICES for contract in events_of(service)]
    assert sorted(said) == sorted(CONTRACTS)


def test_every_file_of_a_schema_and_of_an_example_belongs_to_an_event() -> None:
    assert {path.name for path in (HERE / "events").iterdir()} == {f"{name}.schema.json" for name in CONTRACTS}
    assert {path.name for path in (HERE / "examples").iterdir()} == {f"{name}.json" for name in CONTRACTS}


def test_the_catalogue_cannot_be_changed_by_who_reads_it() -> None:
    with pytest.raises(TypeError):
        CONTRACTS["x"] = CONTRACTS["review.approved.v1"]  # type: ignore[index]
    with pytest.raises(AttributeError):
        CONTRACTS["review.approved.v1"].producer = "intake"  # type: ignore[misc]


def largest(schema: dict[str, Any], whole: dict[str, Any]) -> Any:
    """A value as large as the schema lets it be; texts in characters of four bytes, unless a pattern forbids them."""
    if "$ref" in schema:
        return largest(whole["$defs"][schema["$ref"].rsplit("/", 1)[1]], whole)
    if "anyOf" in schema:
        return max((largest(part, whole) for part in schema["anyOf"]), key=lambda v: len(json.dumps(v)))
    kinds = types_of(schema)
    if "const" in schema or "enum" in schema:
        return max([schema["const"]] if "const" in schema else schema["enum"], key=len)
    if "string" in kinds:
        ascii_only = "pattern" in schema and "@" not in schema["pattern"]
        return ("x" if ascii_only else "𠮟") * schema["maxLength"]
    if "array" in kinds:
        return [largest(schema["items"], whole)] * schema["maxItems"]
    if "object" in kinds and "propertyNames" in schema:
        key = "k" * 62
        return {f"{key}{n:02}": largest(schema["additionalProperties"], whole) for n in range(schema["maxProperties"])}
    if "object" in kinds:
        return {key: largest(part, whole) for key, part in schema.get("properties", {}).items()}
    if "integer" in kinds:
        return schema["maximum"]
    return False


@each_contract
def test_the_largest_event_that_the_bounds_allow_fits_into_one_message(contract: Contract) -> None:
    event = largest(ENVELOPE, ENVELOPE) | {"data": largest(contract.schema, contract.schema)}
    assert len(json.dumps(event, ensure_ascii=False).encode()) <= LARGEST_MESSAGE
