"""What notifier says of mails to applicants; nobody needs to hear of those to staff."""

from uuid import UUID

from chassis.events import NewEvent
from services.notifier.model import Delivery, Returned


def notification_sent(application_id: UUID, delivery: Delivery) -> NewEvent:
    return NewEvent("notification.sent.v1", application_id, _told(delivery))


def notification_failed(application_id: UUID, delivery: Delivery | Returned, permanence: str) -> NewEvent:
    """`permanence`: permanent (it will not arrive) or temporary (it is late, and still tried)."""
    return NewEvent("notification.failed.v1", application_id, {**_told(delivery), "permanence": permanence})


def _told(delivery: Delivery | Returned) -> dict[str, str]:
    return {"template": delivery.template, "caused_by": str(delivery.caused_by)}
