"""How many passwords may be tried, and how long after them the next one."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Patience:
    """`free` attempts without waiting; then `first_wait`, which doubles with each further one up to `longest_wait`.
    All of it is `forgotten` after so long without an attempt."""

    free: int
    first_wait: timedelta
    longest_wait: timedelta
    forgotten: timedelta


#: For one name from one address. Elsewhere the same name can be signed in with: nobody is locked out by strangers.
OF_NAME_AND_ADDRESS = Patience(10, timedelta(minutes=15), timedelta(hours=12), timedelta(hours=24))
#: For one address, whatever the names: many colleagues may share it, and a machine may try many names.
OF_ADDRESS = Patience(100, timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1))
