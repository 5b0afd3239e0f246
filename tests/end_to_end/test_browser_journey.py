"""The guide's steps (1) to (11) as people do them: in a browser, with the mails from a real SMTP server."""

import re
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.end_to_end.browser import launched, look, opened
from tests.end_to_end.conftest import STAFF
from tests.end_to_end.people import PASSWORD, Mailbox, photo
from tools.system import System


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


async def fill_in(page: Page, email: str) -> None:
    """The provisional form as a resident types it, with whatever width and hyphen the keyboard gives."""
    await page.get_by_label("カードを使う本人").check()
    await page.get_by_label("お名前", exact=False).first.fill("髙橋　咲")
    await page.get_by_label("お名前（カタカナ）").fill("たかはし　さき")
    await page.get_by_label("元号・西暦").select_option("平成")
    for label, typed in (("年", "２"), ("月", "4"), ("日", "25")):
        await page.get_by_label(label, exact=True).fill(typed)
    await page.get_by_label("郵便番号").fill("８６２ー０９７１")
    await page.get_by_label("住所", exact=False).first.fill("熊本県熊本市中央区大江６丁目１－７４")
    await page.get_by_label("電話番号").fill("０９０１２３４５６７８")
    await page.get_by_label("メールアドレス").fill(email)
    await expect(page.get_by_text("熊本市在住").first).to_be_visible()
    await page.get_by_label("予約受取館").select_option("main")
    await page.get_by_label("電話", exact=True).check()
    await page.get_by_label("新しいパスワード").fill(PASSWORD)
    await page.locator("input[name=consent]").check()


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def send_photo(page: Page, tmp_path: Path, then: str = "documents?sent=**") -> None:
    picture = tmp_path / f"{secrets.token_hex(4)}.jpg"
    picture.write_bytes(photo())
    await page.get_by_label("写真", exact=False).first.set_input_files(picture)
    await press(page, "この写真を送る")
    # The script sends it in the background and then opens the next page.
    await page.wait_for_url(f"**/application/{then}")


async def sign_in_as_staff(page: Page, system: System, password: str) -> None:
    await page.goto(system.url("review"))
    await page.get_by_label("職員ID").fill(STAFF)
    await page.get_by_label("パスワード").fill(password)
    await look(page, "staff-sign-in")
    await press(page, "ログイン")


async def open_case(page: Page, system: System, receipt_number: str) -> None:
    """The case of this receipt number, from the queue."""
    await page.goto(f"{system.url('review')}/queue")
    link = page.get_by_role("link", name=receipt_number)
    for _ in range(40):
        if await link.count():
            break
        await page.reload()
    await look(page, "staff-queue")
    await link.first.click()


async def link_from(mailbox: Mailbox, email: str, subject: str) -> str:
    mail = await mailbox.wait(email, subject)
    [link] = set(re.findall(r"https?://\S+/continue/\S+", mail["Text"]))
    return str(link)


@pytest.mark.parametrize(("width", "scripts"), [(360, True), (1280, False)])
async def test_from_the_first_page_to_the_card_number_with_one_correction(
    system: System,
    mailbox: Mailbox,
    browser: Browser,
    staff_password: str,
    tmp_path: Path,
    width: int,
    scripts: bool,
) -> None:
    email = f"saki.{secrets.token_hex(6)}@example.jp"
    async with opened(browser, width, scripts=scripts) as page, opened(browser, 1280, scripts=scripts) as desk:
        # (1) to (3): the first question, the form, the confirmation with a way back that loses nothing
        await page.goto(system.url("intake"))
        await look(page, "start")
        await page.get_by_role("link", name="いいえ").click()
        await look(page, "eligibility")
        await page.get_by_label("お住まいの郵便番号").fill("８６２ー０９７１")
        await press(page, "次へ進む")
        await look(page, "form")
        await press(page, "入力内容を確認する")
        await expect(page.get_by_role("alert")).to_be_visible()
        await look(page, "form-errors")
        await fill_in(page, email)
        await press(page, "入力内容を確認する")
        await expect(page.get_by_text("タカハシ サキ").first).to_be_visible()
        await look(page, "form-confirm")
        await page.get_by_role("link", name="入力に戻って修正する").click()
        await expect(page.get_by_label("お名前（カタカナ）")).to_have_value("たかはし　さき")
        await press(page, "入力内容を確認する")
        await press(page, "この内容で仮登録する")
        await expect(page.get_by_text("card@library.city.kumamoto.jp").first).to_be_visible()
        await look(page, "provisional")
        receipt_number = await _receipt_number(page)

        # (4) to (6): the mail, the link, the sign-in
        await page.goto(await link_from(mailbox, email, "写真を送ってください"))
        await look(page, "sign-in")
        await page.get_by_label("メールアドレス").first.fill(email)
        await page.get_by_label("パスワード").fill(PASSWORD)
        await press(page, "ログイン")

        # (7) to (9): the documents, the confirmation, the end
        await look(page, "documents")
        await page.get_by_role("link", name="運転免許証").first.click()
        await look(page, "document-address")
        await page.get_by_role("link", name="はい").first.click()
        await look(page, "document")
        await send_photo(page, tmp_path)
        await look(page, "documents-sent")
        await page.get_by_role("link", name="申請の確認へ進む").first.click()
        await look(page, "submission")
        await press(page, "申請する")
        await expect(page.get_by_text("まだ本登録ではありません").first).to_be_visible()
        await look(page, "submitted")

        # (10): the receipt mail
        assert "まだ本登録ではありません" in (await mailbox.wait(email, "申請を受け付けました"))["Text"]

        # Staff ask for a correction
        await sign_in_as_staff(desk, system, staff_password)
        await open_case(desk, system, receipt_number)
        await look(desk, "case")
        await press(desk, "担当する")
        await desk.get_by_text("修正を依頼", exact=True).first.click()
        item = desk.locator("input[name^='item-document:']").first
        await item.check()
        await desk.locator("select[name^='reason-document:']").first.select_option("blurred")
        await look(desk, "case-correct")
        await press(desk, "修正を依頼する")
        await look(desk, "case-correction-requested")

        # The applicant mends just that
        await page.goto(await link_from(mailbox, email, "修正のお願い"))
        if await page.get_by_label("パスワード").count():
            await page.get_by_label("メールアドレス").first.fill(email)
            await page.get_by_label("パスワード").fill(PASSWORD)
            await press(page, "ログイン")
        await look(page, "corrections")
        await page.get_by_role("link", name="写真を撮り直して送る").click()
        # Nothing is to be said about it: whoever corrects is back at what is left to do.
        await send_photo(page, tmp_path, "corrections?saved=photo")
        await look(page, "corrections-done")
        await page.goto(f"{system.url('intake')}/application/confirm")
        await press(page, "修正した内容を送る")

        # (11): staff approve, the number arrives
        await open_case(desk, system, receipt_number)
        await press(desk, "担当する")
        await desk.get_by_text("承認", exact=True).first.click()
        await look(desk, "case-approve")
        await press(desk, "承認して登録する")
        await look(desk, "case-approved")
        completed = await mailbox.wait(email, "本登録が完了しました")
        [card_number] = set(re.findall(r"\b\d{13}\b", completed["Text"]))
        await page.goto(f"{system.url('intake')}/application")
        await expect(page.get_by_text(card_number).first).to_be_visible()
        await look(page, "application-approved")


async def _receipt_number(page: Page) -> str:
    found = re.search(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b", await page.content())
    assert found
    return found[0]
