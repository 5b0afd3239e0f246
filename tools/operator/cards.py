"""Whether review still knows every card number that was given out: after a restore it would give them out once more."""

from collections.abc import Set
from dataclasses import dataclass

from rules import card_numbers
from rules.policy_cards import CardNumbers
from tools.errors import Stopped
from tools.installation import Installation
from tools.operator.answer import counted
from tools.operator.audit import Note
from tools.operator.findings import NOT_CHECKED, OK, PROBLEM, Finding
from tools.operator.house import database

#: More than so many numbers are not passed over by themselves: a number that was typed wrongly would use up the range.
LARGEST_STEP = 10_000

#: What applicants were told. Only a new card and a replacement have their number from the range.
AT_INTAKE = (
    "SELECT card_number, kind IN ('new', 'replacement') AS given FROM applications WHERE card_number IS NOT NULL"
)
#: What is just being told: both are blanked once the mail is sent.
AT_NOTIFIER = """
SELECT number AS card_number FROM deliveries, jsonb_each_text(content) AS one (name, number)
 WHERE name IN ('card_number', 'previous_card_number') AND number IS NOT NULL
"""
AT_REVIEW = "SELECT card_number FROM card_numbers WHERE card_number = ANY($1::text[])"
COUNTER = "SELECT serial FROM card_counters WHERE prefix = $1"

# Whoever approves holds the counter's row: one of the two comes first.
ADVANCE = """
INSERT INTO card_counters AS c (prefix, serial) VALUES ($1, $2)
ON CONFLICT (prefix) DO UPDATE SET serial = greatest(c.serial, excluded.serial)
"""
TAKE = "INSERT INTO card_numbers (card_number, given_at) SELECT unnest($1::text[]), now() ON CONFLICT DO NOTHING"


@dataclass(frozen=True)
class Cards:
    """What the services know: `missing` are numbers that review does not, `reached` and `counter` serial numbers of the range."""

    missing: Set[str]
    counter: int
    reached: int

    @property
    def well(self) -> bool:
        return not self.missing and self.reached <= self.counter


async def compare(house: Installation, policy: CardNumbers, also: Set[str] = frozenset()) -> Cards:
    """What the services know, and `also` these numbers. Raises Stopped where a database is away."""
    # Review last: what it gives out meanwhile is known to it before it is known to others.
    async with database(house, "notifier") as conn:
        told = {row["card_number"] for row in await conn.fetch(AT_NOTIFIER)}
    async with database(house, "intake") as conn:
        rows = await conn.fetch(AT_INTAKE)
    told |= {row["card_number"] for row in rows} | also
    async with database(house, "review") as conn:
        missing = told - {row["card_number"] for row in await conn.fetch(AT_REVIEW, list(told))}
        counter = await conn.fetchval(COUNTER, policy.prefix)
    given = missing | {row["card_number"] for row in rows if row["given"]}
    serials = [serial for number in given if (serial := card_numbers.serial(policy, number)) is not None]
    counts = policy.source == "range"
    return Cards(missing, policy.first - 1 if counter is None else counter, max(serials, default=0) if counts else 0)


async def advance(
    house: Installation, policy: CardNumbers, also: Set[str], far: bool, note: Note
) -> tuple[Cards, Cards]:
    """Review learns the numbers, and counts on behind them; how it was, and how it is. `far`: also over many numbers."""
    before = await compare(house, policy, also)
    step = before.reached - before.counter
    if step > LARGEST_STEP and not far:
        raise Stopped(
            f"Nothing was changed: {counted(step, 'number')} of the range would be passed over, up to serial number "
            f"{before.reached}. Look whether such a card exists; to do it all the same, add --yes."
        )
    if not before.well:
        async with database(house, "review", writing=True) as conn, conn.transaction():
            note(
                "advance cards",
                counter=before.counter,
                to=max(before.reached, before.counter),
                missing=len(before.missing),
            )
            if step > 0:
                await conn.execute(ADVANCE, policy.prefix, before.reached)
            await conn.execute(TAKE, sorted(before.missing))
    return before, await compare(house, policy, also)


async def check_cards(house: Installation, policy: CardNumbers) -> Finding:
    try:
        cards = await compare(house, policy)
    except Stopped as reason:
        return Finding("card numbers", NOT_CHECKED, str(reason))
    if cards.well:
        return Finding("card numbers", OK, "review knows all that were given out")
    text = f"review does not know {counted(len(cards.missing), 'card number')} that applicants were told"
    if cards.reached > cards.counter:
        text += f", and would give out from {cards.counter + 1} what was given out up to {cards.reached}"
    return Finding("card numbers", PROBLEM, f"{text}: ./ouchi cards advance, before anything is approved")
