"""The town that a postal code stands for, put into an address without losing what was typed."""

from collections.abc import Sequence


def with_town(address: str, town: str, towns: Sequence[str] = ()) -> str:
    """The address beginning with this town; another of the code's `towns` at its beginning is exchanged.

    What begins otherwise is left as it is, but for its overlap with the town: 大江6-1 → 熊本県熊本市中央区大江6-1.
    """
    typed = address.strip()
    if typed.startswith(town):
        return typed
    for other in sorted(towns, key=len, reverse=True):
        if typed.startswith(other):
            return town + typed[len(other) :]
    if not typed:
        return town
    overlap = next((size for size in range(len(typed), 0, -1) if town.endswith(typed[:size])), 0)
    return town + typed[overlap:] if overlap else typed
