"""A broker that is short of memory takes nothing and says nothing: commands end in time, and lose nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.tools.operator.conftest import DEAD, RECEIVED, House, eventually
from tools import processes
from tools.errors import Stopped
from tools.operator import dead_letters, replay
from tools.places import server_folder
from tools.servers import Servers

CONTROL = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")


@contextmanager
def short_of_memory(servers: Servers) -> Iterator[None]:
    rabbitmq, user = servers.rabbitmq, processes.account("rabbitmq")
    folder = server_folder(servers.var, "rabbitmq", user)
    unwanted = {"RABBITMQ_DIST_PORT", "RUNNING_UNDER_SYSTEMD"}
    environment = {name: text for name, text in rabbitmq._environment(folder).items() if name not in unwanted}

    def limit(*words: str) -> None:
        command = [str(CONTROL), "set_vm_memory_high_watermark", *words]
        processes.run(command, env=environment, user=user, cwd=folder)

    limit("0.00001")
    try:
        yield
    finally:
        limit("absolute", "1GB")


async def test_commands_end_in_time_and_lose_nothing(
    house: House, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    if servers.given.amqp_url:
        pytest.skip("somebody else's broker is left as it is")
    id_ = await house.die()
    event = await house.record(RECEIVED)
    await house.execute("intake", "UPDATE outbox SET published_at = now()")
    for module in (dead_letters, replay):
        monkeypatch.setattr(module, "PUBLISH_SECONDS", 1.0)
    monkeypatch.setattr("tools.operator.house.CLOSE_SECONDS", 1.0)
    with short_of_memory(servers):
        with pytest.raises(Stopped, match=r"^The broker refused or went away \(TimeoutError\)"):
            await house.ouchi("dead-letters", "redrive", "--id", id_)
        with pytest.raises(Stopped, match=r"^The broker took no more \(TimeoutError\)\. 0 of 1 event sent; go on with"):
            await house.ouchi(
                "replay", "intake", "--since", "2020-01-01", "--queue", f"notifier.{RECEIVED}", "--type", event.type
            )
    await eventually(lambda: house.depth(DEAD), 1)
    assert house.audit()[1:] == []
