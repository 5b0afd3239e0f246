"""The words of the staff's pages. Codes of the policy get theirs from the policy."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale

from chassis.web.languages import SOURCE
from rules.policy import Policy, find
from services.review.model import (
    APPROVE,
    CLAIMED,
    CLOSED,
    CORRECT,
    CORRECTION_REQUESTED,
    DECIDED,
    OPEN,
    REJECT,
    UNDELIVERED,
    WAITING,
    Case,
)

KINDS = {"new": "新規", "renewal": "更新", "change": "変更", "replacement": "再発行（紛失）"}
FILTERS = {
    OPEN: "未処理",
    WAITING: "担当待ち",
    CLAIMED: "審査中",
    CORRECTION_REQUESTED: "修正依頼中",
    DECIDED: "判定済み",
    CLOSED: "取り下げ・期限切れ",
    UNDELIVERED: "メール不達",
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
    "guardian_relation": "保護者の続柄（カードを使う方から見て）",
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
    "blurred": "ピンぼけ",
    "glare": "光の反射",
    "dark": "暗い",
    "too_small": "小さい",
    "cut_off": "端が欠けている",
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
    "requested": "申請者が差し替えたか消去したため",
}
VERDICTS = (("different", "別の人"), ("same", "同じ人"), ("unsure", "わからない"))
#: What an approval may be to a registration that the person has already.
SAME_AS = {"renewal": "更新する", "change": "内容を変更する", "replacement": "新しいカードに替える（前の番号は無効）"}
DECISIONS = {
    APPROVE: ("success", "承認"),
    CORRECT: ("warning", "修正を依頼"),
    REJECT: ("neutral", "登録不可（却下）"),
}
ERRORS = {
    "reason_unknown": "この理由は使えません。選択し直してください。",
    "reason_retired": "この理由は今は使えません。選択し直してください。",
    "reason_not_for_decision": "この判定では使えない理由です。選択し直してください。",
    "reason_not_for_item": "この項目では使えない理由です。選択し直してください。",
    "reasons_required": "理由を選択してください。",
    "item_unknown": "この申請にない項目です。画面を開き直してください。",
    "field_twice": "同じ項目が2回選択されています。1つにしてください。",
    "field_unknown": "この項目は職員が修正できません。",
    "code_unknown": "この値は選択できません。選択し直してください。",
    "candidate_unknown": "この登録は、もう候補ではありません。画面を開き直してください。",
    "too_many_reasons": "項目が多すぎます。30個までにしてください。",
    "note_too_long": "補足は200文字までにしてください。",
    "too_long": "長すぎます。短くしてください。",
    "required": "入力してください。",
    "name_ctrl": "表示できない文字が入っています。入力し直してください。",
    "kana_kanji": "フリガナに漢字が入っています。カタカナで入力してください。",
    "kana_not_katakana": "フリガナにカタカナではない文字が入っています。",
    "postal_not_7_digits": "郵便番号は7けたです。",
    "phone_area_code_missing": "電話番号は市外局番から入力してください。",
    "phone_letter": "電話番号に英字が入っています。数字の0や1ではありませんか。",
    "phone_not_personal": "この番号には電話できません。本人につながる番号を入力してください。",
    "phone_invalid": "電話番号を読み取れません。1つの番号を、市外局番や090から入力してください。固定電話は10けた、携帯電話は11けたです。",
    "dob_format": "生年月日を読み取れません。例：1991年4月12日、平成3年4月12日",
    "dob_not_a_date": "その日付はありません。生年月日を確認してください。",
    "dob_ambiguous": "どの数字が月で、どの数字が日か分かりません。年、月、日の順に入力してください。",
    "dob_unknown": "生年月日は、月と日まで入力してください。",
    "dob_calendars_differ": "元号の年と西暦の年が合いません。どちらが正しいか確認してください。",
    "dob_future": "生年月日が未来の日付です。年を確認してください。",
    "dob_over_120": "120歳を超えています。元号・西暦を確認してください。",
    "not_a_day": "日付を 2026-12-20 のように入力してください。",
    "not_later": "いまの期限よりあとの日にしてください。",
    "in_the_past": "今日かそれよりあとの日にしてください。",
    "too_late": "今日から180日までの日にしてください。",
    "card_number_required": "カード番号を入力してください。",
    "card_number_not_digits": "カード番号は数字で入力してください。",
    "card_number_length": "カード番号のけた数が違います。",
    "card_number_prefix": "この図書館のカード番号ではありません。先頭の数字をご確認ください。",
    "card_number_check_digit": "カード番号が正しくありません。打ち間違いがないかご確認ください。",
    "card_number_taken": "このカード番号はほかの人が使っています。番号をご確認ください。",
    "card_number_void": "このカード番号は、再発行のため無効になりました。新しい番号をご確認ください。",
    "receipt_number_required": "受付番号を入力してください。",
    "receipt_number_invalid": (
        "この受付番号は正しくありません。K7QM-2XRD-90FA のような12文字です。聞き間違いや打ち間違いがないかご確認ください。"
    ),
    "receipt_number_unknown": (
        "見つかりません。番号をご確認ください。申請者がまだ送っていない申請（仮登録）や、消去された申請は、ここには出ません。"
    ),
    "registration_unknown": (
        "このカード番号の登録は見つかりません。番号をご確認ください。このシステムで登録や更新をしていないカードは、ここには出ません。"
    ),
    "registration_not_named": (
        "なくしたカードの登録を1つ選択して「同じ人」としてください。ないときは、図書館システムで番号を検索し、下の「軽微な誤りを修正して登録する」の「カード番号」に入れてください。"
    ),
    "same_as_unknown": "登録をどうするか、選択し直してください。",
    "same_as_contradicts_verdict": "「別の人」などとした登録です。判断か、ここで選択した登録のどちらかを修正してください。",
    "card_number_of_another": "このカード番号は、生年月日の違う人の登録です。番号をご確認ください。",
}
EXTENDED = {"kind": "success", "title": "期限を延長しました", "body": "申請者にメールで伝えます。"}
CONFLICTS = {
    "stale_version": (
        "申請の内容が変わったため、まだ判定していません",
        "入力した判定は残してあります。新しい内容を確認して、もう一度送ってください。",
    ),
    "not_claimed": (
        "担当になっていなかったため、まだ判定していません",
        "入力した判定は残してあります。担当になっていることを確認して、もう一度送ってください。",
    ),
    "mask_pending": (
        "隠していない番号があるため、まだ承認していません",
        "「番号を隠す」の印がある画像を開き、番号を隠すか、写っていないことをご確認ください。入力した判定は残してあります。",
    ),
    "same_person": (
        "同じ人の登録か申請があるため、まだ承認していません",
        "このままでは2枚目のカードになります。登録があるときは「カードを持っている人のとき」で、その登録をどうするかを選択してください。"
        "審査中の申請が2つあるときは、先に片方を「登録不可（却下）」にしてください。同じ人ではないときは「別の人」にします。"
        "入力した判定は残してあります。",
    ),
    "card_of_another": (
        "ほかの人のカードかもしれないため、まだ承認していません",
        "カード番号の登録とは氏名もフリガナも違い、同じなのは生年月日だけです。双子などのときは、本人のカード番号を確認して入力してください。"
        "結婚などで氏名が変わった本人だと確認したときは、「カードを持っている人のとき」でその登録を選択してください。"
        "入力した判定は残してあります。",
    ),
    "changed": ("ほかの職員が同時に隠しました", "今の画像を確認して、まだ見える番号があれば、もう一度隠してください。"),
    "other_account": ("別の職員のログインに変わっているため、まだ処理していません", ""),
    "other_page": ("別の画面から送信されたため、まだ処理していません", ""),
    "held_by_other": ("ほかの職員が担当しています", "担当が外れるまで、判定はできません。"),
    "wrong_state": (
        "この申請は、もう判定できません",
        "ほかの職員が判定したか、申請者が取り下げました。今の状態をご確認ください。",
    ),
    "card_numbers_exhausted": (
        "カード番号を使い切りました",
        "登録はしていません。システムの管理者に、カード番号の範囲を広げるよう伝えてください。",
    ),
}
CLAIMED_AGAIN = (
    "担当の時間が切れていたため、まだ判定していません",
    "もう一度担当になりました。入力した判定は残してあります。内容を確認して、もう一度送ってください。",
)
#: What became of the case: kind, title, more.
ENDED = {
    APPROVE: ("success", "承認しました", "申請者に登録完了のメールを送ります。"),
    CORRECT: ("success", "修正を依頼しました", "申請者が修正すると、一覧の先頭に表示されます。"),
    REJECT: ("success", "登録不可（却下）と判定しました", "申請者に理由をメールで伝えます。"),
}
#: By status: what happened, and what to do.
PROBLEMS = {
    400: ("送られた内容を読み取れませんでした", "前の画面に戻り、もう一度お試しください。"),
    403: ("この操作はできませんでした", "前の画面に戻って開き直し、もう一度お試しください。"),
    404: ("見つかりません", "この画面や画像はないか、消去されています。"),
    405: ("この操作はできません", "審査一覧からやり直してください。"),
    408: ("送るのに時間がかかりすぎました", "通信の状態を確認して、もう一度お試しください。"),
    409: ("今の状態ではできません", "画面を開き直して、今の状態をご確認ください。"),
    413: ("送られた内容が大きすぎます", "文字を減らして、もう一度お試しください。"),
    415: ("送られた内容を読み取れませんでした", "前の画面に戻り、もう一度お試しください。"),
    422: ("内容をご確認ください", "使えない文字や値が含まれています。前の画面に戻り、修正してください。"),
    429: ("しばらく待ってください", "操作が続いたため止めています。数分たってから、もう一度お試しください。"),
    503: ("ただいま使えません", "保存はしていません。少し待ってから、もう一度お試しください。"),
}
TROUBLE = (
    "処理できませんでした",
    "時間をおいて、もう一度お試しください。続くときは、システムの管理者に伝えてください。",
)
_WEEKDAYS = "月火水木金土日"
_ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
)


def language(policy: Policy, code: str) -> str:
    """What the applicant reads, as staff call it and as it calls itself: 英語（English）."""
    found = find(policy.languages, code)
    if found is None:
        return code
    if found.html_lang.startswith(SOURCE):
        return found.name
    return f"{Locale.parse(found.html_lang, sep='-').get_language_name(SOURCE)}（{found.name}）"


def status_of(case: Case) -> dict[str, str]:
    """The state of a case as a tag."""
    if case.status == DECIDED:
        kind, label = DECISIONS[case.decision or APPROVE]
        return {"kind": kind, "label": {"承認": "承認済み"}.get(label, label)}
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
