"""The cache of orbs: one file for each version that was ever fetched on this machine."""

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from migrate.circleci.orbs import Reference
from migrate.cli.exits import Refused

_OWN = "CIRCLE2BB_CACHE"


def digest(text: str) -> str:
    """What the lock file holds of a source."""
    return hashlib.sha256(text.encode()).hexdigest()


class Cache(NamedTuple):
    """A folder with a file `namespace/orb@version.yml` for each orb."""

    folder: Path

    def read(self, exact: Reference) -> str | None:
        """The source of an orb; None if it was never fetched."""
        try:
            return self._path(exact).read_bytes().decode("utf-8", "replace")
        except FileNotFoundError:
            return None
        except OSError as error:
            said = f"circle2bb: error: {self._path(exact).as_posix()}: cannot be read: {error.strerror or error}"
            raise Refused(said) from error

    def write(self, exact: Reference, text: str) -> None:
        """Keep a source."""
        replace(self._path(exact), text)

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """Let nobody else change a lock file meanwhile, where the system can do that."""
        if sys.platform == "win32":
            yield
            return
        import fcntl

        path = self.folder / ".guard"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            file = path.open("a")
        except OSError as error:
            raise _unwritable(path, error) from error
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)  # given back when the file is closed
            yield

    def _path(self, exact: Reference) -> Path:
        namespace, _, orb = exact.orb.partition("/")
        kind, colon, label = exact.version.partition(":")
        # A label may hold what a file name may not, and two labels must never be one file.
        version = f"{kind}-{digest(label)[:16]}" if colon else exact.version
        return self.folder / namespace / f"{orb}@{version}.yml"


def cache() -> Cache:
    """The cache of this user: CIRCLE2BB_CACHE, or as the XDG base directories say."""
    own, base = os.environ.get(_OWN), os.environ.get("XDG_CACHE_HOME", "")
    if own:
        return Cache(Path(own))
    # A relative XDG directory counts as none.
    return Cache((Path(base) if Path(base).is_absolute() else _home()) / "circle2bb" / "orbs")


def _home() -> Path:
    """Where caches are; who has no home, as in some containers, keeps them as long as temporary files live."""
    try:
        return Path.home() / ".cache"
    except RuntimeError:
        from tempfile import gettempdir

        return Path(gettempdir())


def replace(path: Path, text: str) -> None:
    """Write a file in one step of the file system, so that nobody ever reads half of it."""
    import tempfile  # half of what reading the cache would cost

    path = Path(os.path.realpath(path))  # a link stays a link
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.", suffix=".tmp")
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> Refused:
    return Refused(f"circle2bb: error: {path.as_posix()}: cannot be written: {error.strerror or error}")


__all__ = ["Cache", "cache", "digest", "replace"]
