"""What is said to people, by code, in the language that is spoken: {field} is the field's name, {detail} what the rule found."""

from collections.abc import Sequence

from chassis.web.languages import gettext
from chassis.web.languages import marked as _
from rules.understanding import Understood

FIELD_NAMES = {
    "kind": _("申請の種類"),
    "card_number": _("貸出カード番号"),
    "name": _("お名前"),
    "kana": _("お名前（カタカナ）"),
    "birth_date": _("生年月日"),
    "postal_code": _("郵便番号"),
    "address": _("住所"),
    "phone": _("電話番号"),
    "email": _("メールアドレス"),
    "password": _("パスワード"),
    "category": _("利用区分"),
    "pickup_branch": _("予約受取館"),
    "hold_contact": _("予約連絡"),
    "guardian_name": _("保護者名"),
    "guardian_relation": _("保護者の続柄（カードを使う方から見て）"),
    "organisation_name": _("会社または学校名"),
    "organisation_address": _("会社または学校所在地"),
    "language": _("ことば"),
    "consent": _("同意"),
    "filled_by": _("入力した人"),
    "expiry_notice": _("有効期限のお知らせ"),
    "town": _("どこですか"),
    "affiliation": _("市内での勤務・通学"),
    "organisation": _("会社や学校の住所か郵便番号"),
    "extra": _("追加の項目"),
    "application": _("受付番号"),
}

#: Said beside why a file is refused, where this very file was refused before.
SAME_AS_BEFORE = "same_as_before"

TEXTS = {
    "required": _("{field}を入力してください。"),
    "choice_required": _("{field}を選択してください。"),
    "wrong_type": _("{field}は文字で入力してください。"),
    "not_a_boolean": _("{field}は true か false にしてください。"),
    "unknown_field": _("この項目は受け付けていません。"),
    "too_long": _("{field}が長すぎます。{detail}文字までにしてください。"),
    "invalid": _("{field}を確認してください。"),
    "invalid_character": _("{field}に使えない文字が含まれています。"),
    "name_ctrl": _("{field}に表示できない文字が含まれています：{detail}"),
    "kana_kanji": _("{field}に漢字が入っています（{detail}）。カタカナかひらがなで入力してください。"),
    "kana_not_katakana": _(
        "{field}にカタカナでない文字が入っています（{detail}）。カタカナかひらがなで入力してください。"
    ),
    "dob_format": _("生年月日を読み取れませんでした。例：1991年4月12日、平成3年4月12日"),
    "dob_ambiguous": _(
        "どの数字が月で、どの数字が日か分かりません。1991年4月12日のように、年、月、日の順に入力してください。"
    ),
    "dob_unknown": _(
        "生年月日は、月と日まで入力してください。書類に月や日が書かれていない方は、お電話か図書館のカウンターでご相談ください。"
    ),
    "dob_calendars_differ": _("元号の年と西暦の年が合いません。どちらが正しいか確認してください。"),
    "dob_not_a_date": _("その日付はありません。生年月日を確認してください。"),
    "dob_future": _("生年月日が未来の日付です。年を確認してください。"),
    "dob_over_120": _("120歳を超えています。元号・西暦を確認してください。"),
    "postal_not_7_digits": _("郵便番号は7けたです。今は{detail}けたです。7けたの数字を入力してください。"),
    "postal_office": _("「{detail}」の番号です。お住まいの郵便番号か、市町村を入力してください。"),
    "town_required": _("お住まいの場所を選択してください。"),
    "affiliation_required": _("市内で働いているか、市内の学校に通っているかを選択してください。"),
    "organisation_place_required": _("会社や学校の住所か郵便番号を入力してください。"),
    "phone_area_code_missing": _("電話番号は市外局番（熊本市は096）から入力してください。"),
    "phone_letter": _("電話番号に英字のO（オー）などが入っています。数字の0や1ではありませんか。"),
    "phone_not_personal": _("この番号にはお電話できません。ご本人につながる電話番号を入力してください。"),
    "phone_invalid": _("電話番号を読み取れませんでした。例：096-328-6842、090-1234-5678"),
    # What phone_invalid is, where that is known.
    "phone_letters": _("電話番号に数字ではない文字が入っています（{detail}）。電話番号だけを入力してください。"),
    "phone_two": _("電話番号は1つだけ入力してください。"),
    "phone_no_zero": _(
        "電話番号は、市外局番（熊本市は096）や090などの0から入力してください。外国の番号は、+と国番号から入力してください。"
    ),
    "phone_too_few": _("電話番号のけた数が足りません。今は{detail}けたです。固定電話は10けた、携帯電話は11けたです。"),
    "phone_too_many": _("電話番号のけた数が多すぎます。今は{detail}けたです。固定電話は10けた、携帯電話は11けたです。"),
    "phone_no_such_area": _("この番号で始まる電話番号はありません。市外局番（熊本市は096）を確認してください。"),
    "phone_abroad": _("外国の電話番号を読み取れませんでした。国番号から確認してください。例：+82 10-1234-5678"),
    "email_invalid": _("メールアドレスの書き方を確認してください（例：taro@example.jp）。"),
    "email_space": _("メールアドレスの途中に空白が入っています。空白を取るか、正しい文字にしてください。"),
    "perhaps": _("{said}もしかして {detail} ですか。"),
    "unknown_code": _("{field}を選択し直してください。"),
    "retired_code": _("選択された{field}は現在使われていません。選択し直してください。"),
    "kind_not_offered": _("この種類の申請はまだ受け付けていません。お電話またはカウンターでお尋ねください。"),
    "consent_required": _("登録には、内容の利用への同意が必要です。"),
    "guardian_required": _("中学生以下の方は、保護者のお名前を入力してください。"),
    "organisation_required": _("{field}を入力してください。通勤・通学の方は必要です。"),
    "card_number_not_digits": _("貸出カード番号は数字で入力してください。"),
    "card_number_length": _("貸出カード番号のけた数を確認してください。"),
    "card_number_prefix": _("貸出カード番号を確認してください。"),
    "card_number_check_digit": _("貸出カード番号に打ち間違いがあるようです。確認してください。"),
    "password_too_short": _("パスワードは{detail}文字以上にしてください。"),
    "password_too_long": _("パスワードは{detail}文字までにしてください。"),
    "password_ctrl": _("パスワードに使えない文字が含まれています。"),
    "password_common": _("そのパスワードはよく使われているため、ほかの人に当てられます。別のものにしてください。"),
    "password_own": _(
        "そのパスワードは、メールアドレスや生年月日などから当てられることがあります。別のものにしてください。"
    ),
    "field_not_open": _("{field}は今は変更できません。"),
    "idempotency_key_missing": _("Idempotency-Key ヘッダーが必要です。"),
    "idempotency_key_invalid": _("Idempotency-Key は16文字以上64文字以下の印字可能な ASCII にしてください。"),
    "idempotency_key_reused": _("同じ Idempotency-Key が、別の内容で使われています。"),
    "idempotency_key_running": _("同じ申請を処理しています。少し待ってから、もう一度お試しください。"),
    "reception_paused": _("ただいま申請の受付をお休みしています。入力した内容は残っています。"),
    "draft_not_found": _("入力の途中の内容が見つかりません。はじめから入力してください。"),
    "stale_draft": _(
        "確認の画面を開いた後で、入力した内容が変わりました。まだ登録していません。下の内容でよければ、もう一度ボタンを押してください。"
    ),
    "another_draft": _("この画面の申請は、この端末の入力途中の申請の中にありません。何も変わっていません。"),
    "wrong_credentials": _("メールアドレス、パスワード、受付番号のいずれかが違います。"),
    "wrong_link_credentials": _("メールアドレスかパスワードが違います。"),
    "too_many_failures": _("続けて間違えたため、しばらくログインできません。時間をおいてお試しください。"),
    "wrong_password": _("パスワードが違います。"),
    "email_same": _("いまと同じメールアドレスです。"),
    "too_many_changes": _("メールアドレスの変更が続いたため、しばらく変更できません。時間をおいてお試しください。"),
    "link_ended": _("このリンクは使えなくなりました。お手数ですが、もう一度お手続きください。"),
    "wrong_birth_date": _("生年月日が、申請の内容と違います。"),
    "signed_out": _("ログインしてください。"),
    "wrong_state": _("申請の状態が変わったため、この操作はできません。画面を読み直してください。"),
    "stale_version": _("ほかの画面で内容が変わりました。読み直して、もう一度お試しください。"),
    "email_not_proven": _("メールのリンクを開いてログインしてください。メールアドレスの確認が必要です。"),
    "documents_missing": _("本人確認書類が足りません。"),
    "corrections_missing": _("修正していない項目があります。"),
    "not_corrected": _("この項目を修正してください。"),
    "side_missing": _("この面の写真も必要です。"),
    "proof_name": _("お名前を確認できる書類を追加してください。"),
    "proof_birth_date": _("生年月日を確認できる書類を追加してください。"),
    "proof_current_address": _("現在の住所を確認できる書類（公共料金の明細や郵便物など）を追加してください。"),
    "proof_work_or_school": _("勤務先または学校を確認できる書類を追加してください。"),
    "unknown_type": _("書類の種類を選択し直してください。"),
    "unknown_side": _("書類の面を選択し直してください。"),
    "document_ended": _("この書類は現在使えません。ほかの書類をお送りください。"),
    "document_not_yet_valid": _("この書類はまだ使えません。ほかの書類をお送りください。"),
    "hokensho_ended": _("健康保険証は2025年12月1日で終わりました。資格確認書などをお使いください。"),
    "tsuchi_card": _("通知カードは本人確認書類として使えません。マイナンバーカード（表面）などをお使いください。"),
    "mynumber_back": _("裏面には個人番号があるため送れません。表面だけ送ってください。"),
    "check_individual_number": _("裏面には個人番号があることがあるため送れません。表面だけ送ってください。"),
    "document_refused": _("この書類は使えません。ほかの書類をお送りください。"),
    "document_not_open": _("この書類は今は変更できません。"),
    "too_many_documents": _("書類は{detail}枚までです。不要なものを消去してから、もう一度お試しください。"),
    "unreadable_image": _("写真として開けませんでした。別の写真を選択してください。"),
    "pdf": _("このPDFは受け取れません。スキャンした1ページだけのPDFか、紙や画面を撮った写真をお送りください。"),
    "document_file": _(
        "文書のファイル（Wordなど）は受け取れません。書類をスマートフォンで撮った写真をお送りください。"
    ),
    "spreadsheet_file": _(
        "表計算のファイル（Excelなど）は受け取れません。書類をスマートフォンで撮った写真をお送りください。"
    ),
    "video_file": _("動画は受け取れません。書類を写真に撮ってお送りください。"),
    "sound_file": _("音声のファイルは受け取れません。書類をスマートフォンで撮った写真をお送りください。"),
    "archive_file": _("圧縮したファイル（ZIPなど）は受け取れません。中の写真を1枚ずつお送りください。"),
    "web_page_file": _("ウェブページは受け取れません。画面のスクリーンショットか、書類を撮った写真をお送りください。"),
    "raw_file": _("カメラのRAWファイルは受け取れません。JPEGの写真をお送りください。"),
    "heic_file": _("HEICの写真ですが、壊れているため開けませんでした。撮り直すか、JPEGの写真をお送りください。"),
    "avif_file": _("AVIFの画像ですが、壊れているため開けませんでした。撮り直すか、JPEGの写真をお送りください。"),
    "webp_file": _("WebPの画像ですが、壊れているため開けませんでした。撮り直すか、JPEGの写真をお送りください。"),
    "gif_file": _("GIFの画像ですが、壊れているため開けませんでした。撮り直すか、JPEGの写真をお送りください。"),
    "tiff_file": _("TIFFの画像ですが、壊れているため開けませんでした。スキャンし直すか、JPEGの写真をお送りください。"),
    "bmp_file": _("BMPの画像ですが、壊れているため開けませんでした。撮り直すか、JPEGの写真をお送りください。"),
    "infected": _("このファイルは安全を確認できないため受け取れません。別の端末で撮り直した写真をお送りください。"),
    "too_many_pixels": _("写真が大きすぎます。小さくして、もう一度お送りください。"),
    "individual_number_visible": _(
        "個人番号（マイナンバー）が写っているため、受け取れません。番号の写らない写真をお送りください。"
    ),
    "same_as_before": _("前にお送りいただいたものと同じ写真です。{detail}"),
    "too_large": _("写真のファイルが大きすぎます。もう一度撮るか、小さくしてお送りください。"),
    "empty": _("写真が空です。もう一度選択してください。"),
    "documents_away": _("写真を保存できませんでした。少し待ってから、もう一度お送りください。"),
    "photo_away": _("ただいま写真を表示できません。少し待ってから、もう一度お試しください。"),
}


_NAMES_CHARACTERS = ("kana_kanji", "kana_not_katakana", "phone_letters")


def text(code: str, field: str = "", detail: str = "") -> str:
    """The text for this code; an unknown code asks to check the field."""
    named = field_name(field) if field in FIELD_NAMES else gettext("この項目")
    return gettext(TEXTS.get(code, TEXTS["invalid"])).format(field=named, detail=detail)


def wrong(field: str, value: Understood) -> str:
    """What is wrong with a value that has an error, as exactly as the rule knows, and what was perhaps meant."""
    code, notes = value.error or "", value.notes
    if notes and notes[0] in TEXTS:
        code, notes = notes[0], notes[1:]
    said = text(code, field, ("" if code in _NAMES_CHARACTERS else "、").join(notes))
    perhaps = TEXTS["perhaps"]
    return gettext(perhaps).format(said=said, detail=value.suggest) if value.suggest else said


def refusal(codes: Sequence[str]) -> str:
    """Why a photograph is not taken, by the codes of documents: the kind of the file, where it is known, says the most."""
    known = [code for code in codes if code in TEXTS and code != SAME_AS_BEFORE]
    said = text(next((code for code in known if code.endswith("_file")), known[0] if known else "unreadable_image"))
    return text(SAME_AS_BEFORE, detail=said) if SAME_AS_BEFORE in codes else said


def field_name(field: str) -> str:
    """The name of the field, as the form and every message have it. Raises KeyError."""
    return gettext(FIELD_NAMES[field])
