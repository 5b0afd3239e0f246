"""Who did what when: ids and codes, no personal data."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from chassis.connection import Connection
from chassis.ids import new_id

INSERT = """
INSERT INTO public.audit (id, at, staff_id, action, case_id, document_id, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)
"""


async def insert(
    conn: Connection,
    now: datetime,
    staff_id: UUID | None,
    action: str,
    case_id: UUID | None = None,
    document_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    await conn.execute(INSERT, new_id(), now, staff_id, action, case_id, document_id, dict(detail or {}))
