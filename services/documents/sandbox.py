"""The worker's cell: after `enter` a process can compute, and speak over the pipes that it has, and nothing else.

A file that takes a decoder over finds no file, no socket, no other process and no program to start: the kernel refuses
every system call but those listed below (seccomp, Linux 3.17), for all threads and for ever. An allow list, so that what
a newer kernel can do is refused too. Everything that decoding needs must be imported before.

Numbers: arch/x86/entry/syscalls/syscall_64.tbl, include/uapi/asm-generic/unistd.h; filter: linux/filter.h, linux/seccomp.h.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterator

_SET_NO_NEW_PRIVILEGES = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _ANY_BIT, _RETURN = 0x20, 0x15, 0x45, 0x06
#: Where `struct seccomp_data` holds them; of an argument the lower half, on these little-endian machines the first.
_NUMBER, _MACHINE, _ARGUMENT = 0, 4, (16, 24, 32)
_EXECUTABLE, _THREAD = 0x4, 0x10000

#: By machine: what the kernel calls it, and the numbers of the calls: without conditions, then those with one each.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        # read write close fstat poll lseek munmap brk rt_sigaction rt_sigprocmask rt_sigreturn readv writev sched_yield
        # mremap madvise nanosleep getpid exit gettimeofday getrlimit getrusage sigaltstack setrlimit gettid futex
        # sched_getaffinity restart_syscall clock_gettime clock_nanosleep exit_group set_robust_list getrandom membarrier rseq
        (
            *(0, 1, 3, 5, 7, 8, 11, 12, 13, 14, 15, 19, 20, 24, 25, 28, 35, 39, 60, 96, 97, 98, 131, 160, 186, 202),
            *(204, 219, 228, 230, 231, 273, 318, 324, 334),
        ),
        {"mmap": 9, "mprotect": 10, "clone": 56, "tgkill": 234, "prlimit64": 302, "seccomp": 317, "clone3": 435},
    ),
    "aarch64": (
        0xC00000B7,
        # close lseek read write readv writev ppoll fstat exit exit_group futex set_robust_list nanosleep clock_gettime
        # clock_nanosleep sched_getaffinity sched_yield restart_syscall sigaltstack rt_sigaction rt_sigprocmask rt_sigreturn
        # getrlimit setrlimit getrusage gettimeofday getpid gettid brk munmap mremap madvise getrandom membarrier rseq
        (
            *(57, 62, 63, 64, 65, 66, 73, 80, 93, 94, 98, 99, 101, 113, 115, 123, 124, 128, 132, 134, 135, 139),
            *(163, 164, 165, 169, 172, 178, 214, 215, 216, 233, 278, 283, 293),
        ),
        {"mmap": 222, "mprotect": 226, "clone": 220, "tgkill": 131, "prlimit64": 261, "seccomp": 277, "clone3": 435},
    ),
}


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def enter() -> str:
    """Give up all rights of this process. Returns nothing, or why the kernel does not allow it: then it has them still."""
    if platform.machine() not in _MACHINES:
        return f"unknown machine {platform.machine()}"
    machine, plain, checked = _MACHINES[platform.machine()]
    instructions = list(_filter(machine, plain, checked))
    code = ctypes.create_string_buffer(b"".join(instructions))
    program = _Program(len(instructions), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    # Else a program with more rights could be started under a filter that lies to it, and the kernel takes none.
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
        return f"no_new_privs: {errno.errorcode.get(ctypes.get_errno())}"
    if libc.syscall(checked["seccomp"], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)) != 0:
        return f"seccomp: {errno.errorcode.get(ctypes.get_errno())}"
    return ""


def _filter(machine: int, plain: tuple[int, ...], checked: dict[str, int]) -> Iterator[bytes]:
    refused = _REFUSE | errno.EPERM
    yield _step(_LOAD, _MACHINE)
    yield _step(_EQUAL, machine, 1, 0)
    yield _step(_RETURN, refused)
    yield _step(_LOAD, _NUMBER)
    for number in plain:
        yield from _when(number, [_step(_RETURN, _ALLOW)])
    # No new code.
    for name in ("mmap", "mprotect"):
        yield from _when(checked[name], _if_argument(2, _ANY_BIT, _EXECUTABLE, refused, _ALLOW))
    # Threads of this process. The C library then asks by `clone`, whose flags a filter can see.
    yield from _when(checked["clone"], _if_argument(0, _ANY_BIT, _THREAD, _ALLOW, refused))
    yield from _when(checked["clone3"], [_step(_RETURN, _REFUSE | errno.ENOSYS)])
    # Only itself: to end by abort(), and to limit its time.
    yield from _when(checked["tgkill"], _if_argument(0, _EQUAL, os.getpid(), _ALLOW, refused))
    yield from _when(checked["prlimit64"], _if_argument(0, _EQUAL, 0, _ALLOW, refused))
    yield _step(_RETURN, refused)


def _when(number: int, then: list[bytes]) -> Iterator[bytes]:
    yield _step(_EQUAL, number, 0, len(then))
    yield from then


def _if_argument(position: int, test: int, value: int, true: int, false: int) -> list[bytes]:
    return [
        _step(_LOAD, _ARGUMENT[position]),
        _step(test, value, 0, 1),
        _step(_RETURN, true),
        _step(_RETURN, false),
    ]


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction; the last two say how many to pass over."""
    return struct.pack("=HBBI", operation, if_true, if_false, value)
