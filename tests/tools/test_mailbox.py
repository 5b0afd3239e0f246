"""The development mailbox speaks SMTP to the system and Mailpit's API to tests and people."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import aiohttp
import aiosmtplib
import pytest

from tools.mailbox.__main__ import mailbox
from tools.mailbox.web import linked
from tools.ports import LOOPBACK, free_ports


class Box:
    """One running mailbox and a client for it."""

    def __init__(self, ports: dict[str, int], session: aiohttp.ClientSession) -> None:
        self.smtp = ports["smtp"]
        self.base = f"http://{LOOPBACK}:{ports['http']}"
        self.session = session

    async def send(self, subject: str, to: str = "hanako@example.jp", text: str = "本文", html: str = "") -> None:
        message = EmailMessage()
        message["From"] = "図書館 <library@example.jp>"
        message["To"] = to
        message["Subject"] = subject
        message["Message-ID"] = "<one@example.jp>"
        message.set_content(text)
        if html:
            message.add_alternative(html, subtype="html")
        await aiosmtplib.send(message, hostname=LOOPBACK, port=self.smtp, recipients=[to, "hidden@example.jp"])

    async def json(self, path: str) -> dict[str, object]:
        async with self.session.get(self.base + path) as answer:
            assert answer.status == 200, await answer.text()
            found: dict[str, object] = await answer.json()
            return found

    async def text(self, path: str) -> str:
        async with self.session.get(self.base + path) as answer:
            assert answer.status == 200
            return await answer.text()


@pytest.fixture
async def box(tmp_path: Path) -> AsyncIterator[Box]:
    ports = free_ports(["http", "smtp"])
    async with mailbox(tmp_path, LOOPBACK, ports["http"], ports["smtp"]), aiohttp.ClientSession() as session:
        yield Box(ports, session)


async def test_the_newest_mail_comes_first_and_is_counted(box: Box) -> None:
    await box.send("一通目")
    await box.send("二通目")
    found = await box.json("/api/v1/messages")
    messages = found["messages"]
    assert isinstance(messages, list)
    assert [message["Subject"] for message in messages] == ["二通目", "一通目"]
    assert (found["total"], found["unread"], found["count"], found["start"]) == (2, 2, 2, 0)
    assert messages[0]["From"] == {"Name": "図書館", "Address": "library@example.jp"}
    assert messages[0]["To"] == [{"Name": "", "Address": "hanako@example.jp"}]
    assert messages[0]["Bcc"] == [{"Name": "", "Address": "hidden@example.jp"}]
    assert messages[0]["MessageID"] == "one@example.jp"
    assert messages[0]["Snippet"] == "本文"


async def test_pages_of_messages_are_cut_as_asked(box: Box) -> None:
    for number in range(3):
        await box.send(f"{number}")
    found = await box.json("/api/v1/messages?start=1&limit=1")
    assert isinstance(found["messages"], list)
    assert [message["Subject"] for message in found["messages"]] == ["1"]
    assert (found["total"], found["count"]) == (3, 1)


async def test_a_message_shows_both_its_bodies_and_is_read_then(box: Box) -> None:
    await box.send("件名", text="こんにちは\nhttps://example.jp/continue/1/abc", html="<p>こんにちは</p>")
    message = await box.json("/api/v1/message/latest")
    assert str(message["Text"]).splitlines() == ["こんにちは", "https://example.jp/continue/1/abc"]
    assert str(message["HTML"]).splitlines() == ["<p>こんにちは</p>"]
    assert message["ReturnPath"] == "library@example.jp"
    assert (await box.json("/api/v1/messages"))["unread"] == 0
    headers = await box.json(f"/api/v1/message/{message['ID']}/headers")
    assert headers["Subject"] == ["件名"]
    assert (await box.text(f"/api/v1/message/{message['ID']}/raw")).startswith("From: ")


@pytest.mark.parametrize(
    ("query", "subjects"),
    [
        ("to:taro", ["お知らせ"]),
        ("subject:受付", ["受付"]),
        ("-to:taro", ["受付"]),
        ('"本文"', ["お知らせ", "受付"]),
        ("無い", []),
    ],
)
async def test_search_finds_by_recipient_subject_and_words(box: Box, query: str, subjects: list[str]) -> None:
    await box.send("受付")
    await box.send("お知らせ", to="taro@example.jp")
    async with box.session.get(box.base + "/api/v1/search", params={"query": query}) as answer:
        found = await answer.json()
    assert [message["Subject"] for message in found["messages"]] == subjects
    assert found["total"] == 2


async def test_deleted_mail_is_gone(box: Box) -> None:
    await box.send("一")
    await box.send("二")
    first = await box.json("/api/v1/message/latest")
    async with box.session.delete(box.base + "/api/v1/messages", json={"IDs": [first["ID"]]}) as answer:
        assert await answer.text() == "ok"
    assert (await box.json("/api/v1/messages"))["total"] == 1
    async with box.session.delete(box.base + "/api/v1/messages") as answer:
        assert answer.status == 200
    assert (await box.json("/api/v1/messages"))["total"] == 0


async def test_an_unknown_message_is_not_found(box: Box) -> None:
    for mail_id in ("latest", "abc", "..%2Fsecrets"):
        async with box.session.get(f"{box.base}/api/v1/message/{mail_id}") as answer:
            assert answer.status == 404


async def test_mail_survives_a_restart(tmp_path: Path) -> None:
    async with aiohttp.ClientSession() as session:
        for expected in (1, 2):
            ports = free_ports(["http", "smtp"])
            async with mailbox(tmp_path, LOOPBACK, ports["http"], ports["smtp"]):
                box = Box(ports, session)
                await box.send("残る")
                assert (await box.json("/api/v1/messages"))["total"] == expected


async def test_the_page_makes_links_of_addresses_and_runs_nothing(box: Box) -> None:
    await box.send("リンク", text="https://example.jp/a?b=1&c=2 を開く <script>alert(1)</script>")
    message = await box.json("/api/v1/message/latest")
    page = await box.text(f"/messages/{message['ID']}")
    assert '<a href="https://example.jp/a?b=1&amp;c=2">' in page
    assert "<script>alert" not in page
    assert "リンク" in await box.text("/")


def test_japanese_punctuation_ends_a_link() -> None:
    assert linked("（https://example.jp/x）。") == '（<a href="https://example.jp/x">https://example.jp/x</a>）。'
