"""What the rules and our own data say of a case, in words for staff."""

from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from rules import card_numbers
from rules.policy import Policy
from services.review.model.applications import Applicant
from services.review.model.cases import CLAIMED, WAITING, Case, Check, Document
from services.review.model.expiry import renewal_opens, renewal_problem
from services.review.model.registrations import Registration, differences, is_of_another
from services.review.model.views import word

#: Answers that need no second look.
_FINE = {
    "category_confirmed": "住所（または勤務先・通学先）は、この利用区分の対象の市町村です。",
    "eligible": "利用の対象です。",
    "sufficient": "必要な本人確認書類がそろっています。",
    "not_required": "保護者の氏名は不要です。",
}
_LOOK = {
    "check_by_staff": "この利用区分の対象の市町村かどうか、自動では確認できませんでした。住所をご確認ください。",
    "insufficient": "申請のあとで内容が変わり、この利用区分に必要な書類が足りません。修正を依頼してください。",
    "category_unknown": "この利用区分は今の設定にありません。",
    "category_retired": "この利用区分は終了しています。",
    "required": "保護者の氏名が必要な方です（中学生以下など）。保護者欄をご確認ください。",
}
_RULES = {"eligibility": "利用区分", "documents": "本人確認書類", "guardian": "保護者"}
_WARNINGS = {
    "blurred": "ぼやけているようです",
    "dark": "暗いようです",
    "glare": "光が反射しているようです",
    "too_small": "小さすぎるようです",
    "cut_off": "端が切れているようです",
    "small": "書類が小さく写っているようです",
    "blank": "何も写っていないようです",
    "incomplete": "ファイルの終わりが欠けていました",
    "shrunk": "とても長い写真のため、縮小されています",
    "same_image": "撮り直しを依頼した写真と同じもののようです",
}
_NAMES = {
    "name": "氏名",
    "kana": "フリガナ",
    "guardian_name": "保護者名",
    "postal_code": "郵便番号",
    "address": "住所",
    "phone": "電話番号",
    "email": "メールアドレス",
    "category": "利用区分",
    "pickup_branch": "予約受取館",
    "hold_contact": "予約連絡",
}
_CARD = {
    "card_number_not_digits": "数字ではない文字があります",
    "card_number_length": "けた数が違います",
    "card_number_prefix": "先頭の数字が違います",
    "card_number_check_digit": "チェックデジットが合いません（入力誤りのおそれ）",
}


def outcome_checks(policy: Policy, outcomes: Mapping[str, str]) -> list[Check]:
    """The rules' answers at submission, by the code of the rule. A code without words is shown as it is."""
    return [_outcome(policy, rule, outcome) for rule, outcome in outcomes.items()]


def document_checks(documents: tuple[Document, ...]) -> list[Check]:
    """One for each warning of each document."""
    return [
        Check(
            "document_warning",
            warning,
            f"{document.type_name}（{document.side_name}）: {_WARNINGS.get(warning, warning)}。",
            True,
        )
        for document in documents
        for warning in document.warnings
    ]


def card_checks(
    policy: Policy, case: Case, applicant: Applicant, known: Registration | None, void: bool = False
) -> list[Check]:
    """The card that the applicant has: is there a number, can it be one, is it known here, and is it this person's?

    `void`: it is the number of a card that was lost and replaced.
    """
    if case.kind == "new":
        return []
    typed = applicant.card_number
    if typed is None:
        return [Check("card", "card_number_missing", _missing(case), True)]
    wrong = card_numbers.problem(policy.card_numbers, typed)
    if wrong:
        return [Check("card", wrong, f"カード番号 {typed}: {_CARD.get(wrong, wrong)}。", True)]
    if void:
        return [Check("card", "card_void", f"カード番号 {typed} は、再発行のため無効になった番号です。", True)]
    if known is None:
        text = f"カード番号 {typed} は、このシステムで発行したものではありません（番号の形は正しいです）。"
        return [Check("card", "card_unknown", text, True)]
    if known.birth_date != applicant.birth_date:
        return [Check("card", "card_of_another", f"カード番号 {typed} の登録とは、生年月日が違います。", True)]
    if is_of_another(known, applicant):
        text = (
            f"カード番号 {typed} は {known.name} さんの登録です。氏名もフリガナも違い、同じなのは生年月日だけです"
            "（双子など、ほかの人のカードかもしれません）。"
        )
        return [Check("card", "card_of_another", text, True)]
    return [Check("card", "card_known", f"カード番号 {typed} の登録があります（{known.name}）。", False)]


def difference_checks(policy: Policy, case: Case, applicant: Applicant, known: Registration | None) -> list[Check]:
    """What the approval changes in the registration with this card."""
    if known is None or not _would_change(case, applicant, known):
        return []
    found = [
        Check(
            "difference",
            field,
            f"{_NAMES[field]}が登録と違います。登録：{_shown(policy, field, before)} → 申請：{_shown(policy, field, after)}",
            True,
        )
        for field, before, after in differences(known, case, applicant)
    ]
    if not found and case.kind == "change" and known.expiry_notice == case.expiry_notice:
        return [Check("difference", "no_difference", "登録の内容と違うところがありません。", True)]
    return found


def renewal_checks(
    policy: Policy, case: Case, applicant: Applicant, known: Registration | None, today: date
) -> list[Check]:
    """A renewal too long before the card expires, or too long after: staff decide."""
    if case.kind != "renewal" or known is None or not _would_change(case, applicant, known):
        return []
    deadlines, expires_on = policy.deadlines, known.expires_on
    submitted_on = case.submitted_at.astimezone(ZoneInfo(policy.time_zone)).date()
    problem = renewal_problem(deadlines, expires_on, submitted_on, today)
    if problem is None:
        return []
    if problem == "renewal_too_early":
        opens = _day(renewal_opens(deadlines, expires_on), expires_on.year)
        text = f"有効期限は{_day(expires_on)}です。更新の受付は{opens}からです。"
    else:
        late = _span(deadlines.renewal_closes_days)
        text = f"有効期限（{_day(expires_on)}）から{late}を過ぎています。新規の登録としてお手続きください。"
    return [Check("renewal", problem, text, True)]


def _would_change(case: Case, applicant: Applicant, known: Registration) -> bool:
    """Whether an approval would still change this registration, and it is this person's."""
    return case.status in (WAITING, CLAIMED) and known.birth_date == applicant.birth_date


def _day(on: date, year: int | None = None) -> str:
    """2027年3月31日, or 3月31日 beside a day of the same year."""
    return f"{on.month}月{on.day}日" if on.year == year else f"{on.year}年{on.month}月{on.day}日"


def _span(days: int) -> str:
    return f"{days // 365}年" if days and days % 365 == 0 else f"{days}日"


def _missing(case: Case) -> str:
    if case.kind == "replacement":
        return "なくしたカードの番号は入力されていません。同じ人の登録を検索してください。"
    return "カード番号が入力されていません。"


def _shown(policy: Policy, field: str, value: str | None) -> str:
    return word(policy, field, value) if value else "（なし）"


def round_checks(policy: Policy, case: Case) -> list[Check]:
    """Many corrections were asked for already: a person should call."""
    asked = case.round - 1
    if asked < policy.deadlines.correction_rounds:
        return []
    return [
        Check(
            "rounds",
            "many_corrections",
            f"修正のお願いは{asked}回目を超えます。電話やカウンターをご案内ください。",
            True,
        )
    ]


def mail_checks(undelivered: tuple[str, ...]) -> list[Check]:
    if not undelivered:
        return []
    return [Check("mail", "mail_undelivered", "申請者へのメールが届いていません。電話でご連絡ください。", True)]


def _outcome(policy: Policy, rule: str, outcome: str) -> Check:
    if rule == "perhaps_category":
        category = policy.category(outcome)
        name = policy.text(category.name, "ja") if category else outcome
        return Check(rule, outcome, f"住所からは「{name}」の区分にあたるかもしれません。", True)
    if outcome in _FINE:
        return Check(rule, outcome, _FINE[outcome], False)
    return Check(rule, outcome, _LOOK.get(outcome, f"{_RULES.get(rule, rule)}: {outcome}"), True)
