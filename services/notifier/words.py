"""Spans, fields and documents in words."""

import re
from collections.abc import Mapping
from typing import Any

from chassis.web.languages import annotated, gettext, marked, ngettext, spoken
from rules.policy import Policy
from rules.policy_library import Texts

_UNREADABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_ = gettext

#: As the form calls them.
FIELDS = {
    "name": marked("お名前"),
    "kana": marked("お名前（カタカナ）"),
    "birth_date": marked("生年月日"),
    "postal_code": marked("郵便番号"),
    "address": marked("住所"),
    "phone": marked("電話番号"),
    "email": marked("メールアドレス"),
    "category": marked("利用区分"),
    "pickup_branch": marked("予約受取館"),
    "hold_contact": marked("予約連絡"),
    "guardian_name": marked("保護者名"),
    "guardian_relation": marked("保護者の続柄（カードを使う方から見て）"),
    "organisation_name": marked("会社または学校名"),
    "organisation_address": marked("会社または学校の所在地"),
    "card_number": marked("貸出カード番号"),
}


def say(policy: Policy, texts: Texts) -> str:
    """The policy's text in the language that is spoken."""
    return annotated(policy.text(texts, spoken().code))


def until(day: str) -> str:
    """2026年11月25日（水）まで"""
    return _("%(day)sまで") % {"day": day}


def duration(hours: int) -> str:
    """168 → 7日間, 36 → 36時間"""
    if hours % 24 == 0:
        return ngettext("%(num)s日間", "%(num)s日間", hours // 24) % {"num": hours // 24}
    return ngettext("%(num)s時間", "%(num)s時間", hours) % {"num": hours}


def erasure(days: int) -> str:
    """What becomes of the images that were sent, so many days after the application has ended."""
    if not days:
        return _("お送りいただいた本人確認書類の画像は、速やかに消去します。")
    return ngettext(
        "お送りいただいた本人確認書類の画像は、%(num)s日後に消去します。",
        "お送りいただいた本人確認書類の画像は、%(num)s日後に消去します。",
        days,
    ) % {"num": days}


def erasure_if_sent(days: int) -> str:
    """As `erasure`, where there may be no images."""
    if not days:
        return _("本人確認書類の画像をお送りいただいていた場合は、速やかに消去します。")
    return ngettext(
        "本人確認書類の画像をお送りいただいていた場合は、%(num)s日後に消去します。",
        "本人確認書類の画像をお送りいただいていた場合は、%(num)s日後に消去します。",
        days,
    ) % {"num": days}


def item(policy: Policy, named: Mapping[str, Any]) -> str:
    """What `document:<id>`, `field:<name>` or `application` means to the applicant."""
    kind, _colon, name = named["item"].partition(":")
    if kind == "document":
        type_ = policy.document_type(named.get("document_type", ""))
        side = next((each for each in type_.sides if each.code == named.get("side")), None) if type_ else None
        if type_ is None or side is None:
            # Which one it is stands on the page that the mail links to.
            return _("本人確認書類などの写真")
        names = {"type": say(policy, type_.name), "side": say(policy, side.name)}
        return _("%(type)s（%(side)s）の写真") % names
    if kind == "field":
        return _(FIELDS[name]) if name in FIELDS else _("入力された内容")
    return _("申請の内容")


#: What is missing besides documents and fields.
MISSING = {
    "email": marked("メールアドレスの確認（お送りしたリンクを開いて、ログインしてください）"),
    "proof:name": marked("お名前がわかる書類の写真"),
    "proof:birth_date": marked("生年月日がわかる書類の写真"),
    "proof:current_address": marked("いまの住所がわかる書類の写真"),
    "proof:work_or_school": marked("勤務先・学校がわかる書類の写真"),
    "submission": marked("申請の確認（最後のボタンを押してください）"),
}


def missing(policy: Policy, named: Mapping[str, Any]) -> str:
    """What the applicant has still to do."""
    code = named["item"]
    return _(MISSING[code]) if code in MISSING else item(policy, named)


def readable(note: str | None) -> str | None:
    """A note that staff typed, without control characters; its line breaks stay. None where nothing is left."""
    if note is None:
        return None
    cleaned = _UNREADABLE.sub(" ", note.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.strip() for line in cleaned.split("\n")).strip() or None
