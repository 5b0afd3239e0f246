"""The card in the policy: its number, and how it comes into people's hands."""

from dataclasses import dataclass

from rules.policy_library import Texts


@dataclass(frozen=True)
class CardNumbers:
    """`source`: range (we count from `first` to `last`), typed (staff type it), library_system (it comes back).

    `older_numbers`: cards exist whose prefix and check digit are not these; only their length is checked.
    `start_stop` are the two Codabar letters, which the mod16 method includes.
    """

    source: str
    length: int
    prefix: str
    check_digit: str
    symbology: str
    first: int = 0
    last: int = 0
    older_numbers: bool = False
    start_stop: str = "AA"


@dataclass(frozen=True)
class CardHandover:
    """`screen_accepted`: the barcode on a telephone's screen is as good as the card; `screen_note` says what it is for."""

    how: Texts
    where: Texts
    bring: Texts
    screen_accepted: bool
    screen_note: Texts
