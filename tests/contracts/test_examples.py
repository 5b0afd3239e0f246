"""Examples are valid, and the two validators never disagree about them or about what is made of them."""

import copy
import random
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from contracts import CONTRACTS, ENVELOPE, Contract

each_contract = pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)

AT_LEAST = 200
Path = tuple[str | int, ...]

WRONG_VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 1.5, 2**31, 10**30, "", " ", "x", "1", [], {}, [None], {"x": {"y": [1]}}, [[]],
    "x" * 64, "x" * 65, "あ" * 120, "𠮟" * 300, "が" * 400, "x" * 5000, "\n", "\u0000", "a\u0000b",
)  # fmt: skip

WRONG_TEXTS = (
    # days
    "2026-02-30", "2026-2-3", "20260406", "2026-W15-1", "0000-01-01", "2024-02-29", "2023-02-29", "2026-04-06\n", "２０２６-04-06",
    "+2026-04-06", "2026-13-01", "9999-12-31", "10000-01-01",
    # moments
    "2026-04-06T09:12:44Z", "2026-04-06t09:12:44z", "2026-04-06 09:12:44Z", "2026-04-06T09:12:44", "2026-04-06T24:00:00Z",
    "2026-06-30T23:59:60Z", "2026-04-06T09:12:44.1234567890Z", "2026-04-06T09:12:44+09:00", "2026-04-06T09:12:44+0900",
    "2026-04-06T09:12:44+24:00", "2026-04-06T09:12Z", "2026-02-30T09:12:44Z", "2026-04-06T09:12:44-00:00", "2026-04-06T09:12:44,5Z",
    # ids
    "019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10", "019A8F3E-5C10-7A2B-9D41-0B6C5E2F7A10", "019a8f3e5c107a2b9d410b6c5e2f7a10",
    "{019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10}", "urn:uuid:019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10", "019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a1g",
    "00000000-0000-0000-0000-000000000000", "019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10\n",
    # codes
    "ja-easy", "Ja", "-x", "_x", "x y", "x\n", "x.y", "ｘ", "9", "é", "٣",
    # e-mail and links
    "a@b", "a@@b", "a b@c", "@b", "a@", "名@例.jp", "a@b\n", "a@\u3000b", "a\u0085@b", "a\ufeff@b", "http://x", "HTTP://x", "javascript:x",
    "https://", "https://x y", "https://x\n", "https://例.jp/",
    # items, types, sources, traces
    "application", "field:phone", "field:Phone", "field:", "document:1", "document:019a8f3e-5c10-7a2b-9d41-0b6c5e2f7a10", "application\n",
    "/intake", "intake", "/", "a.b.v1", "a.b.v0", "urn:ouchi:events:a.b.v1", "events/a.b.v1.schema.json", "urn:ouchi:events:", "1.0", "1.1",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
    "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)  # fmt: skip


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every place in a value, the whole first."""
    yield at
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in pairs:
        yield from paths(child, (*at, key))


def at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def changed(value: Any, path: Path, change: Callable[[Any], Any]) -> Any:
    """A value in which one place is another; what lies beside it is shared, not copied."""
    if not path:
        return change(value)
    key, rest = path[0], path[1:]
    fresh = copy.copy(value)
    fresh[key] = changed(value[key], rest, change)
    return fresh


def replaced(new: Any, _old: Any) -> Any:
    return new


def one_mutation(value: Any, dice: random.Random) -> Any:
    path = dice.choice(list(paths(value)))
    old = at(value, path)
    ways: list[Callable[[Any], Any]] = [lambda _: dice.choice(WRONG_VALUES), lambda _: dice.choice(WRONG_TEXTS)]
    if isinstance(old, dict):
        ways += [lambda v: v | {dice.choice(("extra", "x y", "X", "note")): dice.choice(WRONG_VALUES)}] * 2
    if isinstance(old, dict) and old:
        gone = dice.choice(list(old))
        ways += [lambda v: {key: child for key, child in v.items() if key != gone}] * 4
    if isinstance(old, list):
        ways += [lambda v: v * 40, lambda v: [*v, dice.choice(WRONG_VALUES)], lambda _: []]
    if isinstance(old, str):
        ways += [lambda v: v + "\n", lambda v: v * 500, lambda v: v.upper(), lambda v: v[:-1], lambda v: f" {v}"]
    return changed(value, path, dice.choice(ways))


def mutations(value: Any, seed: str) -> Iterator[Any]:
    """Each place replaced by each wrong value, then random changes on top of each other."""
    for path in paths(value):
        texts = WRONG_TEXTS if isinstance(at(value, path), str | None) else ()
        for wrong in (*WRONG_VALUES, *texts):
            yield changed(value, path, partial(replaced, wrong))
    dice = random.Random(seed)
    for _ in range(AT_LEAST):
        mutant = one_mutation(value, dice)
        yield mutant
        yield one_mutation(mutant, dice)


@each_contract
def test_an_example_is_a_valid_event(contract: Contract, judges: Any) -> None:
    assert judges(ENVELOPE).verdicts(contract.example) == (True, True)
    assert judges(contract.schema).verdicts(contract.example["data"]) == (True, True)


@each_contract
def test_an_example_is_the_event_that_its_file_is_named_after(contract: Contract) -> None:
    example = contract.example
    assert example["type"] == contract.type
    assert example["source"] == f"/{contract.producer}"
    assert example["dataschema"] == contract.dataschema


#: A lost card was replaced: there it is not said what alone is other than before.
NOT_SHOWN = {"registration.changed.v1": {"changed"}}


@each_contract
def test_an_example_shows_every_field(contract: Contract) -> None:
    shown = [name for name in contract.schema["properties"] if name not in NOT_SHOWN.get(contract.type, set())]
    assert list(contract.example["data"]) == shown


def test_the_examples_tell_one_story_with_one_application_and_one_registration() -> None:
    subjects = {contract.type.split(".")[0]: set[str]() for contract in CONTRACTS.values()}
    for contract in CONTRACTS.values():
        subjects[contract.type.split(".")[0]].add(contract.example["subject"])
    (registration,) = subjects.pop("registration")
    digest = CONTRACTS["review.digest_due.v1"].example["subject"]
    (application,) = set.union(*subjects.values()) - {digest}
    assert len({registration, application, digest}) == 3
    assert CONTRACTS["registration.completed.v1"].example["data"]["application_id"] == application
    ids = [contract.example["id"] for contract in CONTRACTS.values()]
    assert len(set(ids)) == len(ids)
    for contract in (CONTRACTS["notification.sent.v1"], CONTRACTS["notification.failed.v1"]):
        assert contract.example["data"]["caused_by"] in ids


def test_the_examples_hold_only_invented_people_at_reserved_addresses() -> None:
    for contract in CONTRACTS.values():
        for path in paths(contract.example):
            value = at(contract.example, path)
            if isinstance(value, str) and (found := re.search(r"(?:@|https?://)([^/]+)", value)):
                assert found[1].endswith("example.jp"), value


@each_contract
def test_the_reference_and_the_fast_validator_agree_on_the_data_whatever_is_done_to_it(
    contract: Contract, judges: Any
) -> None:
    assert_agreement(judges(contract.schema), contract.example["data"], contract.type)


@each_contract
def test_the_reference_and_the_fast_validator_agree_on_the_envelope_whatever_is_done_to_it(
    contract: Contract, judges: Any
) -> None:
    assert_agreement(judges(ENVELOPE), contract.example | {"data": {}}, contract.type)


def assert_agreement(both: Any, example: Any, seed: str) -> None:
    verdicts: list[bool] = []
    for mutant in mutations(example, seed):
        reference, fast = both.verdicts(mutant)
        assert reference == fast, f"reference says {reference}, fast says {fast}: {mutant!r}"
        verdicts.append(fast)
    assert len(verdicts) >= 2 * AT_LEAST
    assert True in verdicts and False in verdicts
