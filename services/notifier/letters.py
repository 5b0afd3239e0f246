"""What a message says: subject, text and HTML, from the templates of the reader's language."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rules.policy import Policy
from services.notifier import words
from services.notifier.model import Delivery

TEMPLATES = Path(__file__).parent / "templates"
#: What there is a template for is also written in this language.
FALLBACK = "ja"


@dataclass(frozen=True)
class Letter:
    """A message to read. `language` is the one that it is written in."""

    language: str
    subject: str
    text: str
    html: str


def write_letter(policy: Policy, public_url: str, review_url: str, delivery: Delivery) -> Letter:
    """The letter of this delivery, in the reader's language where there are templates in it."""
    language = delivery.language if (TEMPLATES / delivery.language).is_dir() else FALLBACK
    values = {
        **_common(policy, public_url, delivery, language),
        "queue": f"{review_url}/queue",
        **_OWN[delivery.template](policy, delivery.content, language),
    }
    template = _environment().get_template(f"{language}/{delivery.template}.txt")
    subject = "".join(template.blocks["subject"](template.new_context(values)))
    html = _environment().get_template(f"{language}/{delivery.template}.html")
    # One line, whatever a policy's text holds: a subject is a header.
    return Letter(language, " ".join(subject.split()), template.render(values), html.render(values))


def _common(policy: Policy, public_url: str, delivery: Delivery, language: str) -> dict[str, Any]:
    return {
        "library": policy.text(policy.library.name, language),
        "receipt_number": delivery.receipt_number,
        "page": f"{public_url}/continue/{delivery.application_id}",
        "start_page": f"{public_url}/",
        "phone": policy.contact.phone,
        "hours": policy.text(policy.contact.hours, language),
        "counter": policy.text(policy.contact.counter, language),
        "home_page": policy.contact.url,
        "sender": policy.mail.sender_address,
        "can_reply": policy.mail.reply_to is not None,
        "days": policy.deadlines,
        "kept_images": policy.retention.images,
    }


def _application_received(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {"link": content["link"], "link_lasts": words.duration(policy.deadlines.link_hours)}


def _link_requested(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "purpose": content["purpose"],
        "link": content["link"],
        "link_lasts": words.duration(policy.deadlines.link_hours),
    }


def _application_submitted(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "kind": content["kind"],
        "round": content["round"],
        "expected_on": words.day(content["expected_date"]),
    }


def _application_withdrawn(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {}


def _correction_requested(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "items": _reasons(policy, content["items"], language),
        "deadline": words.day(content["deadline"]),
        "deadline_short": words.day_of_month(content["deadline"]),
    }


def _review_delayed(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {"expected_on": words.day(content["expected_date"])}


def _staff_digest(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {**content, "on": words.day(content["on"])}


def _application_rejected(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "reasons": _reasons(policy, content["reasons"], language),
        "note": words.readable(content["note"]),
    }


def _registration_completed(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    branch = policy.branch(content["pickup_branch"])
    return {
        "card_number": content["card_number"],
        "expires_on": words.day(content["expires_on"]),
        "pickup_branch": policy.text(branch.name, language) if branch else None,
        "pickup_note": policy.text(policy.pickup.note, language),
        **_handover(policy, language),
    }


def _registration_renewed(policy: Policy, content: Mapping[str, Any], language: str) -> dict[str, Any]:
    return {
        "card_number": content["card_number"],
        "new_number": content["previous_card_number"] not in (None, content["card_number"]),
        "expires_on": words.day(content["expires_on"]),
        "expires_short": words.day_of_year(content["expires_on"]),
        **_handover(policy, language),
    }


def _handover(policy: Policy, language: str) -> dict[str, str]:
    card = policy.card_handover
    return {
        "card_how": policy.text(card.how, language),
        "card_where": policy.text(card.where, language),
        "card_bring": policy.text(card.bring, language),
    }


def _reasons(policy: Policy, items: Sequence[Mapping[str, Any]], language: str) -> list[dict[str, str | None]]:
    found = []
    for item in items:
        reason = policy.reason(item["code"])
        found.append(
            {
                "item": words.item(policy, item, language),
                # A code that this policy does not know: the note and the linked page still say what is meant.
                "reason": policy.text(reason.text, language) if reason else None,
                "note": words.readable(item["note"]),
            }
        )
    return found


_OWN: Mapping[str, Callable[[Policy, Mapping[str, Any], str], dict[str, Any]]] = {
    "application_received": _application_received,
    "link_requested": _link_requested,
    "application_submitted": _application_submitted,
    "application_withdrawn": _application_withdrawn,
    "correction_requested": _correction_requested,
    "application_rejected": _application_rejected,
    "review_delayed": _review_delayed,
    "staff_digest": _staff_digest,
    "registration_completed": _registration_completed,
    "registration_renewed": _registration_renewed,
}


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
