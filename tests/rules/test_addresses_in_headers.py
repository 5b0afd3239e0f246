"""Addresses that stand in a header: none may be read as another one, and none that is in use is lost for that."""

import pytest

from rules.emails import rate_key, read_email


@pytest.mark.parametrize(
    "typed",
    [
        "=?utf-8?q?x=40evil.example=2C?=@example.jp",
        "=?UTF-8?B?eEBldmlsLmV4YW1wbGU=?=@example.jp",
        "＝？utf-8？q？x=40evil.example？＝@example.jp",
        "a=?us-ascii?q?=2C?=b@example.jp",
        "=?utf-8?q?x?=@docomo.ne.jp",
    ],
)
def test_an_address_that_a_mail_program_may_decode_is_refused(typed: str) -> None:
    assert read_email(typed)[:3] == ("", "", "email_invalid")


@pytest.mark.parametrize(
    "typed",
    ["a..b@docomo.ne.jp", ".a@ezweb.ne.jp", "a.@au.com", "a=b@example.jp", "a?b@example.jp", "a?=b@docomo.ne.jp"],
)
def test_odd_addresses_that_are_in_use_are_taken(typed: str) -> None:
    assert (read_email(typed)[0], read_email(typed)[2]) == (typed, None)


@pytest.mark.parametrize(
    ("match_key", "counted"),
    [
        ("taro+1@example.jp", "taro@example.jp"),
        ("taro+@example.jp", "taro@example.jp"),
        ("taro+a+b@example.jp", "taro@example.jp"),
        ("ta.ro@example.jp", "ta.ro@example.jp"),
        ("ta.ro+x@gmail.com", "taro@gmail.com"),
        ("ta.ro@googlemail.com", "taro@gmail.com"),
        ("+taro@example.jp", "+taro@example.jp"),
    ],
)
def test_one_mailbox_has_one_key_for_limits(match_key: str, counted: str) -> None:
    assert rate_key(match_key) == counted
