"""The decision forms: what was typed, the decision it makes, and its faults beside the fields."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from multidict import MultiDict

from chassis.errors import FieldError
from chassis.ids import parse_id
from services.review.model import APPROVE, CORRECT, REJECT, Amendment, Decision, Reason, SameAs, Verdict
from services.review.pages.words import ERRORS

NOTE_CHARACTERS = 200
AMENDMENTS = 3
_ITEM = re.compile(r"application|document:[0-9a-f-]{36}|field:[a-z_]{1,50}")
_VERSION = re.compile(r"[0-9]{1,9}")
_OTHER = "入力した値をご確認ください。"


@dataclass(frozen=True)
class Typed:
    """What a form held, to be shown again where it was refused. `mode` is the form that is open."""

    mode: str = "none"
    version: int = 0
    items: tuple[str, ...] = ()
    #: By item.
    reasons: Mapping[str, str] | None = None
    notes: Mapping[str, str] | None = None
    #: By candidate.
    verdicts: Mapping[str, str] | None = None
    #: (field, value, reason) of each row.
    amendments: tuple[tuple[str, str, str], ...] = (("", "", ""),) * AMENDMENTS
    card_number: str = ""
    #: The item and the code of a rejection, with a space between.
    reason: str = ""
    note: str = ""
    #: The registration that the person has and what the approval is to it, with a space between.
    same_as: str = ""


def read(form: MultiDict[str]) -> Typed:
    """The form as typed. Fields that are not ours are passed over."""
    version = form.get("version", "")
    return Typed(
        mode=form.get("decision", ""),
        version=int(version) if _VERSION.fullmatch(version) else 0,
        items=tuple(name for name in _named(form, "item-") if _ITEM.fullmatch(name)),
        reasons=_named(form, "reason-"),
        notes=_named(form, "note-"),
        verdicts=_named(form, "verdict-"),
        amendments=tuple(
            (
                form.get(f"amend-field-{n}", ""),
                form.get(f"amend-value-{n}", "").strip(),
                _text(form, f"amend-reason-{n}"),
            )
            for n in range(AMENDMENTS)
        ),
        card_number=form.get("card_number", "").strip(),
        reason=form.get("reason", ""),
        note=_text(form, "note"),
        same_as=form.get("same_as", ""),
    )


def faults(typed: Typed) -> list[FieldError]:
    """What the form itself lacks, by the names of its fields; all else is the use case's to say."""
    found = []
    if typed.mode not in (APPROVE, CORRECT, REJECT):
        found.append(FieldError("decision", "required", "判定を選択してください。"))
    if typed.mode == CORRECT:
        if not typed.items:
            found.append(FieldError("items", "required", "修正を依頼する項目に、1つ以上印を付けてください。"))
        for item in typed.items:
            if not (typed.reasons or {}).get(item):
                found.append(FieldError(f"reason-{item}", "required", "理由を選択してください。"))
            if len((typed.notes or {}).get(item, "")) > NOTE_CHARACTERS:
                found.append(FieldError(f"note-{item}", "note_too_long"))
    if typed.mode == REJECT:
        if not typed.reason:
            found.append(FieldError("reason", "required", "登録不可の理由を選択してください。"))
        if len(typed.note) > NOTE_CHARACTERS:
            found.append(FieldError("note", "note_too_long"))
    if typed.mode == APPROVE:
        for n, (field, value, reason) in enumerate(typed.amendments):
            given = (field, value or _chosen(field), reason)
            if any(given) and not all(given):
                missing = ("field", "value", "reason")[[bool(each) for each in given].index(False)]
                found.append(
                    FieldError(f"amend-{missing}-{n}", "required", "修正する項目、正しい値、理由を入力してください。")
                )
    return found


def decision_of(typed: Typed) -> Decision:
    """The decision as the use case takes it."""
    verdicts = [(parse_id(candidate), verdict) for candidate, verdict in (typed.verdicts or {}).items() if verdict]
    return Decision(
        version=typed.version,
        decision=typed.mode,
        reasons=_reasons(typed),
        amendments=tuple(Amendment(*each) for each in _amendments(typed)) if typed.mode == APPROVE else (),
        verdicts=tuple(Verdict(candidate, verdict) for candidate, verdict in verdicts if candidate),
        card_number=typed.card_number or None if typed.mode == APPROVE else None,
        note=typed.note or None if typed.mode == REJECT else None,
        same_as=_same_as(typed) if typed.mode == APPROVE else None,
    )


def placed(typed: Typed, errors: Sequence[FieldError]) -> list[FieldError]:
    """The use case's errors by the names of the form's fields, with words."""
    return [FieldError(_place(typed, each.field), each.code, each.message) for each in errors]


def in_words(errors: Sequence[FieldError], labels: Mapping[str, str] = MappingProxyType({})) -> list[dict[str, str]]:
    """For the template; `labels` says in a summary which of many alike fields is meant."""
    return [
        {"field": each.field, "message": labels.get(each.field, "") + (each.message or ERRORS.get(each.code, _OTHER))}
        for each in errors
    ]


def _reasons(typed: Typed) -> tuple[Reason, ...]:
    if typed.mode == CORRECT:
        reasons, notes = typed.reasons or {}, typed.notes or {}
        return tuple(Reason(item, reasons.get(item, ""), notes.get(item) or None) for item in typed.items)
    if typed.mode == REJECT:
        item, _, code = typed.reason.partition(" ")
        return (Reason(item, code),)
    return ()


def _same_as(typed: Typed) -> SameAs | None:
    registration, _, kind = typed.same_as.partition(" ")
    found = parse_id(registration)
    return SameAs(found, kind) if found else None


def _chosen(field: str) -> str:
    """The value that is part of the choice: `commuter` of `category=commuter`."""
    return field.partition("=")[2]


def _amendments(typed: Typed) -> list[tuple[str, str, str]]:
    return [
        (field.partition("=")[0], _chosen(field) or value, reason)
        for field, value, reason in typed.amendments
        if any((field, value, reason))
    ]


def _place(typed: Typed, field: str) -> str:
    """`reasons/1/code` is the second ticked item's reason, `reasons/0/…` of a rejection its only one."""
    sort, _, rest = field.partition("/")
    index, _, part = rest.partition("/")
    n = int(index) if _VERSION.fullmatch(index) else -1
    if sort == "reasons" and typed.mode == REJECT:
        return "reason"
    if sort == "reasons" and 0 <= n < len(typed.items):
        return f"{'note' if part == 'note' else 'reason'}-{typed.items[n]}"
    if sort == "reasons":
        return "items"
    if sort == "verdicts":
        given = [candidate for candidate, verdict in (typed.verdicts or {}).items() if verdict]
        return f"verdict-{given[n]}" if 0 <= n < len(given) else "mode-approve"
    if sort == "amendments":
        rows = [row for row, each in enumerate(typed.amendments) if any(each)]
        return f"amend-{part or 'value'}-{rows[n]}" if 0 <= n < len(rows) else "amend-value-0"
    return field


def _named(form: MultiDict[str], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): value.replace("\r\n", "\n").strip()
        for name, value in form.items()
        if name.startswith(prefix)
    }


def _text(form: MultiDict[str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").strip()
