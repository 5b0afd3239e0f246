"""Installing packages: asked for in one sentence where it is not allowed, and without starting servers where it is."""

from pathlib import Path

import pytest

from tools import packages
from tools.errors import Stopped


def test_without_a_way_to_become_root_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "administrator", lambda: None)
    with pytest.raises(Stopped) as said:
        packages.install(["postgresql", "rabbitmq-server"], "PostgreSQL and RabbitMQ")
    assert str(said.value) == (
        "Missing: PostgreSQL and RabbitMQ. Install first (on Debian, as root: "
        "apt-get install --no-install-recommends postgresql rabbitmq-server), then start again."
    )


def test_no_server_starts_while_packages_are_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    seen = _install(monkeypatch, policy)
    assert seen == [packages.FORBID, packages.FORBID]
    assert list(tmp_path.iterdir()) == []


def test_a_policy_that_was_there_is_there_again_afterwards(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 0\n")
    assert _install(monkeypatch, policy) == [packages.FORBID, packages.FORBID]
    assert policy.read_text() == "#!/bin/sh\nexit 0\n"


def test_a_failed_installation_leaves_no_policy_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "POLICY", tmp_path / "policy-rc.d")
    monkeypatch.setattr(packages, "administrator", lambda: [])
    monkeypatch.setattr(packages, "_apt", lambda *words: ["false"])
    with pytest.raises(Stopped, match="failed"):
        packages.install(["x"], "X", lambda text: None)
    assert list(tmp_path.iterdir()) == []


def _install(monkeypatch: pytest.MonkeyPatch, policy: Path) -> list[str]:
    """Run an installation in which apt-get is replaced; what the policy said at each call of it."""
    seen: list[str] = []

    def apt(*words: str) -> list[str]:
        seen.append(policy.read_text())
        return ["true"]

    monkeypatch.setattr(packages, "POLICY", policy)
    monkeypatch.setattr(packages, "administrator", lambda: [])
    monkeypatch.setattr(packages, "_apt", apt)
    packages.install(["x"], "X", lambda text: None)
    return seen
