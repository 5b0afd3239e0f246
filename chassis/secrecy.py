"""A process that holds keys shows its memory to nobody."""

import ctypes

_SET_DUMPABLE = 4


def conceal() -> None:
    """From now on no other process of the same user can read this one's environment or memory, or trace it; no core is
    dumped (prctl(2), PR_SET_DUMPABLE). The administrator still can."""
    ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)
