"""Settings, routes and what is said about them."""

import base64
from pathlib import Path

import pytest

from chassis.service import openapi_document
from chassis.settings import SettingsError, read_settings
from services.documents.app import SERVICE
from tests.documents.conftest import House

KEY = base64.b64encode(bytes(32)).decode()
RIGHT = {
    "OUCHI_PORT": "8081",
    "OUCHI_DATABASE_URL": "postgresql://x",
    "OUCHI_AMQP_URL": "amqp://x",
    "OUCHI_SECRET_KEY": KEY,
    "OUCHI_LIBRARY": "library.toml",
    "OUCHI_STORAGE": "file:///x",
    "OUCHI_MASTER_KEYS_FILE": "/secrets/master_keys",
    "OUCHI_CALLER_KEYS": f"intake={KEY},review={KEY}",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def test_settings_are_read_from_the_environment(environment: pytest.MonkeyPatch) -> None:
    _, own = read_settings(SERVICE.settings)
    assert (own.master_keys, list(own.caller_keys)) == (Path("/secrets/master_keys"), ["intake", "review"])


@pytest.mark.parametrize("name", ["OUCHI_LIBRARY", "OUCHI_STORAGE", "OUCHI_MASTER_KEYS_FILE", "OUCHI_CALLER_KEYS"])
@pytest.mark.parametrize("value", [None, "", "k1=short", "nonsense"])
def test_wrong_settings_are_named_and_never_shown(
    environment: pytest.MonkeyPatch, name: str, value: str | None
) -> None:
    if value is None:
        environment.delenv(name)
    elif name.endswith("_KEYS"):
        environment.setenv(name, value)
    else:
        return
    with pytest.raises(SettingsError) as caught:
        read_settings(SERVICE.settings)
    assert name.removeprefix("OUCHI_") in str(caught.value)
    assert "short" not in str(caught.value)


def test_every_route_of_ours_states_its_token() -> None:
    document = openapi_document(SERVICE)
    ours = {
        (method, path): operation["security"]
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith("/internal/")
    }
    assert ours == {
        ("put", "/internal/v1/documents/{id}"): [{"put_token": []}],
        ("get", "/internal/v1/documents/{id}/renditions/{rendition}"): [{"read_token": []}],
        ("post", "/internal/v1/documents/{id}/masks"): [{"mask_token": []}],
        ("delete", "/internal/v1/documents/{id}"): [{"delete_token": []}],
    }


async def test_there_is_nothing_else_to_reach(house: House) -> None:
    for path in ("/", "/documents", "/internal/v1/documents", "/static/documents/x", "/internal/v1/x"):
        assert (await house.client.get(path)).status == 404
    assert (await house.client.get("/livez")).status == 200
