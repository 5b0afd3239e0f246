"""Reasons for a correction or a rejection, from the policy's catalogue."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rules.policy import Policy


def reason_problem(policy: "Policy", code: str, item: str, decision: str) -> str | None:
    """Why this reason cannot be given: `reason_unknown`, `reason_retired`, `reason_not_for_decision`,
    `reason_not_for_item`; None when it can. `item` is `document:<id>`, `field:<name>` or `application`."""
    reason = policy.reason(code)
    if reason is None:
        return "reason_unknown"
    if reason.retired:
        return "reason_retired"
    if decision not in reason.decisions:
        return "reason_not_for_decision"
    if item not in reason.items and item.partition(":")[0] not in reason.items:
        return "reason_not_for_item"
    return None
