"""Whom notifier writes to about an application."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Contact:
    """`version` is that of the application that said so."""

    version: int
    email: str
    language: str
