"""What a message says in the reader's language: subject, text and HTML."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from chassis.web import days
from chassis.web.languages import (
    SOURCE,
    Language,
    gettext,
    ngettext,
    plain,
    read_catalogues,
    ruby,
    speaking,
    spoken,
)
from rules.pauses import finish_by
from rules.policy import Policy, find
from rules.policy_choices import Reason
from rules.policy_library import Texts
from services.notifier import words
from services.notifier.model import Delivery

TEMPLATES = Path(__file__).parent / "templates"
CATALOGUES = Path(__file__).parent / "locale"
_ = gettext


@dataclass(frozen=True)
class Letter:
    """A message to read. `language` is the one that it is written in."""

    language: str
    subject: str
    text: str
    html: str


def write_letter(policy: Policy, public_url: str, review_url: str, delivery: Delivery) -> Letter:
    """The letter of this delivery, in the reader's language where policy and catalogues have it, else in Japanese."""
    language = _language(policy, delivery.language)
    with speaking(language):
        values = {
            **_common(policy, public_url, delivery),
            "queue": f"{review_url}/queue",
            **_OWN[delivery.template](policy, {**delivery.content, "occurred_at": delivery.occurred_at}),
        }
        text = _environment().get_template(f"{delivery.template}.txt")
        html = _environment().get_template(f"{delivery.template}.html")
        subject = "".join(text.blocks["subject"](text.new_context(values)))
        subject = _("【%(library)s】%(subject)s") % {"library": values["library"], "subject": subject}
        # One line, whatever a policy's text holds: a subject is a header.
        subject = " ".join(plain(subject).split())
        return Letter(language.code, subject, plain(text.render(values)), ruby(html.render(values)))


def _language(policy: Policy, code: str) -> Language:
    catalogues, known = read_catalogues(CATALOGUES), find(policy.languages, code)
    if known is None or code not in catalogues:
        return Language(SOURCE, SOURCE, catalogues[SOURCE])
    return Language(code, known.html_lang, catalogues[code])


def _common(policy: Policy, public_url: str, delivery: Delivery) -> dict[str, Any]:
    return {
        "html_lang": spoken().html_lang,
        "library": words.say(policy, policy.library.name),
        "receipt_number": delivery.receipt_number,
        "page": f"{public_url}/continue/{delivery.application_id}",
        "start_page": f"{public_url}/",
        "phone": policy.contact.phone,
        "hours": words.say(policy, policy.contact.hours),
        "counter": words.say(policy, policy.contact.counter),
        "home_page": policy.contact.url,
        "sender": policy.mail.sender_address,
        "can_reply": policy.mail.reply_to is not None,
        "days": policy.deadlines,
        "barcode": policy.card_numbers.symbology != "none",
    }


def _application_received(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    received_on = content["occurred_at"].astimezone(ZoneInfo(policy.time_zone)).date()
    return {
        "link": content["link"],
        "link_lasts": words.duration(policy.deadlines.link_hours),
        "deadline": words.until(days.full_day(finish_by(policy, received_on))),
    }


def _link_requested(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "purpose": content["purpose"],
        "link": content["link"],
        "link_lasts": words.duration(policy.deadlines.link_hours),
    }


def _contact_changed(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {}


def _application_submitted(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": content["kind"],
        "round": content["round"],
        "expected": words.until(days.full_day(_date(content["expected_date"]))),
    }


def _application_withdrawn(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"erasure": words.erasure_if_sent(policy.retention.images.withdrawn)}


def _correction_requested(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    deadline = _date(content["deadline"])
    return {
        "items": _reasons(policy, content["items"], lambda reason: reason.text),
        "deadline": words.until(days.full_day(deadline)),
        "deadline_short": words.until(days.day_of_month(deadline)),
    }


def _reminder_due(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    deadline = _date(content["deadline"])
    return {
        "round": content["round"],
        "missing": [words.missing(policy, each) for each in content["missing"]],
        "deadline": words.until(days.full_day(deadline)),
        "deadline_short": words.until(days.day_of_month(deadline)),
    }


def _application_expired(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"erasure": words.erasure_if_sent(policy.retention.images.expired)}


def _review_delayed(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"expected": words.until(days.full_day(_date(content["expected_date"])))}


def _staff_digest(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {**content, "on": days.full_day(_date(content["on"]))}


def _application_rejected(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "reasons": _reasons(policy, content["reasons"], lambda reason: reason.text_when_rejected),
        "note": words.readable(content["note"]),
        "erasure": words.erasure(policy.retention.images.rejected),
    }


def _registration_completed(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    branch = policy.branch(content["pickup_branch"])
    return {
        "card_number": content["card_number"],
        "expires": words.until(days.full_day(_date(content["expires_on"]))),
        "pickup_branch": words.say(policy, branch.name) if branch else None,
        "first_sign_in": words.say(policy, policy.my_library.first_sign_in) if policy.my_library else None,
        "erasure": words.erasure(policy.retention.images.approved),
        **_handover(policy),
    }


def _registration_renewed(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    expires_on = _date(content["expires_on"])
    return {
        "card_number": content["card_number"],
        "new_number": content["previous_card_number"] not in (None, content["card_number"]),
        "expires": words.until(days.full_day(expires_on)),
        "expires_short": words.until(days.day_with_year(expires_on)),
        **_handover(policy),
    }


def _registration_expiring(policy: Policy, content: Mapping[str, Any]) -> dict[str, Any]:
    expires_on = _date(content["expires_on"])
    return {
        "card_ending": content["card_ending"],
        "expires": words.until(days.full_day(expires_on)),
        "expires_short": words.until(days.day_with_year(expires_on)),
        "renewed_here": "renewal" in policy.kinds.offered,
    }


def _handover(policy: Policy) -> dict[str, str]:
    card = policy.card_handover
    return {
        "card_how": words.say(policy, card.how),
        "card_where": words.say(policy, card.where),
        "card_bring": words.say(policy, card.bring),
    }


def _reasons(
    policy: Policy, items: Sequence[Mapping[str, Any]], text_of: Callable[[Reason], Texts]
) -> list[dict[str, str | None]]:
    found = []
    for item in items:
        reason = policy.reason(item["code"])
        found.append(
            {
                "item": words.item(policy, item),
                # A code that this policy does not know: the note and the linked page still say what is meant.
                "reason": words.say(policy, text_of(reason)) if reason else None,
                "note": words.readable(item["note"]),
            }
        )
    return found


_date = date.fromisoformat
_OWN: Mapping[str, Callable[[Policy, Mapping[str, Any]], dict[str, Any]]] = {
    "application_received": _application_received,
    "link_requested": _link_requested,
    "contact_changed": _contact_changed,
    "contact_replaced": _contact_changed,
    "application_submitted": _application_submitted,
    "application_withdrawn": _application_withdrawn,
    "correction_requested": _correction_requested,
    "deadline_extended": _correction_requested,
    "application_rejected": _application_rejected,
    "reminder_due": _reminder_due,
    "application_expired": _application_expired,
    "review_delayed": _review_delayed,
    "staff_digest": _staff_digest,
    "registration_completed": _registration_completed,
    "registration_renewed": _registration_renewed,
    "registration_changed": _registration_renewed,
    "registration_expiring": _registration_expiring,
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
