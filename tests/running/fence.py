"""What a process and its children may do, held by the kernel: write below one folder, read programs, no network.

It is Linux's Landlock (landlock(7), from Linux 5.13). Where the kernel has none, `AVAILABLE` is false, and only
commands that the tests themselves wrote are run.
"""

import ctypes
import os
import resource
import struct
from collections.abc import Callable
from pathlib import Path

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION, _BENEATH, _NO_NEW_PRIVILEGES = 1, 1, 38
_EXECUTE, _WRITE, _READ, _LIST = 1, 2, 4, 8
_READING = _EXECUTE | _READ | _LIST
_ACCESSES = {1: 1 << 13, 2: 1 << 14, 3: 1 << 15, 4: 1 << 15}
"""One more than the highest bit for files, by version; from version 5 on it is `1 << 16`."""
_NETWORK, _SCOPES = 3, 3
_OF_NETWORK, _OF_SCOPES = 4, 6
"""The versions that brought them: no TCP; no signals and no abstract sockets to the outside."""
PROGRAMS = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/proc")
DEVICES = ("/dev/null", "/dev/zero", "/dev/fd")
_MEGABYTE = 1 << 20
_LIMITS = (
    (resource.RLIMIT_CPU, 5),
    (resource.RLIMIT_FSIZE, 8 * _MEGABYTE),
    (resource.RLIMIT_AS, 1024 * _MEGABYTE),
    (resource.RLIMIT_NOFILE, 256),
    (resource.RLIMIT_CORE, 0),
)

_libc = ctypes.CDLL(None, use_errno=True)


def _version() -> int:
    try:
        return int(_libc.syscall(_CREATE, None, 0, _VERSION))
    except (AttributeError, OSError):
        return -1


_VERSION_HERE = _version()
AVAILABLE = _VERSION_HERE >= _OF_NETWORK
"""Whether the kernel can keep strange commands inside a folder and off the network."""


def behind(folder: Path) -> Callable[[], None]:
    """What a new process calls first, so that it and its children stay in the folder and within limits."""

    def enter() -> None:
        for what, most in _LIMITS:
            resource.setrlimit(what, (most, most))
        if AVAILABLE:
            _enclose(folder)

    return enter


def _enclose(folder: Path) -> None:
    every = _ACCESSES.get(_VERSION_HERE, 1 << 16) - 1
    attributes = struct.pack("QQQ", every, _NETWORK, _SCOPES)
    size = 24 if _VERSION_HERE >= _OF_SCOPES else 16
    rules = _libc.syscall(_CREATE, attributes, size, 0)
    _allow(rules, str(folder), every)
    for path in PROGRAMS:
        _allow(rules, path, _READING)
    for path in DEVICES:
        _allow(rules, path, _READ | _WRITE)
    _libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if _libc.syscall(_RESTRICT, rules, 0) != 0:
        os._exit(126)
    os.close(rules)


def _allow(rules: int, path: str, accesses: int) -> None:
    """Allow accesses below a path; what is no folder takes only those that a file has."""
    if not os.path.exists(path):  # noqa: PTH110 - runs between fork and exec, where little should be done
        return
    beneath = os.open(path, os.O_PATH)
    if not os.path.isdir(path):  # noqa: PTH112 - as above
        accesses &= ~_LIST
    if _libc.syscall(_ADD, rules, _BENEATH, struct.pack("=Qi", accesses, beneath), 0) != 0:
        os._exit(126)
    os.close(beneath)
