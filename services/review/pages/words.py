"""The words of the staff's pages. Codes of the policy get theirs from the policy."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from services.review.model import (
    APPROVE,
    CLAIMED,
    CLOSED,
    CORRECT,
    CORRECTION_REQUESTED,
    DECIDED,
    OPEN,
    REJECT,
    WAITING,
    Case,
)

KINDS = {"new": "新規", "renewal": "更新", "change": "変更", "replacement": "再発行（紛失）"}
FILTERS = {
    OPEN: "未処理",
    WAITING: "担当待ち",
    CLAIMED: "審査中",
    CORRECTION_REQUESTED: "なおし依頼中",
    DECIDED: "判定ずみ",
    CLOSED: "取り下げ・期限切れ",
}
FIELDS = {
    "name": "氏名",
    "kana": "フリガナ",
    "birth_date": "生年月日",
    "postal_code": "郵便番号",
    "address": "住所",
    "phone": "電話番号",
    "email": "メール",
    "guardian_name": "保護者名",
    "guardian_relation": "保護者との関係",
    "category": "利用区分",
    "organisation_name": "勤務・通学先",
    "organisation_address": "勤務・通学先住所",
    "pickup_branch": "予約受取館",
    "hold_contact": "予約の連絡",
    "card_number": "カード番号",
}
FILLED_BY = {
    "self": "本人",
    "guardian": "保護者",
    "helper": "家族など（本人を手伝った人）",
    "staff": "図書館の職員",
}
#: Fields whose typed value is a code: the word stands for it, nothing was understood.
CODED = frozenset({"guardian_relation", "category", "pickup_branch", "hold_contact"})
WARNINGS = {
    "blurred": "ぼやけ",
    "glare": "光の反射",
    "dark": "暗い",
    "too_small": "小さい",
    "cut_off": "切れ",
    "small": "書類が小さい",
    "blank": "何も写っていない",
    "incomplete": "途中まで",
    "shrunk": "縮小された",
    "same_image": "前と同じ写真",
}
#: Why an image is gone.
DELETED = {
    "individual_number": "個人番号が写っていたため",
    "unfinished": "申請が終わらなかったため",
    "requested": "申請者が入れかえたか消したため",
}
VERDICTS = (("different", "別の人"), ("same", "同じ人"), ("unsure", "わからない"))
DECISIONS = {
    APPROVE: ("success", "承認"),
    CORRECT: ("warning", "なおしを依頼"),
    REJECT: ("neutral", "登録しない"),
}
ERRORS = {
    "reason_unknown": "この理由は使えません。えらびなおしてください。",
    "reason_retired": "この理由は今は使えません。えらびなおしてください。",
    "reason_not_for_decision": "この判定では使えない理由です。えらびなおしてください。",
    "reason_not_for_item": "この項目では使えない理由です。えらびなおしてください。",
    "reasons_required": "理由をえらんでください。",
    "item_unknown": "この申請にない項目です。画面を開きなおしてください。",
    "field_twice": "同じ項目が2回えらばれています。1つにしてください。",
    "field_unknown": "この項目は職員がなおせません。",
    "code_unknown": "この値はえらべません。えらびなおしてください。",
    "candidate_unknown": "この登録は、もう候補ではありません。画面を開きなおしてください。",
    "too_many_reasons": "項目が多すぎます。30個までにしてください。",
    "note_too_long": "補足は200文字までにしてください。",
    "too_long": "長すぎます。短くしてください。",
    "required": "入力してください。",
    "not_a_day": "日付を 2026-12-20 のように入力してください。",
    "not_later": "いまの期限よりあとの日にしてください。",
    "in_the_past": "今日かそれよりあとの日にしてください。",
    "too_late": "今日から180日までの日にしてください。",
    "card_number_required": "カード番号を入力してください。",
    "card_number_not_digits": "カード番号は数字で入力してください。",
    "card_number_length": "カード番号のけた数が違います。",
    "card_number_prefix": "この図書館のカード番号ではありません。先頭の数字を確かめてください。",
    "card_number_check_digit": "カード番号が正しくありません。打ち間違いがないか確かめてください。",
    "card_number_taken": "このカード番号はほかの人が使っています。番号を確かめてください。",
    "card_number_void": "このカード番号は、再発行のため無効になりました。新しい番号を確かめてください。",
    "receipt_number_required": "受付番号を入力してください。",
    "receipt_number_invalid": (
        "この受付番号は正しくありません。K7QM-2XRD-90FA のような12文字です。聞き間違いや打ち間違いがないか確かめてください。"
    ),
    "receipt_number_unknown": (
        "見つかりません。番号を確かめてください。申請者がまだ送っていない申請（仮登録）や、消去された申請は、ここには出ません。"
    ),
    "registration_unknown": (
        "このカード番号の登録は見つかりません。番号を確かめてください。このシステムで登録や更新をしていないカードは、ここには出ません。"
    ),
    "registration_not_named": (
        "なくしたカードの登録を1つえらんで「同じ人」としてください。ないときは、図書館システムで番号をさがし、下の「小さな誤りをなおして登録する」の「カード番号」に入れてください。"
    ),
    "card_number_of_another": "このカード番号は、生年月日の違う人の登録です。番号を確かめてください。",
}
EXTENDED = {"kind": "success", "title": "期限をのばしました", "body": "申請者にメールで伝えます。"}
CONFLICTS = {
    "stale_version": (
        "申請の内容が変わったため、まだ判定していません",
        "入力した判定は残してあります。新しい内容を確かめて、もう一度送ってください。",
    ),
    "not_claimed": (
        "担当になっていなかったため、まだ判定していません",
        "入力した判定は残してあります。担当になっていることを確かめて、もう一度送ってください。",
    ),
    "mask_pending": (
        "隠していない番号があるため、まだ承認していません",
        "「番号を隠す」の印がある画像を開き、番号を隠すか、写っていないことを確かめてください。入力した判定は残してあります。",
    ),
    "changed": ("ほかの職員が同時に隠しました", "今の画像を確かめて、まだ見える番号があれば、もう一度隠してください。"),
    "held_by_other": ("ほかの職員が担当しています", "担当が外れるまで、判定はできません。"),
    "wrong_state": (
        "この申請は、もう判定できません",
        "ほかの職員が判定したか、申請者が取り下げました。今の状態を確かめてください。",
    ),
    "card_numbers_exhausted": (
        "カード番号を使い切りました",
        "登録はしていません。システムの管理者に、カード番号の範囲を広げるよう伝えてください。",
    ),
}
CLAIMED_AGAIN = (
    "担当の時間が切れていたため、まだ判定していません",
    "もう一度担当になりました。入力した判定は残してあります。内容を確かめて、もう一度送ってください。",
)
#: What became of the case: kind, title, more.
ENDED = {
    APPROVE: ("success", "承認しました", "申請者に登録完了のメールを送ります。"),
    CORRECT: ("success", "なおしを依頼しました", "申請者がなおすと、一覧の先頭に出ます。"),
    REJECT: ("success", "登録しないと判定しました", "申請者に理由をメールで伝えます。"),
}
#: By status: what happened, and what to do.
PROBLEMS = {
    400: ("送られた内容を読み取れませんでした", "前の画面にもどり、もう一度お試しください。"),
    403: ("この操作はできませんでした", "前の画面にもどって開きなおし、もう一度お試しください。"),
    404: ("見つかりません", "この画面や画像はないか、消去されています。"),
    405: ("この操作はできません", "審査一覧からやりなおしてください。"),
    409: ("今の状態ではできません", "画面を開きなおして、今の状態を確かめてください。"),
    413: ("送られた内容が大きすぎます", "文字を減らして、もう一度お試しください。"),
    415: ("送られた内容を読み取れませんでした", "前の画面にもどり、もう一度お試しください。"),
    422: ("内容を確かめてください", "使えない文字や値が含まれています。前の画面にもどり、なおしてください。"),
    429: ("しばらく待ってください", "操作が続いたため止めています。数分たってから、もう一度お試しください。"),
    503: ("ただいま使えません", "保存はしていません。少し待ってから、もう一度お試しください。"),
}
TROUBLE = (
    "うまくいきませんでした",
    "時間をおいて、もう一度お試しください。続くときは、システムの管理者に伝えてください。",
)
_WEEKDAYS = "月火水木金土日"
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
)


def status_of(case: Case) -> dict[str, str]:
    """The state of a case as a tag."""
    if case.status == DECIDED:
        kind, label = DECISIONS[case.decision or APPROVE]
        return {"kind": kind, "label": {"承認": "承認ずみ"}.get(label, label)}
    kinds = {CLAIMED: "info", CORRECTION_REQUESTED: "warning"}
    label = "取り下げ・期限切れ" if case.status == CLOSED else FILTERS[case.status]
    return {"kind": kinds.get(case.status, "neutral"), "label": label}


def day_and_time(at: datetime, zone: str) -> str:
    """11月18日 20:48, in the library's time zone."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{here.month}月{here.day}日 {here:%H:%M}"


def time_of_day(at: datetime, zone: str) -> str:
    """20:48, in the library's time zone."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day(on: date) -> str:
    """12月6日（日）"""
    return f"{on.month}月{on.day}日（{_WEEKDAYS[on.weekday()]}）"


def day_and_year(on: date) -> str:
    """2031年11月22日（土）"""
    return f"{on.year}年{day(on)}"


def birth_date(on: date, today: date) -> str:
    """1991年4月12日（平成3年・35歳): the identity document may say either calendar."""
    age = today.year - on.year - ((today.month, today.day) < (on.month, on.day))
    era = next((f"{name}{_era_year(on.year - start.year + 1)}年・" for start, name in _ERAS if on >= start), "")
    return f"{on.year}年{on.month}月{on.day}日（{era}{age}歳）"


def _era_year(year: int) -> str:
    return "元" if year == 1 else str(year)
