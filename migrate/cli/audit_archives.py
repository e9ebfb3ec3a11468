"""Archives of repositories, unpacked as far as a conversion looks at them."""

import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

import click

ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")
_TEXTS = (".yml", ".yaml")
_DEEPEST = 4
"""How many folders deep other files are made, empty: whether a repository has them is asked, not what is in them."""
_LARGEST = 10_000_000


def unpack(archive: Path, scratch: Path) -> Path:
    """The folder in `scratch` with the YAML files of an archive, and with the names of others."""
    folder = scratch / f"{len(list(scratch.iterdir()))}"
    folder.mkdir()
    try:
        for name, file in _members(archive):
            _write(folder, name, file)
    except (OSError, tarfile.TarError, zipfile.BadZipFile, EOFError) as error:
        said = f"{archive.as_posix()}: this is no archive that can be read: {error}"
        raise click.UsageError(said) from error
    return folder


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes] | None]]:
    """The files of an archive, with what reads those that are read."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as packed:
            for info in packed.infolist():
                if not info.is_dir():
                    yield info.filename, packed.open(info) if info.filename.endswith(_TEXTS) else None
    else:
        with tarfile.open(archive) as unpacked:
            for member in unpacked:
                if member.isfile():
                    yield member.name, unpacked.extractfile(member) if member.name.endswith(_TEXTS) else None


def _write(folder: Path, name: str, file: IO[bytes] | None) -> None:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    outside = ".." in parts or PurePosixPath(name).is_absolute() or not parts
    if outside or (file is None and len(parts) > _DEEPEST):
        return  # what lies outside of the archive is none of its files
    place = folder.joinpath(*parts)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(file.read(_LARGEST + 1) if file else b"")


__all__ = ["ENDINGS", "unpack"]
