"""Grey levels in histograms."""

from collections.abc import Sequence


def quantile(histogram: Sequence[int], share: float) -> int:
    """The grey level below which this share of the pixels lies."""
    wanted, seen = share * sum(histogram), 0
    for level, count in enumerate(histogram):
        seen += count
        if seen >= wanted:
            return level
    return len(histogram) - 1


def mean(histogram: Sequence[int]) -> float:
    """The mean grey level."""
    return sum(level * count for level, count in enumerate(histogram)) / max(1, sum(histogram))
