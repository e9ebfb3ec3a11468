"""What is written: all files or none, and never over an existing one unless that is asked for."""

import contextlib
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath

from migrate.cli.exits import Misused, Refused


def below(folder: Path, path: str) -> Path:
    """The place of `path` in `folder`; a path that leads out of it is refused."""
    parts = PurePosixPath(path).parts
    outside = PurePosixPath(path).is_absolute() or ".." in parts or not parts
    if outside or "\\" in path or "\0" in path or PureWindowsPath(path).drive:
        said = f"circle2bb: error: the file '{path}' would lie outside of {folder.as_posix()}"
        raise Refused(said)
    return folder / path


def write(files: Mapping[Path, str], *, force: bool) -> None:
    """Write the files; if one cannot be written, everything is as it was before."""
    there = [path for path in files if os.path.lexists(path)]
    if there and not force:
        names = ", ".join(path.as_posix() for path in there)
        said = f"circle2bb: error: {names}: there already; --force overwrites"
        raise Misused(said)
    folders: list[Path] = []
    temporary: dict[Path, Path] = {}
    try:
        for path, text in files.items():
            place = Path(os.path.realpath(path))  # a link stays a link
            _make(place.parent, folders)
            temporary[place] = _beside(place, text)
        _replace(temporary)
    except OSError as error:
        _remove(temporary.values(), folders)
        name = Path(error.filename).as_posix() if isinstance(error.filename, str) else "a file"
        said = f"circle2bb: error: {name}: cannot be written: {error.strerror or error}; nothing was written"
        raise Misused(said) from error


def _make(folder: Path, made: list[Path]) -> None:
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir()
        made.append(place)


def _beside(place: Path, text: str) -> Path:
    """A new file in the same folder, so that renaming it is one step of the file system."""
    path = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    try:
        with path.open("xb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        if place.is_file():
            path.chmod(place.stat().st_mode)
    except OSError:
        _remove([path], [])
        raise
    return path


def _replace(temporary: Mapping[Path, Path]) -> None:
    """Rename all files to their names; if one cannot be renamed, put back what the others replaced."""
    before: dict[Path, bytes | None] = {}
    try:
        for place, path in temporary.items():
            old = place.read_bytes() if place.is_file() else None
            path.replace(place)
            before[place] = old
    except OSError:
        for place, old in before.items():
            if old is None:
                _remove([place], [])
            else:
                place.write_bytes(old)
        raise


def _remove(files: Iterable[Path], folders: list[Path]) -> None:
    """Remove what was made; what is gone already, or in use by now, is left."""
    with contextlib.suppress(OSError):
        for path in files:
            path.unlink(missing_ok=True)
        for folder in reversed(folders):
            folder.rmdir()


__all__ = ["below", "write"]
