"""The set-up step: everyone gets their own, nobody another's, as often as you like."""

import asyncio
import json
import os
from pathlib import Path

import aio_pika
import asyncpg
import pytest
from aiormq.exceptions import ChannelAccessRefused

import tools.provision
from contracts import SERVICES
from deploy.container import settings
from tests.conftest import FromNothing, FromService
from tools.addresses import in_containers
from tools.broker import Management, topology
from tools.errors import Stopped
from tools.installation import SUBSCRIBER, SUBSCRIBER_QUEUE, Installation, installation
from tools.provision import drop, provision
from tools.servers import Servers

PAIRS = [(one, other) for one in SERVICES for other in SERVICES if one != other]


async def test_every_service_can_open_its_own_database(provisioned: Installation) -> None:
    for service in SERVICES:
        conn = await asyncpg.connect(provisioned.database_url(service))
        assert await conn.fetchval("SELECT current_user") == provisioned.database(service)
        await conn.close()


@pytest.mark.parametrize(("service", "other"), PAIRS)
async def test_no_service_can_open_anothers_database(provisioned: Installation, service: str, other: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(provisioned.database_url(service), database=provisioned.database(other))


async def test_on_our_own_server_no_service_can_open_the_maintenance_databases(provisioned: Installation) -> None:
    if not provisioned.server_is_ours:
        pytest.skip("somebody else's server is left as it is")
    for database in ("postgres", "template1"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(provisioned.database_url("intake"), database=database)


#: What would take a row away, or the table from under it, or make another that is taken for it.
TAMPERING = (
    "UPDATE audit SET action = 'nothing'",
    "DELETE FROM audit",
    "TRUNCATE audit",
    "DROP TABLE audit",
    "DROP TABLE audit CASCADE",
    "ALTER TABLE audit ADD COLUMN more text",
    "ALTER TABLE audit DISABLE TRIGGER ALL",
    "ALTER TABLE audit RENAME TO old",
    "ALTER TABLE audit OWNER TO CURRENT_USER",
    "CREATE RULE nothing AS ON INSERT TO audit DO INSTEAD NOTHING",
    "CREATE TRIGGER nothing BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "DROP SCHEMA public CASCADE",
    "ALTER SCHEMA public RENAME TO old",
    "DROP FUNCTION prune_audit",
    "CREATE OR REPLACE FUNCTION prune_audit(before timestamptz, most integer) RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "SET ROLE {owner}",
    "ALTER ROLE {owner} LOGIN PASSWORD 'x'",
    "GRANT {owner} TO CURRENT_USER",
)


@pytest.mark.parametrize("statement", TAMPERING)
async def test_review_may_add_to_its_audit_and_change_nothing_of_it(provisioned: Installation, statement: str) -> None:
    conn = await asyncpg.connect(provisioned.database_url("review"))
    try:
        async with conn.transaction():
            await conn.execute(
                "INSERT INTO audit (id, at, action, detail) VALUES (gen_random_uuid(), now(), 'x', '{}')"
            )
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with conn.transaction():
                    await conn.execute(statement.format(owner=f'"{provisioned.audit_role}"'))
            assert await conn.fetchval("SELECT count(*) FROM audit WHERE action = 'x'") == 1
            raise Undone
    except Undone:
        pass
    finally:
        await conn.close()


class Undone(Exception):
    """Rolls back."""


async def test_trigrams_see_kana_in_every_database(provisioned: Installation) -> None:
    for service in SERVICES:
        conn = await asyncpg.connect(provisioned.database_url(service))
        alike = await conn.fetchval("SELECT similarity('タカハシサキミ', 'タカハシサキコ')")
        await conn.close()
        assert alike > 0.5


async def test_a_second_provision_changes_nothing(provisioned: Installation) -> None:
    before = await _everything(provisioned)
    await provision(provisioned)
    assert await _everything(provisioned) == before


async def test_two_provisions_at_once_are_one(provisioned: Installation) -> None:
    before = await _everything(provisioned)
    await asyncio.gather(provision(provisioned), provision(provisioned))
    assert await _everything(provisioned) == before


async def test_every_queue_of_the_contracts_exists_with_its_arguments(provisioned: Installation) -> None:
    wanted = {queue["name"]: queue["arguments"] for queue in topology(provisioned)["queues"]}
    async with Management(provisioned.management_url) as management:
        found = await management.get(f"/queues/{provisioned.vhost}")
    assert {queue["name"]: queue["arguments"] for queue in found} == wanted


async def test_no_service_can_write_on_the_default_exchange(provisioned: Installation) -> None:
    for service in SERVICES:
        connection = await aio_pika.connect(provisioned.amqp_url(service))
        async with connection:
            channel = await connection.channel()
            with pytest.raises(ChannelAccessRefused):
                await channel.default_exchange.publish(aio_pika.Message(b"{}"), "intake.dead")


async def test_a_subscriber_reads_its_own_queue_and_no_other(provisioned: Installation) -> None:
    connection = await aio_pika.connect(provisioned.amqp_url(SUBSCRIBER))
    async with connection:
        channel = await connection.channel()
        await channel.get_queue(SUBSCRIBER_QUEUE)
        queue = await channel.get_queue("review.dead", ensure=False)
        with pytest.raises(ChannelAccessRefused):
            await queue.get(fail=False)


def test_a_service_is_told_no_other_services_secrets(provisioned: Installation) -> None:
    known = json.loads(provisioned.keys.file.read_text())
    for service in SERVICES:
        told = " ".join(provisioned.environment(service).values())
        foreign = [name for name, secret in known.items() if secret in told and not name.startswith(f"{service}.")]
        assert foreign == []


def test_secrets_are_readable_by_their_owner_alone(provisioned: Installation) -> None:
    assert provisioned.keys.file.stat().st_mode & 0o077 == 0


async def test_a_clean_database_has_its_migrations_and_no_rows(database_url: FromService) -> None:
    conn = await asyncpg.connect(await database_url("intake"))
    assert await conn.fetchval("SELECT count(*) FROM migrations") > 0
    assert await conn.fetchval("SELECT count(*) FROM outbox") == 0
    await conn.close()


async def test_blank_databases_and_virtual_hosts_are_separate(
    servers: Servers, blank_database: FromNothing, blank_vhost: FromNothing
) -> None:
    assert await blank_database() != await blank_database()
    connection = await aio_pika.connect(await blank_vhost())
    async with connection:
        channel = await connection.channel()
        await channel.declare_queue("q", durable=True)


def test_set_up_for_containers_leaves_each_service_its_own_settings(servers: Servers, tmp_path: Path) -> None:
    environ = {
        "DATABASE_URL": servers.postgres_admin_url,
        "AMQP_URL": servers.amqp_admin_url,
        "RABBITMQ_MANAGEMENT_URL": servers.management_url,
        "OUCHI_PURPOSE": f"test-containers-{os.getpid()}",
        "OUCHI_ENVIRONMENTS": str(tmp_path),
        "OUCHI_STORAGE": "file:///documents",
    }
    set_up = Servers(environ["OUCHI_PURPOSE"], environ=environ)
    try:
        tools.provision.main(environ)
        told = settings(str(tmp_path / "documents" / "environment"))
        assert told["OUCHI_STORAGE"] == "file:///documents"
        assert told["OUCHI_HOST"] == "0.0.0.0"  # noqa: S104 - what is asserted, not bound
        assert settings(str(tmp_path / "intake" / "environment"))["OUCHI_DOCUMENTS_URL"] == "http://documents:8081"
        assert (tmp_path / "notifier" / "environment").stat().st_mode & 0o077 == 0
    finally:
        house = installation(Servers(environ["OUCHI_PURPOSE"], environ=environ), in_containers(environ))
        asyncio.run(drop(house))
        set_up.discard()


def test_set_up_for_containers_says_what_it_needs() -> None:
    with pytest.raises(Stopped, match="DATABASE_URL and AMQP_URL must name the servers"):
        tools.provision.main({})


async def _everything(house: Installation) -> object:
    databases = {}
    for service in SERVICES:
        conn = await asyncpg.connect(house.database_url(service))
        databases[service] = [
            await conn.fetch(
                "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
            ),
            await conn.fetch("SELECT * FROM migrations ORDER BY name"),
        ]
        await conn.close()
    async with Management(house.management_url) as management:
        vhost = house.vhost
        broker = [
            sorted(q["name"] for q in await management.get(f"/queues/{vhost}")),
            sorted(e["name"] for e in await management.get(f"/exchanges/{vhost}")),
            sorted(str(b) for b in await management.get(f"/bindings/{vhost}")),
            sorted(str(p) for p in await management.get(f"/vhosts/{vhost}/permissions")),
        ]
    return databases, broker, house.keys.file.read_text()
