"""The command that makes staff accounts."""

import asyncio
import base64
import sys

from services.review import use_cases
from tests.review.conftest import ADDRESS, LIBRARY, SEED, House


async def add_staff(house: House, *arguments: str, password: str, **changed: str) -> tuple[int | None, str]:
    environment = {
        "OUCHI_PORT": "0",
        "OUCHI_DATABASE_URL": house.database_url,
        "OUCHI_AMQP_URL": "amqp://127.0.0.1:1/",
        "OUCHI_SECRET_KEY": base64.b64encode(bytes(32)).decode(),
        "OUCHI_LIBRARY": str(LIBRARY),
        "OUCHI_DOCUMENTS_URL": "http://127.0.0.1:1",
        "OUCHI_DOCUMENTS_KEY": base64.b64encode(SEED).decode(),
    } | changed
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.review",
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={name: value for name, value in environment.items() if value},
        cwd=LIBRARY.parents[1],
    )
    out, err = await process.communicate(password.encode())
    return process.returncode, (out + err).decode()


async def test_the_command_makes_an_account_and_again_changes_nothing(house: House) -> None:
    for _ in range(2):
        assert await add_staff(house, "add-staff", "Jiro", password="jiro-no-aikotoba\n") == (0, "jiro (reviewer)\n")
    signed_in = await use_cases.sign_in(house.review, "jiro", "jiro-no-aikotoba", ADDRESS)
    assert (signed_in.staff.username, signed_in.staff.role) == ("jiro", "reviewer")


async def test_what_is_wrong_is_said_in_a_sentence(house: House) -> None:
    assert await add_staff(house, "add-staff", "jiro", password="x") == (
        1,
        "The account was not made: The password needs at least 12 characters.\n",
    )
    assert (await add_staff(house, "add-staff", password="x"))[0] == 1
    code, said = await add_staff(house, "add-staff", "jiro", password="x", OUCHI_DOCUMENTS_KEY="", OUCHI_LIBRARY="")
    assert code == 1
    assert ("OUCHI_LIBRARY" in said, "OUCHI_DOCUMENTS_KEY" in said, "Traceback" in said) == (True, True, False)
