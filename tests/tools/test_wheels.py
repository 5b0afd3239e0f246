"""What an image installs exists as wheels, and `make check` finds what does not, at once and without a network."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tools import wheels
from tools.places import ROOT


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The locked files in another place, which may be changed, as they were when they were asked about."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "Dockerfile", tmp_path)
    (tmp_path / wheels.RECORD).write_text(json.dumps(wheels.hashes(tmp_path)))
    return tmp_path


def test_the_locked_files_are_those_that_were_asked_about() -> None:
    assert wheels.recorded(ROOT) == wheels.hashes(ROOT), "make lock"


def test_what_was_asked_about_is_not_asked_again(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def ask(_root: Path, file: str) -> list[str]:
        asked.append(file)
        return []

    monkeypatch.setattr(wheels, "missing", ask)
    assert wheels.examine(copy, everything=False) == []
    assert asked == []
    with (copy / "requirements" / "review.txt").open("a") as file:
        file.write("\n")
    assert wheels.examine(copy, everything=False) == []
    assert asked == ["review.txt"]


def test_another_python_in_the_dockerfile_is_another_question(copy: Path) -> None:
    dockerfile = copy / "Dockerfile"
    dockerfile.write_text(dockerfile.read_text().replace("python:3.11", "python:3.12"))
    assert wheels.python_of_the_images(copy) == "3.12"
    assert set(wheels.hashes(copy).values()) & set(wheels.recorded(copy).values()) == set()


def test_a_package_that_exists_as_source_alone_is_named(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An index of our own that has one package, as source: no network is needed to learn that there is no wheel.
    index = tmp_path / "index"
    index.mkdir()
    source = index / "sourceonly-1.0.tar.gz"
    subprocess.run(["tar", "czf", source, "-C", ROOT, "Makefile"], check=True)
    hashed = subprocess.run(["sha256sum", source], check=True, capture_output=True, text=True).stdout.split()[0]
    (copy / "requirements" / "notifier.txt").write_text(f"sourceonly==1.0 --hash=sha256:{hashed}\n")
    monkeypatch.setenv("UV_FIND_LINKS", str(index))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_OFFLINE", "1")
    problems = wheels.examine(copy, everything=False)
    assert [problem.splitlines()[0] for problem in problems] == [
        f"requirements/notifier.txt, {platform}:" for platform in wheels.PLATFORMS
    ]
    assert all("sourceonly==1.0 has no usable wheels" in problem for problem in problems)


def test_the_check_of_what_was_asked_about_needs_no_network(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    assert wheels.examine(copy, everything=False) == []
    assert len(wheels.examine(copy, everything=True)) == len(wheels.PLATFORMS) * len(wheels.recorded(copy))


def test_a_lock_that_no_image_can_install_is_not_written_down(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (copy / wheels.RECORD).read_text()
    monkeypatch.setattr(wheels, "missing", lambda _root, file: [f"{file} has no wheels"])
    assert len(wheels.record(copy)) == len(json.loads(before))
    assert (copy / wheels.RECORD).read_text() == before
    monkeypatch.setattr(wheels, "missing", lambda _root, _file: [])
    assert wheels.record(copy) == []
