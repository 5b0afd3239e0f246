"""Starting: what is wrong is said in a sentence, all of it at once, and never with a value that is secret."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ["intake", "documents", "review", "notifier"]


def _start(service: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"services.{service}"],
        env={"PATH": os.environ["PATH"], **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("service", SERVICES)
def test_every_missing_setting_is_named_at_once(service: str) -> None:
    done = _start(service, {})
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    named = {line.partition(":")[0] for line in done.stderr.splitlines()}
    assert {"OUCHI_PORT", "OUCHI_DATABASE_URL", "OUCHI_AMQP_URL", "OUCHI_SECRET_KEY", "OUCHI_LIBRARY"} <= named


KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
ENVIRONMENT = {
    "OUCHI_PORT": "0",
    "OUCHI_DATABASE_URL": "postgresql://127.0.0.1:1/none",
    "OUCHI_AMQP_URL": "amqp://127.0.0.1:1/",
    "OUCHI_SECRET_KEY": KEY,
    "OUCHI_PUBLIC_URL": "http://127.0.0.1",
    "OUCHI_REVIEW_URL": "http://127.0.0.1",
    "OUCHI_SMTP_HOST": "127.0.0.1",
    "OUCHI_SMTP_PORT": "1",
}


def test_a_policy_with_mistakes_stops_the_start_with_every_mistake(tmp_path: Path) -> None:
    policy = tmp_path / "library.toml"
    policy.write_text('[library]\ncode = "x"\n[unknown]\n', encoding="utf-8")
    done = _start("notifier", {**ENVIRONMENT, "OUCHI_LIBRARY": str(policy)})
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert done.stderr.startswith("notifier cannot start. The library's policy has problems:\n- ")


def test_a_wrong_secret_is_named_and_not_shown() -> None:
    done = _start("notifier", {**ENVIRONMENT, "OUCHI_SECRET_KEY": "not-a-key", "OUCHI_LIBRARY": "x"})
    assert (done.returncode, "not-a-key" in done.stderr) == (1, False)
    assert "OUCHI_SECRET_KEY: not base64" in done.stderr
