"""Texts that Python hands to the pages, marked for translation: `gettext` says them once the page's language is known."""

from chassis.web.languages import marked as _

PROOFS = {
    "name": _("お名前"),
    "birth_date": _("生年月日"),
    "current_address": _("いまの住所"),
    "work_or_school": _("市内の勤務先・学校"),
}

#: What is applied for.
KINDS = {
    "new": _("新規登録"),
    "renewal": _("カードの更新"),
    "change": _("住所やお名前などの変更"),
    "replacement": _("なくしたカードの再発行"),
}

#: The button that applies for it, and what is said once it is pressed.
REGISTER = {
    "new": _("この内容で仮登録する"),
    "renewal": _("この内容で更新を申請する"),
    "change": _("この内容で変更を申請する"),
    "replacement": _("この内容で再発行を申請する"),
}
REGISTERED = {
    "new": _("仮登録ができました"),
    "renewal": _("更新の申請を受け付けました"),
    "change": _("変更の申請を受け付けました"),
    "replacement": _("再発行の申請を受け付けました"),
}

#: What was done in the end, by what was applied for; and the mail that says so.
COMPLETED = {
    "new": _("本登録が完了しました"),
    "renewal": _("カードを更新しました"),
    "change": _("登録の内容を変更しました"),
    "replacement": _("新しいカードを登録しました"),
}
RESULT_MAILED = {
    "new": _("本登録のお知らせがメールで届く"),
    "renewal": _("更新のお知らせがメールで届く"),
    "change": _("変更のお知らせがメールで届く"),
    "replacement": _("新しいカードのお知らせがメールで届く"),
}

TIMELINE = {
    "received": _("入力した内容を受け付けました"),
    "email_proven": _("メールアドレスを確認しました"),
    "contact_changed": _("メールアドレスを変更しました"),
    "submitted": _("申請を受け付けました"),
    "resubmitted": _("修正した内容を受け付けました"),
    "amended": _("内容の変更を受け付けました"),
    "correction_requested": _("修正のお願いをお送りしました"),
    "deadline_extended": _("修正の期限を延長しました"),
    "withdrawal_requested": _("取り下げのご希望を受け付けました"),
    "withdrawn": _("申請を取り下げました"),
    "expired": _("期限が過ぎました"),
    "rejected": _("登録できませんでした"),
    "approved": _("申請が承認されました"),
}


def told(what: str, kind: str) -> str:
    """The timeline's words for this, of an application of this kind; still to be translated."""
    return COMPLETED[kind] if what == "completed" else TIMELINE[what]


#: What documents noticed about a photograph, by its code: nothing is refused, but taking it again may spare a round.
WARNINGS = {
    "blurred": _("ぼやけているようです。文字が読めないときは、ピントを合わせて撮り直してください。"),
    "cut_off": _("書類の端が切れているようです。四隅が入るように撮り直してください。"),
    "dark": _("暗いようです。明るい場所で撮り直すと、早く確認できます。"),
    "glare": _("光が反射しているようです。文字が隠れているときは、角度を変えて撮り直してください。"),
    "too_small": _("写真が小さいようです。書類に近づいて撮り直すと、早く確認できます。"),
    "small": _("書類が小さく写っています。書類が画面いっぱいに入るように、近づいて撮り直してください。"),
    "blank": _("何も写っていないようです。書類が写っているか、ご確認ください。"),
    "incomplete": _("ファイルの終わりの部分が欠けています。書類が全部写っているか、ご確認ください。"),
    "shrunk": _("写真がとても長いため、小さくなりました。文字が読めないときは、いくつかに分けて撮り直してください。"),
    "same_image": _("撮り直しをお願いした写真と、同じ写真のようです。新しく撮った写真に差し替えてください。"),
}

#: What the mails are about, by the template of notifier.
MAILS = {
    "application_received": _("写真を送るページのご案内"),
    "link_requested": _("ご依頼のリンクのお知らせ"),
    "contact_changed": _("メールアドレスの変更のお知らせ"),
    "contact_replaced": _("メールアドレスの変更のお知らせ（前のメールアドレスへ）"),
    "application_submitted": _("申請を受け付けたお知らせ"),
    "application_withdrawn": _("取り下げのお知らせ"),
    "application_rejected": _("確認の結果のお知らせ"),
    "correction_requested": _("修正のお願い"),
    "deadline_extended": _("修正の期限を延長したお知らせ"),
    "reminder_due": _("期限が近いことのお知らせ"),
    "application_expired": _("期限が過ぎたことのお知らせ"),
    "registration_completed": _("本登録のお知らせ"),
    "registration_renewed": _("更新のお知らせ"),
    "registration_changed": _("登録の変更のお知らせ"),
    "registration_expiring": _("カードの有効期限が近いことのお知らせ"),
    "review_delayed": _("確認が遅れているお知らせ"),
}
MAIL = _("お知らせ")
#: Of what was corrected; its mail is by the same template.
RESUBMITTED = _("修正を受け付けたお知らせ")

FILLED_BY = {
    "self": _("カードを使う本人"),
    "guardian": _("保護者"),
    "helper": _("家族など（本人を手伝っている）"),
    "staff": _("図書館の職員"),
}
