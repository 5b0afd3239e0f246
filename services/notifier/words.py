"""Days, spans, fields and documents in Japanese words."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from rules.policy import Policy

_WEEKDAYS = "月火水木金土日"
_UNREADABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

#: As the form calls them.
FIELDS = {
    "name": "お名前",
    "kana": "お名前（カタカナ）",
    "birth_date": "生年月日",
    "postal_code": "郵便番号",
    "address": "住所",
    "phone": "電話番号",
    "email": "メールアドレス",
    "category": "利用区分",
    "pickup_branch": "予約受取館",
    "hold_contact": "予約連絡",
    "guardian_name": "保護者名",
    "guardian_relation": "保護者との続柄",
    "organisation_name": "会社または学校名",
    "organisation_address": "会社または学校の所在地",
    "card_number": "貸出カード番号",
}


def day(iso: str) -> str:
    """2026-11-25 → 2026年11月25日（水）"""
    return f"{day_of_year(iso)}（{_WEEKDAYS[date.fromisoformat(iso).weekday()]}）"


def day_of_year(iso: str) -> str:
    """2026-11-25 → 2026年11月25日"""
    return f"{date.fromisoformat(iso).year}年{day_of_month(iso)}"


def day_of_month(iso: str) -> str:
    """2026-11-25 → 11月25日"""
    value = date.fromisoformat(iso)
    return f"{value.month}月{value.day}日"


def duration(hours: int) -> str:
    """168 → 7日間, 36 → 36時間"""
    return f"{hours // 24}日間" if hours % 24 == 0 else f"{hours}時間"


def item(policy: Policy, named: Mapping[str, Any], language: str) -> str:
    """What `document:<id>`, `field:<name>` or `application` means to the applicant."""
    kind, _, name = named["item"].partition(":")
    if kind == "document":
        type_ = policy.document_type(named.get("document_type", ""))
        side = next((each for each in type_.sides if each.code == named.get("side")), None) if type_ else None
        if type_ is None or side is None:
            # Which one it is stands on the page that the mail links to.
            return "本人確認書類などの写真"
        return f"{policy.text(type_.name, language)}（{policy.text(side.name, language)}）の写真"
    if kind == "field":
        return FIELDS.get(name, "入力された内容")
    return "申請の内容"


def readable(note: str | None) -> str | None:
    """A note that staff typed, without control characters; its line breaks stay. None where nothing is left."""
    if note is None:
        return None
    cleaned = _UNREADABLE.sub(" ", note.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.strip() for line in cleaned.split("\n")).strip() or None
