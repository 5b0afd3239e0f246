"""Whom notifier writes to about an application."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """`version` is that of the application that said so."""

    version: int
    email: str
    language: str
    #: Whether the person wants to be told before the card expires.
    expiry_notice: bool
