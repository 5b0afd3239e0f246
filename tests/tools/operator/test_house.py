"""Which installation a command works on, and what is said where there is none."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.tools.operator.conftest import House
from tools.errors import Stopped
from tools.operator.house import broker, database, find_house, service_url
from tools.places import suffix


def make(root: Path, purpose: str) -> Path:
    var = root / "var" / purpose
    var.mkdir(parents=True)
    (var / "secrets.json").write_text('{"postgres_admin": "p", "rabbitmq_admin": "r"}')
    return var


def test_without_an_installation_the_way_to_one_is_said(tmp_path: Path) -> None:
    with pytest.raises(Stopped, match=r"There is no installation in .*/var/run: `make run` makes one\.$"):
        find_house(tmp_path, {})
    assert list(tmp_path.iterdir()) == []


def test_an_installation_that_was_never_started_is_said(tmp_path: Path) -> None:
    make(tmp_path, "run")
    with pytest.raises(Stopped, match="was never started"):
        find_house(tmp_path, {})


def test_the_private_servers_of_make_run_are_found_where_they_listen(tmp_path: Path) -> None:
    var = make(tmp_path, "run")
    (var / "postgres.ports.json").write_text(json.dumps({"sql": 15001}))
    (var / "rabbitmq.ports.json").write_text(json.dumps({"amqp": 15002, "management": 15003}))
    house = find_house(tmp_path, {"OUCHI_PORTS": "9080"})
    name = f"ouchi_review_{suffix(tmp_path, 'run')}"
    assert house.admin_database_url(house.database("review")) == f"postgresql://ouchi_admin:p@127.0.0.1:15001/{name}"
    assert house.admin_amqp_url().startswith("amqp://ouchi_admin:r@127.0.0.1:15002/")
    assert service_url(house, "review") == "http://127.0.0.1:9082"


def test_given_servers_are_used(tmp_path: Path) -> None:
    make(tmp_path, "run")
    environ = {"DATABASE_URL": "postgresql://a:b@db/postgres", "AMQP_URL": "amqp://c:d@mq/"}
    house = find_house(tmp_path, environ)
    assert (house.purpose, house.postgres_admin_url, house.amqp_admin_url) == ("run", *environ.values())


def test_beside_the_set_up_step_of_a_deployment_its_installation_is_found(tmp_path: Path) -> None:
    make(tmp_path, "deployment")
    environ = {"DATABASE_URL": "postgresql://a:b@db/postgres", "AMQP_URL": "amqp://c:d@mq/"}
    house = find_house(tmp_path, environ)
    assert (house.purpose, service_url(house, "documents")) == ("deployment", "http://documents:8081")


async def test_reading_commands_cannot_write(house: House) -> None:
    with pytest.raises(Stopped, match=r"^The database of intake refused or went away \(ReadOnlySQLTransactionError\)"):
        async with database(house.installation, "intake") as conn:
            await conn.execute("DELETE FROM outbox")


async def test_a_database_that_is_away_is_said_in_a_sentence(house: House) -> None:
    nowhere = replace(house.installation, postgres_admin_url="postgresql://a:secret@127.0.0.1:1/postgres")
    with pytest.raises(Stopped, match=r"^The database of intake does not answer \(ConnectionRefusedError\)\.$"):
        async with database(nowhere, "intake"):
            pass


async def test_a_broker_that_goes_away_is_said_in_a_sentence(house: House) -> None:
    with pytest.raises(Stopped, match=r"^The broker refused or went away \(ChannelNotFoundEntity\)"):
        async with broker(house.installation) as connection:
            await (await connection.channel()).declare_queue("nothing.like.this", passive=True)
