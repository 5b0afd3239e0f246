"""The AsyncAPI document is current, complete, and built as AsyncAPI 3.0 asks."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from contracts import CONTRACTS, ENVELOPE, OTHERS, SERVICES, asyncapi
from contracts.catalogue import HERE

DOCUMENT: dict[str, Any] = yaml.safe_load((HERE / "asyncapi.yaml").read_text(encoding="utf-8"))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from references(child)


def resolve(reference: str) -> Any:
    file, _, pointer = reference.partition("#")
    node = json.loads((HERE / file).read_text(encoding="utf-8")) if file else DOCUMENT
    for key in pointer.split("/")[1:]:
        node = node[key.replace("~1", "/").replace("~0", "~")]
    return node


def test_the_generated_files_are_current() -> None:
    assert asyncapi.main(["--check"]) == 0


def test_a_stale_file_is_named_and_fails_the_check_and_is_mended_by_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text(f"before\n{asyncapi.BEGIN}outdated\n{asyncapi.END}after\n", encoding="utf-8")
    monkeypatch.setattr(asyncapi, "HERE", tmp_path)
    assert asyncapi.main(["--check"]) == 1
    said = capsys.readouterr().err
    assert "asyncapi.yaml" in said and "README.md" in said
    assert not (tmp_path / "asyncapi.yaml").exists()

    assert asyncapi.main([]) == 0
    assert asyncapi.main(["--check"]) == 0
    text = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert text.startswith("before\n") and text.endswith("after\n") and "outdated" not in text


def test_generating_twice_gives_the_same_document() -> None:
    assert json.dumps(asyncapi.document()) == json.dumps(asyncapi.document()) == json.dumps(DOCUMENT)


def test_the_document_has_what_asyncapi_3_requires() -> None:
    known = {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations", "components"}
    assert set(DOCUMENT) <= known
    assert re.fullmatch(r"3\.0\.\d+", DOCUMENT["asyncapi"])
    assert DOCUMENT["info"]["title"] and DOCUMENT["info"]["version"]
    for name, server in DOCUMENT["servers"].items():
        assert re.fullmatch(r"[A-Za-z0-9_-]+", name)
        assert server["protocol"] == "amqp" and "://" not in server["host"]
        assert set(re.findall(r"{(\w+)}", server["host"])) == set(server["variables"])
    for name in DOCUMENT["components"]["messages"]:
        assert re.fullmatch(r"[a-zA-Z0-9._-]+", name)


def test_every_reference_leads_somewhere() -> None:
    found = set(references(DOCUMENT))
    assert {"envelope.schema.json", *(f"events/{name}.schema.json" for name in CONTRACTS)} <= found
    for reference in found:
        assert isinstance(resolve(reference), dict), reference


def test_every_channel_is_a_routing_key_of_a_topic_exchange() -> None:
    for name, channel in DOCUMENT["channels"].items():
        assert channel["address"] == name.removeprefix(f"{OTHERS}.")
        assert channel["messages"] and channel["servers"] == [{"$ref": "#/servers/broker"}]
        binding = channel["bindings"]["amqp"]
        assert binding["is"] == "routingKey" and binding["bindingVersion"] == "0.3.0"
        assert binding["exchange"]["type"] == "topic" and binding["exchange"]["durable"] is True
        wanted = "ouchi.registrations" if name.startswith(f"{OTHERS}.") else "ouchi.events"
        assert binding["exchange"]["name"] == wanted


def test_every_operation_names_a_channel_and_messages_of_that_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert channel.startswith("#/channels/")
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")
        assert operation["bindings"]["amqp"]["bindingVersion"] == "0.3.0"


def test_the_operations_are_who_says_and_who_hears_and_nothing_more() -> None:
    wanted = {f"{c.producer}.sends.{c.type}" for c in CONTRACTS.values()}
    wanted |= {f"{who}.receives.{c.type}" for c in CONTRACTS.values() for who in c.heard_by}
    assert set(DOCUMENT["operations"]) == wanted
    assert {name.split(".")[0] for name in wanted} == {*SERVICES, OTHERS}


def test_every_messages_payload_accepts_its_own_example_and_no_other() -> None:
    for name, message in DOCUMENT["components"]["messages"].items():
        payload = message["payload"]
        assert payload["schemaFormat"] == "application/schema+json;version=draft-2020-12"
        envelope, described = payload["schema"]["allOf"]
        assert resolve(envelope["$ref"]) == ENVELOPE
        assert resolve(described["properties"]["data"]["$ref"]) == CONTRACTS[name].schema
        says_type = jsonschema.Draft202012Validator({"properties": {"type": described["properties"]["type"]}})
        assert [c.type for c in CONTRACTS.values() if says_type.is_valid(c.example)] == [name]
