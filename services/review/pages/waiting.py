"""How long an applicant has waited, in days on which the library works."""

from datetime import date, timedelta

from rules.opening_days import is_open
from rules.policy import Policy

_SOON, _URGENT, _MOST = 3, 5, 60


def opening_days(policy: Policy, since: date, until: date) -> int:
    """Opening days after `since` up to and including `until`, counted up to 60."""
    days = 0
    day = since
    while day < until and days < _MOST:
        day += timedelta(days=1)
        days += is_open(policy, day)
    return days


def waiting(policy: Policy, since: date, expected: date, until: date) -> dict[str, str]:
    """The wait as a tag: `kind` (none while it is short) and `text`, which says in words what the colour says."""
    days = opening_days(policy, since, until)
    text = "今日から" if since >= until else f"{days}日以上" if days == _MOST else f"{days}日"
    if until > expected:
        return {"kind": "error", "text": f"{text} 予定日超過"}
    if days >= _URGENT:
        return {"kind": "error", "text": f"{text} 至急"}
    if days >= _SOON:
        return {"kind": "warning", "text": f"{text} 早めに"}
    return {"kind": "", "text": text}
