"""notifier as it starts: its settings, its common routes, and readiness that does not ask the mail server."""

import pytest
from environs import Env

from chassis.settings import SettingsError, read_settings
from chassis.testing import MovableClock, started
from services.notifier.app import SERVICE, NotifierSettings, read
from tests.conftest import FromService
from tools.places import ROOT

LIBRARY = str(ROOT / "config" / "library.toml")


async def test_it_is_alive_and_ready_while_the_mail_server_is_down(database_url: FromService) -> None:
    own = NotifierSettings(LIBRARY, "https://staff.example.jp", "127.0.0.1", 1)
    async with started(SERVICE, own, await database_url("notifier"), MovableClock()) as (notifier, client):
        assert notifier.server.name == "library.city.kumamoto.jp"
        assert [(await client.get(path)).status for path in ("/livez", "/readyz", "/openapi.json")] == [200, 200, 200]
        assert (await client.get("/")).status == 404


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
