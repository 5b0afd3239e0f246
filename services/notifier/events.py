"""What notifier says."""

from chassis.events import NewEvent
from services.notifier.model import Delivery


def notification_sent(delivery: Delivery) -> NewEvent:
    return NewEvent("notification.sent.v1", delivery.application_id, _told(delivery))


def notification_failed(delivery: Delivery, permanence: str) -> NewEvent:
    """`permanence`: permanent (it will not arrive) or temporary (it is late, and still tried)."""
    return NewEvent("notification.failed.v1", delivery.application_id, {**_told(delivery), "permanence": permanence})


def _told(delivery: Delivery) -> dict[str, str]:
    return {"template": delivery.template, "caused_by": str(delivery.caused_by)}
