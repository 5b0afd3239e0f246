"""A broker that is short of memory takes nothing and says nothing: commands end in time, and lose nothing."""

import pytest

from tests.shortages import short_of_memory
from tests.tools.operator.conftest import DEAD, RECEIVED, House, eventually
from tools.errors import Stopped
from tools.operator import dead_letters, replay
from tools.servers import Servers


async def test_commands_end_in_time_and_lose_nothing(
    house: House, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = await house.die()
    event = await house.record(RECEIVED)
    await house.execute("intake", "UPDATE outbox SET published_at = now()")
    for module in (dead_letters, replay):
        monkeypatch.setattr(module, "PUBLISH_SECONDS", 1.0)
    monkeypatch.setattr("chassis.bus.CLOSE_TIMEOUT", 1.0)
    with short_of_memory(servers):
        with pytest.raises(Stopped, match=r"^The broker refused or went away \(TimeoutError\)"):
            await house.ouchi("dead-letters", "redrive", "--id", id_)
        with pytest.raises(Stopped, match=r"^The broker took no more \(TimeoutError\)\. 0 of 1 event sent; go on with"):
            await house.ouchi(
                "replay", "intake", "--since", "2020-01-01", "--queue", f"notifier.{RECEIVED}", "--type", event.type
            )
    await eventually(lambda: house.depth(DEAD), 1)
    assert house.audit()[1:] == []
