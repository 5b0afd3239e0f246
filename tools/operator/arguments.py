"""The command line of `ouchi`, and its help."""

import argparse
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from contracts import SERVICES
from rules.policy import PolicyError, load_policy
from tools.installation import SUBSCRIBER_QUEUE, Installation
from tools.operator import commands
from tools.operator.answer import Answer
from tools.places import ROOT

Run = Callable[[Installation, argparse.Namespace], Awaitable[Answer]]

ABOUT = """The operator's command of Ouchi. It works as the administrator, straight on the databases and the broker:
on those of `make run` in this checkout, or on those of DATABASE_URL and AMQP_URL. With docker-compose.yml:
docker compose run --rm set-up tools.operator COMMAND

Exit code: 0 all is well, 1 something needs attention or could not be done, 2 the command line is wrong.
No command shows personal data, except `dead-letters show --data`. Runbooks: docs/runbooks/."""

OUTBOX_CHANGES = {
    "park": "set one waiting event aside; later events of the same subject wait behind it",
    "unpark": "let a parked event go on, at once",
    "discard": "delete a parked event for ever; nobody will hear of it",
}


def parse(words: Sequence[str], library: Path = ROOT / "config" / "library.toml") -> argparse.Namespace:
    """The options; `run` is the command. `library` is the policy file, whose time zone a plain date is in."""
    words = list(words)
    # `ouchi outbox [SERVICE]` is short for `ouchi outbox list [SERVICE]`.
    if words[:1] == ["outbox"] and not {"list", *OUTBOX_CHANGES, "-h", "--help"} & set(words[1:2]):
        words.insert(1, "list")
    return _parser(library).parse_args(words)


def _parser(library: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ouchi", description=ABOUT, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(of, "status", "the state of the house on one page", commands.show_status)
    doctor = _add(of, "doctor", "what goes wrong slowly: SPF, DKIM, DMARC and MX of the sender, clocks, disks, the policy "
                  "and its calendar; exit code 1 where there is a problem", commands.examine_house)  # fmt: skip
    doctor.set_defaults(library=library)
    doctor.add_argument("--dkim-selector", metavar="NAME", default=os.environ.get("OUCHI_DKIM_SELECTOR"),
                        help="which DKIM key signs; without it OUCHI_DKIM_SELECTOR")  # fmt: skip
    trace = _add(of, "trace", "one application's way through all four services", commands.trace_application)
    trace.add_argument(
        "application", metavar="RECEIPT_NUMBER|APPLICATION_ID", help="typed in any width, with or without hyphens"
    )
    _dead_letters(of.add_parser("dead-letters", help="what no handler could take: list, show, redrive, discard",
                                description="Messages that a service gave up on. Kept for 30 days."))  # fmt: skip
    _outbox(of.add_parser("outbox", help="what waits to be published: list, park, unpark, discard",
                          description="Events that a service has recorded and not yet published."))  # fmt: skip
    _replay(of, library)
    numbers = of.add_parser(
        "cards", help="the numbers of library cards: advance", description="The numbers of library cards."
    )
    _cards(numbers, library)
    _keys(of.add_parser("key", help="the master keys of the images: list, rotate (docs/runbooks/key-rotation.md)",
                        description="The master keys with which the identity images are sealed."))  # fmt: skip
    return parser


def _dead_letters(parser: argparse.ArgumentParser) -> None:
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = "list them, oldest first; changes nothing; exit code 1 where there are any"
    _service(_add(of, "list", listing, commands.list_dead_letters))
    show = _add(of, "show", "what one says of itself, without its content; changes nothing", commands.show_dead_letters)
    show.add_argument("--data", action="store_true", help="show the content too: this is personal data")
    redrive = _add(of, "redrive", "send back to the queue of origin, to be tried anew", commands.redrive_dead_letters)
    discard = _add(of, "discard", "throw away for ever", commands.discard_dead_letters)
    discard.add_argument("--yes", action="store_true", help="really; without it they are only listed")
    for command in (show, redrive, discard):
        _service(command)
        which = command.add_mutually_exclusive_group(required=True)
        which.add_argument("--id", type=UUID, metavar="EVENT_ID", help="those of this event")
        which.add_argument("--all", action="store_true", help="all of the service, or without SERVICE of every service")


def _outbox(parser: argparse.ArgumentParser) -> None:
    of = parser.add_subparsers(title="commands", metavar="COMMAND", help="without a command: list")
    listing = "how many wait, for how long, and which were refused or parked; exit code 1 where any is stuck"
    _service(_add(of, "list", listing, commands.list_outbox))
    for action, words in OUTBOX_CHANGES.items():
        command = _add(of, action, words, commands.change_outbox)
        command.set_defaults(action=action)
        command.add_argument("event_id", type=UUID, metavar="ID", help="the event's id")
        command.add_argument("service", choices=SERVICES, metavar="SERVICE", help=", ".join(SERVICES))
        if action == "discard":
            command.add_argument("--yes", action="store_true", help="really")


def _cards(parser: argparse.ArgumentParser, library: Path) -> None:
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    words = (
        "after a restore of review's database: let it learn every number that the other services know, and count on behind "
        "them, so that no number is given to two people"
    )
    command = _add(of, "advance", words, commands.advance_cards)
    command.set_defaults(library=library)
    command.add_argument("--past", metavar="CARD_NUMBER", help="a card that is known to have been given out, such as the "
                         "last one on the library's own list")  # fmt: skip
    command.add_argument("--yes", action="store_true", help="also where more than 10,000 numbers are passed over")


def _keys(parser: argparse.ArgumentParser) -> None:
    of = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = "which there are, how old, and how many documents each opens; exit code 1 where a rotation is due"
    _add(of, "list", listing, commands.list_keys)
    words = "make a new one, wrap every document's key anew by it, and destroy the old one"
    _add(of, "rotate", words, commands.rotate_keys)


def _replay(of: "argparse._SubParsersAction[argparse.ArgumentParser]", library: Path) -> None:
    words = (
        "send a service's published events of the last 7 days to one queue once more, in order, for a new subscriber "
        "(docs/runbooks/replay-for-a-new-subscriber.md)"
    )
    command = _add(of, "replay", words, commands.replay_events)
    command.add_argument("service", choices=SERVICES, metavar="SERVICE", help=f"whose events: {', '.join(SERVICES)}")
    command.add_argument("--since", required=True, metavar="DATE", type=lambda text: since(text, library),
                         help="recorded from here on: 2026-11-20 (the library's midnight) or 2026-11-20T09:30:00Z")  # fmt: skip
    command.add_argument("--type", metavar="TYPE", help="only this type, such as registration.completed.v1")
    command.add_argument("--queue", required=True, metavar="QUEUE", help=f"where to, such as {SUBSCRIBER_QUEUE}; "
                         "it gets only what the contracts let it hear")  # fmt: skip


def since(text: str, library: Path) -> datetime:
    """The moment that `text` names; where it names no time zone, in the library's own. Raises ArgumentTypeError."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date such as 2026-11-20 or 2026-11-20T09:30:00Z") from None
    if at.tzinfo:
        return at
    try:
        return at.replace(tzinfo=ZoneInfo(load_policy(library).time_zone))
    except PolicyError as error:
        raise argparse.ArgumentTypeError(f"{text} names no time zone, and {error}") from None


def _service(command: argparse.ArgumentParser) -> None:
    command.add_argument("service", nargs="?", choices=SERVICES, metavar="SERVICE",
                         help=f"{', '.join(SERVICES)}; without it all")  # fmt: skip


def _add(
    of: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, words: str, run: Run
) -> argparse.ArgumentParser:
    sentence = words[0].upper() + words[1:] + "."
    command: argparse.ArgumentParser = of.add_parser(name, help=words, description=sentence)
    command.set_defaults(run=run)
    command.add_argument("--json", action="store_true", help="data for programs instead of a page for people")
    return command
