"""How many photographs may be on their way at one time: slow ones would else take the room of everybody's."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.errors import TooManyRequests
from chassis.web.addresses import Address, household
from chassis.web.languages import gettext
from services.intake.use_cases import limits
from services.intake.use_cases.context import Intake

#: The page sends one after another: more come from a second telephone, or from a family. Where the policy exempts an
#: address (the library's own network), it is left what does not take everybody's room.
OF_APPLICATION, OF_ADDRESS, OF_EXEMPT = 3, 6, 30
#: Seconds.
_RETRY_AFTER = 10


@contextmanager
def uploading(intake: Intake, application: object, address: Address) -> Iterator[None]:
    """While a photograph is on its way. Raises TooManyRequests where this application, or this caller, has too many."""
    of_address = OF_EXEMPT if limits.is_exempt(intake, address) else OF_ADDRESS
    with (
        _one(intake.uploading, f"application {application}", OF_APPLICATION),
        _one(intake.uploading, f"address {household(address)}", of_address),
    ):
        yield


@contextmanager
def _one(taken: Counter[str], who: str, most: int) -> Iterator[None]:
    if taken[who] >= most:
        said = gettext("ほかの写真を送っている途中です。少し待ってから、もう一度お試しください。")
        raise TooManyRequests(_RETRY_AFTER, said)
    taken[who] += 1
    try:
        yield
    finally:
        taken[who] -= 1
        if not taken[who]:
            del taken[who]
