"""notifier as it starts: its settings, its common routes, and what it says of the mail server."""

from pathlib import Path

import pytest
from environs import Env

from chassis.settings import SettingsError, read_settings
from chassis.testing import MovableClock, started
from services.notifier.app import SERVICE, NotifierSettings, read
from services.notifier.smtp import Login
from services.notifier.use_cases import look_at_server
from tests.conftest import FromService
from tests.notifier.post_office import PostOffice
from tools.places import ROOT

LIBRARY = str(ROOT / "config" / "library.toml")


async def test_it_is_alive_while_the_mail_server_is_down(database_url: FromService) -> None:
    own = NotifierSettings(LIBRARY, "https://staff.example.jp", "127.0.0.1", 1)
    async with started(SERVICE, own, await database_url("notifier"), MovableClock()) as (notifier, client):
        assert notifier.server.name == "library.city.kumamoto.jp"
        assert [(await client.get(path)).status for path in ("/livez", "/openapi.json")] == [200, 200]
        assert (await client.get("/")).status == 404


async def test_the_mail_server_is_looked_at_while_there_is_no_mail(
    database_url: FromService, office: PostOffice
) -> None:
    own = NotifierSettings(LIBRARY, "https://staff.example.jp", "127.0.0.1", office.port)
    async with started(SERVICE, own, await database_url("notifier"), MovableClock()) as (notifier, _):
        look = SERVICE.checks(notifier)["mail server"]
        await look_at_server(notifier)
        assert (await look(), office.greeted, office.goodbyes) == ("", 1, 1)
        await look_at_server(notifier)
        assert office.greeted == 1, "what is known is still fresh"
        await office.close()
        notifier.server.asked_at = 0
        await look_at_server(notifier)
        assert await look() == "SMTPConnectError"
        await office.open()
        notifier.server.asked_at = 0
        await look_at_server(notifier)
        assert await look() == ""


def _settings(monkeypatch: pytest.MonkeyPatch, **values: str) -> NotifierSettings:
    own = {"LIBRARY": LIBRARY, "REVIEW_URL": "https://staff.example.jp", "SMTP_HOST": "mail.example.jp"} | values
    for name, value in own.items():
        monkeypatch.setenv(f"OUCHI_{name}", value)
    env = Env()
    with env.prefixed("OUCHI_"):
        return read(env)


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("", 25), ("starttls", 587), ("tls", 465)])
def test_each_security_has_its_usual_port(monkeypatch: pytest.MonkeyPatch, security: str, port: int) -> None:
    assert _settings(monkeypatch, SMTP_SECURITY=security).smtp_port == port


def test_the_password_comes_from_a_file_too_and_is_not_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("pass word\n")
    own = _settings(monkeypatch, SMTP_SECURITY="tls", SMTP_USER="card", SMTP_PASSWORD_FILE=str(file))
    assert own.smtp_login == Login("card", "pass word")
    assert "pass word" not in repr(own)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"SMTP_SECURITY": "ssl"}, "OUCHI_SMTP_SECURITY: one of none, starttls, tls"),
        ({"SMTP_USER": "card", "SMTP_PASSWORD": "x"}, "not sent in the clear"),
        ({"SMTP_SECURITY": "none", "SMTP_PASSWORD_FILE": "/x"}, "not sent in the clear"),
        ({"SMTP_SECURITY": "tls", "SMTP_USER": "card"}, "set both or none"),
        ({"SMTP_SECURITY": "tls", "SMTP_PASSWORD": "x"}, "set both or none"),
        ({"SMTP_SECURITY": "tls", "SMTP_USER": "card", "SMTP_PASSWORD_FILE": "/x"}, "FileNotFoundError"),
    ],
)
def test_what_does_not_go_together_is_refused(
    monkeypatch: pytest.MonkeyPatch, values: dict[str, str], problem: str
) -> None:
    with pytest.raises(SettingsError, match=problem):
        _settings(monkeypatch, **values)


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_authorities_that_cannot_be_read_stop_the_start(
    database_url: FromService, tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "ca.pem"
    if content:
        file.write_text(content)
    own = NotifierSettings(LIBRARY, "https://x.example.jp", "x.example.jp", 465, smtp_security="tls", smtp_ca=str(file))
    with pytest.raises(SettingsError, match="OUCHI_SMTP_CA"):
        async with started(SERVICE, own, await database_url("notifier"), MovableClock()):
            pass


def test_its_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {
        "LIBRARY": LIBRARY,
        "REVIEW_URL": "https://staff.example.jp",
        "SMTP_HOST": "mail.example.jp",
        "SMTP_PORT": "2525",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"OUCHI_{name}", value)
    env = Env()
    with env.prefixed("OUCHI_"):
        assert read(env) == NotifierSettings(LIBRARY, "https://staff.example.jp", "mail.example.jp", 2525)


def test_missing_settings_are_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIBRARY", "REVIEW_URL", "SMTP_HOST"):
        monkeypatch.delenv(f"OUCHI_{name}", raising=False)
    with pytest.raises(SettingsError) as error:
        read_settings(read)
    assert "OUCHI_LIBRARY" in str(error.value)
    assert "OUCHI_REVIEW_URL" in str(error.value)
    assert "OUCHI_SMTP_HOST" in str(error.value)


@pytest.mark.parametrize(
    ("selector", "key", "problem"),
    [
        ("card", "", "set both or none"),
        ("", "a2V5", "set both or none"),
        ("card", "not base64", "not an RSA private key"),
        ("card", "a2V5", "not an RSA private key"),
    ],
)
def test_half_a_dkim_key_or_a_broken_one_is_refused_without_showing_it(
    monkeypatch: pytest.MonkeyPatch, selector: str, key: str, problem: str
) -> None:
    monkeypatch.setenv("OUCHI_DKIM_SELECTOR", selector)
    monkeypatch.setenv("OUCHI_DKIM_KEY", key)
    with pytest.raises(SettingsError, match=problem) as error:
        read_settings(read)
    assert not key or key not in str(error.value)
