"""What is kept of a person, why and for how long, as the form must say it (個人情報保護法 62条): from the policy's days."""

from typing import NamedTuple

from chassis.web.languages import gettext, ngettext
from rules.policy import Policy
from rules.policy_days import Days

_YEAR = 365


class Kept(NamedTuple):
    """One kind of record; `ends` says when it goes, after each end it can come to."""

    what: str
    why: str
    ends: tuple[str, ...]


def kept(policy: Policy) -> tuple[Kept, ...]:
    """Images, application, registration and the trace of who looked, in the language of the page."""
    retention = policy.retention
    return (
        Kept(
            gettext("本人確認書類の画像"),
            gettext("ご本人であることと、お住まいなどの確認"),
            _after_each(retention.images),
        ),
        Kept(
            gettext("申請の内容（お名前、住所、連絡先など）"),
            gettext("申請の確認と、そのご連絡"),
            _after_each(retention.applications),
        ),
        Kept(
            gettext("本登録の内容"),
            gettext("図書館の利用と、そのご連絡"),
            (_said(gettext("カードの有効期限の後"), retention.registrations_after_expiry),),
        ),
        Kept(
            gettext("職員が操作した記録"),
            gettext("個人情報が正しく扱われたかの確認"),
            (_said(gettext("操作の後"), retention.audit),),
        ),
    )


def _after_each(days: Days) -> tuple[str, ...]:
    return (
        _said(gettext("本登録の後"), days.approved),
        _said(gettext("登録できなかったとき"), days.rejected),
        _said(gettext("申請を取り下げたとき"), days.withdrawn),
        _said(gettext("期限が過ぎたとき"), days.expired),
    )


def _said(end: str, days: int) -> str:
    return gettext("%(end)s：%(time)s") % {"end": end, "time": _time(days)}


def _time(days: int) -> str:
    """1095 → 3年で消去, 7 → 7日で消去, 0 → すぐに消去"""
    if not days:
        return gettext("すぐに消去")
    if days % _YEAR == 0:
        return ngettext("%(num)s年で消去", "%(num)s年で消去", days // _YEAR) % {"num": days // _YEAR}
    return ngettext("%(num)s日で消去", "%(num)s日で消去", days) % {"num": days}
