"""The compose file and the Dockerfile keep their promises, as far as a parser and a schema can tell."""

import json
import re
import shlex
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from contracts import SERVICES

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
PARTS: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
INSTRUCTIONS = [line for line in DOCKERFILE if line and not line.startswith("#")]
ONE_SHOT = {"set-up"}


def test_the_compose_file_is_valid() -> None:
    vendored = files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    jsonschema.validate(COMPOSE, schema)


def test_every_part_of_the_system_is_there() -> None:
    assert set(PARTS) == {"postgres", "rabbitmq", "mailbox", "set-up", *SERVICES}


@pytest.mark.parametrize("name", PARTS)
def test_a_part_runs_without_privileges(name: str) -> None:
    part = PARTS[name]
    assert part["user"] in {"10001:10001", "postgres", "rabbitmq"}
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in part


@pytest.mark.parametrize("name", sorted(set(PARTS) - ONE_SHOT))
def test_a_lasting_part_has_a_health_check(name: str) -> None:
    assert PARTS[name]["healthcheck"]["test"][0] == "CMD"
    assert PARTS[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", PARTS)
def test_ports_are_published_on_the_loopback_interface_alone(name: str) -> None:
    for published in PARTS[name].get("ports", []):
        assert published.startswith("127.0.0.1:")


def test_only_what_people_open_is_published() -> None:
    assert {name for name, part in PARTS.items() if part.get("ports")} == {"intake", "review", "mailbox"}


def test_documents_and_the_servers_are_on_the_inner_network_alone() -> None:
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    for name in ("documents", "postgres", "rabbitmq", "set-up"):
        assert PARTS[name]["networks"] == ["inside"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_starts_after_set_up_and_sees_its_own_secrets_alone(name: str) -> None:
    part = PARTS[name]
    assert part["depends_on"] == {"set-up": {"condition": "service_completed_successfully"}}
    secret_volumes = [v for v in part["volumes"] if v.split(":")[0] in SERVICES]
    assert secret_volumes == [f"{name}:/environment:ro"]
    assert part["build"]["args"] == {"SERVICE": name}
    assert (ROOT / "requirements" / f"{name}.txt").exists()


def test_no_secret_has_a_default() -> None:
    for name, part in PARTS.items():
        for variable, value in part.get("environment", {}).items():
            for reference in re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|KEY)\w*)([^}]*)\}", str(value)):
                assert reference[1].startswith(":?"), f"{name}: {variable}"
            if "PASS" in variable:
                # Without a value it is passed on from .env where it is there.
                assert value is None or str(value).startswith("${"), f"{name}: {variable}"


def test_every_named_volume_and_network_is_declared() -> None:
    used = {volume.split(":")[0] for part in PARTS.values() for volume in part.get("volumes", [])}
    assert used == set(COMPOSE["volumes"])
    assert {network for part in PARTS.values() for network in part["networks"]} == set(COMPOSE["networks"])


def test_every_build_target_is_a_stage_of_the_dockerfile() -> None:
    stages = {words[3] for line in INSTRUCTIONS if (words := line.split())[0] == "FROM"}
    assert {part["build"]["target"] for part in PARTS.values() if "build" in part} <= stages


def test_the_dockerfile_starts_programs_without_a_shell() -> None:
    for line in INSTRUCTIONS:
        name, _, rest = line.partition(" ")
        if name in {"RUN", "CMD", "ENTRYPOINT"}:
            assert json.loads(rest), line


def test_the_images_install_only_what_is_pinned_by_hash_and_end_as_nobody() -> None:
    installs = [line for line in INSTRUCTIONS if "pip" in line]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    users = [line for line in INSTRUCTIONS if line.startswith("USER")]
    assert users == ["USER 10001:10001", "USER 10001:10001"]


def test_what_the_dockerfile_copies_is_there_and_not_ignored() -> None:
    allowed = {
        line[1:].split("/")[0] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")
    }
    for line in INSTRUCTIONS:
        words = shlex.split(line)
        if words[0] == "COPY" and not words[1].startswith("--from"):
            for source in words[1:-1]:
                assert source.split("/")[0] in allowed, source
                if "$" not in source:
                    assert (ROOT / source).exists(), source
