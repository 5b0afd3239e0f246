import pytest

from rules.passwords import normalised, password_problems
from rules.policy import Policy


@pytest.mark.parametrize("password", ["kx83mq", "ねこがすきです", "correct horse battery staple", "P" + "a9" * 60])
def test_six_letters_and_digits_or_anything_longer_may_be_used(policy: Policy, password: str) -> None:
    assert password_problems(policy, password) == []


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("kx83m", "password_too_short"),
        ("", "password_too_short"),
        ("123456", "password_common"),
        ("PASSWORD", "password_common"),
        ("aaaaaa", "password_common"),
        ("fedcba", "password_common"),
        ("kumamoto", "password_common"),
        ("k9" * 65, "password_too_long"),
        ("x" * 1_000_000, "password_too_long"),
        ("abc\0def9", "password_ctrl"),
        ("abc\ud800def9", "password_ctrl"),
    ],
)
def test_each_problem_has_its_code(policy: Policy, password: str, problem: str) -> None:
    assert password_problems(policy, password) == [problem]


def test_the_same_password_from_two_devices_is_the_same() -> None:
    assert normalised("が") == normalised("か\u3099")
