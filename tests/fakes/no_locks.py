"""A machine whose drives know no locks, as Samba and NFS often do not: the kernel itself refuses every lock.

Run as `python -m tests.fakes.no_locks ARGUMENTS`: the command line of spotiflow where nothing can be locked.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# Numbers of the system calls fcntl and flock.
CALLS = {"x86_64": (72, 73), "aarch64": (25, 32)}
LOCKING = (6, 7, 37, 38)  # F_SETLK, F_SETLKW and the same for open file descriptions
_LOAD, _EQUALS, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


def refuse_locks(code: int = errno.ENOLCK) -> None:
    """Let every lock of this process and its children fail with `code`, from now on and for good."""
    fcntl_call, flock_call = CALLS[platform.machine()]
    # A jump counts the steps it leaves out; refusing is the last step, allowing the one before.
    last = 5 + len(LOCKING)
    program = [
        (_LOAD, 0, 0, 0),  # the number of the call
        (_EQUALS, last - 2, 0, flock_call),
        (_EQUALS, 0, last - 4, fcntl_call),
        (_LOAD, 0, 0, 24),  # what fcntl is asked to do
        *((_EQUALS, last - 5 - n, 0, command) for n, command in enumerate(LOCKING)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE | code),
    ]
    code_bytes = b"".join(struct.pack("HBBI", *step) for step in program)
    steps = ctypes.create_string_buffer(code_bytes)
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(steps))
    libc = ctypes.CDLL(None, use_errno=True)
    for words in (
        (_NO_NEW_PRIVILEGES, 1, 0, 0, 0),
        (_SECCOMP, _FILTER, ctypes.create_string_buffer(head), 0, 0),
    ):
        if libc.prctl(*words) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


if __name__ == "__main__":
    from spotiflow import cli

    refuse_locks()
    sys.argv[0] = "spotiflow"
    cli.main()
