"""Many applications at once while services, servers and the mail server are killed, in the order that a seed gives."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from contracts import SERVICES
from tests.end_to_end.people import eventually
from tests.faults.invariants import Findings, settled
from tests.faults.journeys import KINDS, Desk, Journey, travel
from tests.faults.world import World
from tools.addresses import MAILBOX

POSTGRES, RABBITMQ = "PostgreSQL", "RabbitMQ"
TARGETS = (*SERVICES, MAILBOX, POSTGRES, RABBITMQ)
SHORTEST_PAUSE, LONGEST_PAUSE = 0.3, 3.0
WHOLE_WAY = 7200.0
#: More than the longest pause that the supervisor makes before it starts again what died.
LONGEST_AWAY = 60.0


@dataclass(frozen=True)
class Plan:
    """`concurrent` applicants are on their way at a time. The kills are spread over the whole way."""

    applications: int
    kills: int
    seed: int
    concurrent: int = 8


def new_seed() -> int:
    return int.from_bytes(os.urandom(4), "big")


def victims(plan: Plan) -> list[str]:
    """Each target once before any is hit again."""
    chance = random.Random(plan.seed)
    found: list[str] = []
    while len(found) < plan.kills:
        found += chance.sample(TARGETS, len(TARGETS))
    return found[: plan.kills]


async def rage(world: World, plan: Plan, settle_seconds: float, say: Callable[[str], None]) -> Findings:
    """All of it, to the end; what is found then."""
    say(f"seed {plan.seed}: {plan.applications} applications, {plan.kills} kills")
    clerks, began = await world.clerks(), time.monotonic()
    chance = random.Random(plan.seed)
    journeys = [Journey(KINDS[n % len(KINDS)]) for n in range(plan.applications)]
    chance.shuffle(journeys)
    desk, queue, released, lost = Desk(), list(journeys), asyncio.Semaphore(0), list[str]()

    async def applicants() -> None:
        while queue:
            journey = queue.pop()
            await released.acquire()
            desk.journeys.append(journey)
            try:
                await travel(world.applicant(), journey)
            except AssertionError as reason:
                # The others go on: what one of them met may only show its cause beside what they met.
                lost.append(f"{journey.kind} {journey.id or '(not acknowledged)'}: {reason}")
                say(lost[-1])

    async with asyncio.TaskGroup() as group:
        staff = [group.create_task(desk.work(clerk)) for clerk in clerks]
        mender = group.create_task(_mend(world))
        travelling = [group.create_task(applicants()) for _ in range(plan.concurrent)]
        killer = group.create_task(_kill(world, plan, desk, released, say))
        await asyncio.gather(killer, *travelling)
        ended = time.monotonic()
        # Who was killed last is to have its say too, and is not left dead to whoever uses the system next.
        await eventually(partial(_everything_runs, world), LONGEST_AWAY)
        await world.ready()
        say(f"all {len(desk.journeys)} applications have ended; waiting until everything is settled")
        found = await settled(world.house, [journey for journey in journeys if journey.status], settle_seconds)
        for task in (*staff, mender):
            task.cancel()
    found.broken += lost
    found.counts["answers lost, and asked for again"] = world.counts.lost
    found.counts['answers "later", and asked again'] = world.counts.later
    for name, count in Counter(victims(plan)).items():
        found.counts[f"kills of {name}"] = count
    found.counts["seconds until all applications had ended"] = round(ended - began)
    found.counts["seconds until everything was settled"] = round(time.monotonic() - began)
    return found


async def _kill(world: World, plan: Plan, desk: Desk, released: asyncio.Semaphore, say: Callable[[str], None]) -> None:
    """Each kill meets applications of its own share on their way: they are let go just before it."""
    chance = random.Random(plan.seed)

    async def reached(count: int) -> bool:
        return len(desk.journeys) >= count

    for number, name in enumerate(victims(plan)):
        before, after = (plan.applications * n // plan.kills for n in (number, number + 1))
        for _ in range(after - before):
            released.release()
        await eventually(partial(reached, min(before + 1, after)), WHOLE_WAY)
        await asyncio.sleep(chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE))
        ended = sum(bool(journey.status) for journey in desk.journeys)
        say(f"kill -9 {name}: {len(desk.journeys)} of {plan.applications} applications begun, {ended} ended")
        await kill(world, name)


async def kill(world: World, name: str) -> None:
    """A crash. The two servers are started again here; everything else by the supervisor."""
    if name == POSTGRES:
        await asyncio.to_thread(world.servers.kill_postgres)
        await asyncio.to_thread(world.servers.start_postgres)
    elif name == RABBITMQ:
        await asyncio.to_thread(world.servers.kill_rabbitmq)
        await asyncio.to_thread(world.servers.start_rabbitmq)
    else:
        await world.crash(name)


async def _everything_runs(world: World) -> bool:
    return all(run.alive for run in world.system.supervisor.runs.values())


async def _mend(world: World) -> None:
    """What `make run` does: start again what died."""
    while True:
        await asyncio.to_thread(world.system.supervisor.mend)
        await asyncio.sleep(0.2)
