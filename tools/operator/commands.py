"""What each command does, as its answer; `arguments` says which command line leads here."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from chassis.clock import system_clock
from contracts import SERVICES
from rules import card_numbers
from rules.policy import Policy, PolicyError, load_policy
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator import cards, dead_letters, doctor, master_keys, outbox, replay, status, trace
from tools.operator.answer import Answer, age, clean, counted, moment, table
from tools.operator.audit import noting
from tools.operator.findings import OK, PROBLEM
from tools.operator.house import broker, database
from tools.operator.letters import DeadLetter

Options = argparse.Namespace


async def list_dead_letters(house: Installation, options: Options) -> Answer:
    async with broker(house) as connection:
        found = [letter for service in _services(options) for letter in await dead_letters.look(connection, service)]
    total = f"{counted(len(found), 'dead letter')}." if found else "No dead letters."
    return Answer(found, f"{_letters(found)}\n\n{total}" if found else total, attention=bool(found))


async def show_dead_letters(house: Installation, options: Options) -> Answer:
    async with broker(house) as connection:
        found = [
            shown
            for service in _services(options)
            for shown in await dead_letters.show(connection, service, _wanted(options))
        ]
    pages = [shown.as_data(with_body=options.data) for shown in found]
    text = "\n\n".join(Answer(page, "").as_json() for page in pages)
    hint = "" if options.data or not found else "\n\nThe content is personal data; --data shows it."
    return Answer(pages, text + hint if found else _none(options), attention=not found)


async def redrive_dead_letters(house: Installation, options: Options) -> Answer:
    returned: list[DeadLetter] = []
    refused: list[tuple[DeadLetter, str]] = []
    with noting(house) as note:
        async with broker(house) as connection:
            for service in _services(options):
                done = await dead_letters.redrive(connection, service, _wanted(options), note)
                returned += done.returned
                refused += done.refused
    lines = [f"returned to {clean(letter.queue)}: {clean(letter.event_id)}" for letter in returned]
    lines += [f"REFUSED by {clean(letter.queue)}: {clean(letter.event_id)} ({why})" for letter, why in refused]
    missing = not returned and not refused and options.id is not None
    data = {"returned": returned, "refused": [{"letter": letter, "why": why} for letter, why in refused]}
    return Answer(data, "\n".join(lines) or _none(options), attention=bool(refused) or missing)


async def discard_dead_letters(house: Installation, options: Options) -> Answer:
    wanted = _wanted(options)
    found: list[DeadLetter] = []
    if not options.yes:
        async with broker(house) as connection:
            for service in _services(options):
                found += [letter for letter in await dead_letters.look(connection, service) if wanted(letter)]
        text = f"{_letters(found)}\n\nNothing was discarded. To lose these for ever, add --yes."
        return Answer({"would_discard": found}, text if found else _none(options), attention=True)
    with noting(house) as note:
        async with broker(house) as connection:
            for service in _services(options):
                found += await dead_letters.discard(connection, service, wanted, note)
    lines = [f"discarded from {clean(letter.queue)}: {clean(letter.event_id)}" for letter in found]
    missing = not found and options.id is not None
    return Answer({"discarded": found}, "\n".join(lines) or _none(options), attention=missing)


async def list_outbox(house: Installation, options: Options) -> Answer:
    lags: list[outbox.Lag] = []
    stuck: list[outbox.Stuck] = []
    for service in _services(options):
        async with database(house, service) as conn:
            lags.append(await outbox.lag(conn, service))
            stuck += await outbox.stuck(conn, service)
    now = system_clock()
    text = _lags(lags, now)
    if stuck:
        headings = ("service", "event", "type", "recorded", "attempts", "last error", "tried again", "parked", "behind")
        rows = [
            (e.service, e.event_id, e.event_type, age(e.recorded_at, now), e.attempts, e.last_error,
             "no" if e.parked_at else e.not_before or "at once", e.parked_at, e.behind)
            for e in stuck
        ]  # fmt: skip
        text += "\n\n" + table(headings, rows)
    attention = bool(stuck) or any(status.late(lag, now) for lag in lags)
    return Answer({"services": lags, "stuck": stuck}, text, attention)


async def change_outbox(house: Installation, options: Options) -> Answer:
    event_id, service, action = options.event_id, options.service, options.action
    if action == "discard" and not options.yes:
        text = "Nothing was discarded. Nobody will ever hear of a discarded event; to do it all the same, add --yes."
        return Answer({"would_discard": event_id}, text, attention=True)
    with noting(house) as note:
        async with database(house, service, writing=True) as conn:
            type_ = await outbox.change(conn, service, action, event_id, note)
    done = {"park": "parked", "unpark": "unparked", "discard": "discarded"}[action]
    return Answer(
        {"done": done, "service": service, "event_id": event_id, "type": type_}, f"{done}: {type_} {event_id}"
    )


async def replay_events(house: Installation, options: Options) -> Answer:
    types = replay.types_for(house, options.service, options.queue, options.type)
    with noting(house) as note:
        async with database(house, options.service) as conn, broker(house) as connection:
            plan = await replay.plan(conn, options.service, options.queue, types, options.since)
            note("replay", service=plan.service, queue=plan.queue, types=types, since=plan.since, events=plan.events)
            sent = await replay.send(connection, conn, plan)
    text = f"{counted(sent, 'event')} of {plan.service} since {moment(plan.since)} sent to {plan.queue}."
    if plan.oldest_at is None or plan.oldest_at > plan.since:
        kept = f"the oldest is of {moment(plan.oldest_at)}" if plan.oldest_at else "there are none now"
        text += f"\n{plan.service}'s events are kept for 7 days after publishing; {kept}."
    return Answer({"sent": sent, "types": types, "since": plan.since, "oldest_at": plan.oldest_at}, text)


async def trace_application(house: Installation, options: Options) -> Answer:
    found = await trace.trace(house, await trace.find_application(house, options.application))
    headings = ("at", "service", "what", "event", "sequence", "trace")
    rows = [(s.at, s.service, s.what, s.event_type, s.sequence, s.trace_id) for s in found.steps]
    text = f"Application {found.application_id}\n\n{table(headings, rows)}\n\n"
    text += "\n".join(found.open_ends) if found.open_ends else "Every event has arrived everywhere."
    return Answer(found, text, attention=bool(found.open_ends))


async def show_status(house: Installation, _options: Options) -> Answer:
    now = system_clock()
    found = await status.status(house, now)
    services = table(("service", "ready"), [(s.service, "; ".join(s.problems) or "yes") for s in found.services])
    busy = [queue for queue in found.queues if queue.messages or queue.concern or queue.kind == status.OTHERS]
    rows = [(q.name, q.messages, q.consumers, q.concern or "") for q in busy]
    queues = table(("queue", "messages", "consumers", ""), rows)
    others = f"{counted(len(found.queues) - len(busy), 'other queue')}: empty." if found.queues else ""
    parts = [services, _lags(found.outboxes, now) if found.outboxes else "", queues if rows else "", others]
    parts += [*found.away, "Something needs attention." if found.attention else "All is well."]
    data = {
        "at": found.at,
        "services": found.services,
        "outboxes": found.outboxes,
        "queues": [{**asdict(queue), "concern": queue.concern} for queue in found.queues],
        "away": found.away,
    }
    return Answer(data, "\n\n".join(part for part in parts if part), found.attention)


async def examine_house(house: Installation, options: Options) -> Answer:
    found = await doctor.examine(house, options.library, options.dkim_selector, system_clock)
    problems = sum(finding.state == PROBLEM for finding in found)
    rows = [(finding.what, finding.state, finding.text) for finding in found]
    verdict = f"{counted(problems, 'problem')}." if problems else "No problems."
    return Answer(found, f"{table(('what', 'state', ''), rows)}\n\n{verdict}", attention=problems > 0)


async def advance_cards(house: Installation, options: Options) -> Answer:
    policy = _policy(options).card_numbers
    also = {card_numbers.understood(policy, options.past)} if options.past else set()
    if also and card_numbers.problem(policy, options.past):
        raise Stopped(f"{clean(options.past)} is no card number of this library; nothing was changed.")
    with noting(house) as note:
        before, after = await cards.advance(house, policy, also, options.yes, note)
    data = {"counter": after.counter, "before": before.counter, "learnt": sorted(before.missing)}
    if before.well:
        return Answer(data, f"Nothing to do: review knows all numbers, the last of the range is {after.counter}.")
    learnt = counted(len(before.missing), "number")
    return Answer(
        data,
        f"Review has learnt {learnt}; it counts on from {after.counter}, before from {before.counter}.",
        not after.well,
    )


async def list_keys(house: Installation, _options: Options) -> Answer:
    keys, now = await master_keys.listed(house), system_clock()
    rows = [
        (key.name, key.made_at, age(key.made_at, now), key.documents, "seals new ones" if key.newest else "")
        for key in keys
    ]
    finding = master_keys.check_age(house, now)
    text = f"{table(('master key', 'made at', 'age', 'documents', ''), rows)}\n\n{finding.state}: {finding.text}"
    return Answer(keys, text, attention=finding.state != OK)


async def rotate_keys(house: Installation, _options: Options) -> Answer:
    with noting(house) as note:
        newest, gone = await master_keys.rotate(house, system_clock(), note)
    text = f"{newest} seals everything now; destroyed: {', '.join(gone)}. Destroy copies of the old file too, and keep one of the new."
    return Answer({"newest": newest, "destroyed": gone}, text)


def _policy(options: Options) -> Policy:
    try:
        return load_policy(options.library)
    except PolicyError as error:
        raise Stopped(f"{options.library}: {error}") from None


def _services(options: Options) -> Sequence[str]:
    return [options.service] if options.service else SERVICES


def _wanted(options: Options) -> dead_letters.Wanted:
    id_: UUID | None = options.id
    return lambda letter: id_ is None or letter.event_id == str(id_)


def _none(options: Options) -> str:
    where = options.service or "any service"
    return f"No dead letter of {where} has this id." if options.id else f"No dead letters of {where}."


def _letters(letters: Sequence[DeadLetter]) -> str:
    now = system_clock()
    headings = ("service", "queue of origin", "event type", "event id", "dead for", "attempts", "reason")
    rows = [(x.service, x.queue, x.type, x.event_id, age(x.died_at, now), x.attempts, x.reason) for x in letters]
    return table(headings, rows)


def _lags(lags: Sequence[outbox.Lag], now: datetime) -> str:
    rows = [(x.service, x.waiting, age(x.oldest_at, now), x.refused, x.parked) for x in lags]
    return table(("outbox", "waiting", "oldest", "refused", "parked"), rows)
