"""A registration: a person's card, with a life of its own."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.review.model.candidates import Person


@dataclass(frozen=True)
class Registration:
    """`application_id` is the latest application that led here; `version` counts from 1."""

    id: UUID
    application_id: UUID
    version: int
    card_number: str
    name_raw: str
    name: str
    name_key: str
    kana: str | None
    kana_key: str | None
    birth_date: date
    postal_code: str
    address: str
    address_key: str
    phone: str
    phone_key: str
    email: str
    guardian_name: str | None
    category: str
    expires_on: date
    pickup_branch: str
    hold_contact: str
    status: str = "active"

    @property
    def person(self) -> Person:
        return Person(self.name_key, self.kana_key, self.birth_date, self.address_key, self.phone_key)
