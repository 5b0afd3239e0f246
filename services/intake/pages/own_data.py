"""What is kept about the applicant: to read, and to take along."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from aiohttp import web

from chassis.web.languages import gettext
from rules.policy import find
from services.intake.model.standing import images_go_on
from services.intake.pages import fields, mails, photos, words
from services.intake.pages.fields import Row
from services.intake.pages.frame import application_id, moment, show
from services.intake.use_cases import Intake, get_application
from services.intake.use_cases.export import everything_of

FILE = "library-application.json"


async def get_own_data(intake: Intake, request: web.Request) -> web.Response:
    """In words."""
    held = await everything_of(intake, application_id(request))
    view = await get_application(intake, application_id(request))
    application = view.application
    applicant = application.applicant
    values = {
        "application": application,
        "facts": _facts(intake, held["application"]),
        "rows": [
            Row(row.key, row.value, None, row.changed_from, row.lang)
            for field in fields.TYPED
            if field in applicant.values
            for row in [fields.row(intake.policy, field, applicant.values[field], intake.today, "")]
        ],
        "photos": photos.shown(intake.policy, view.documents),
        "delete_on": images_go_on(intake.policy, intake.zone, application),
        "timeline": [
            (entry.at, gettext(words.told(entry.what, view.application.applicant.kind))) for entry in view.timeline
        ],
        "amendments": [
            (each["at"], "、".join(fields.label(field) for field in each["changed"])) for each in held["amendments"]
        ],
        "mails": mails.sent(view),
        "sessions": [each["signed_in_at"] for each in held["sessions"]],
        "links": [each["created_at"] for each in (*held["proofs"], *held["password_resets"])],
        "registration": view.registration,
    }
    return show(intake, request, "own_data.html", values)


async def get_file(intake: Intake, request: web.Request) -> web.Response:
    """The same as JSON, for other programs."""
    held = await everything_of(intake, application_id(request))
    text = json.dumps(held, ensure_ascii=False, indent=2, default=_plain)
    return web.Response(
        text=text,
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{FILE}"'},
    )


def _facts(intake: Intake, application: Mapping[str, Any]) -> list[Row]:
    language = find(intake.policy.languages, application["language"])
    proven_at = application["email_proven_at"]
    consent = {"moment": moment(application["consented_at"], intake.zone), "version": application["consent_version"]}
    facts = [
        (gettext("受付番号"), application["receipt_number"]),
        (gettext("受け付けた日時"), moment(application["received_at"], intake.zone)),
        (gettext("ことば"), language.name if language else application["language"]),
        (fields.label("expiry_notice"), fields.expiry_notice(application["expiry_notice"])),
        (gettext("入力した人"), fields.filled_by(application["filled_by"])),
        (gettext("同意"), gettext("%(moment)s（説明の版：%(version)s）") % consent),
        (gettext("メールアドレスの確認"), moment(proven_at, intake.zone) if proven_at else gettext("まだです")),
    ]
    return [Row(key, value) for key, value in facts]


def _plain(value: object) -> str:
    assert isinstance(value, date | datetime | UUID)
    return str(value) if isinstance(value, UUID) else value.isoformat()
