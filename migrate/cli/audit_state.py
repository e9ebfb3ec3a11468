"""What an audit has done so far, a line for each config: an audit that was interrupted goes on behind the last one."""

import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from migrate.audit.record import Record, from_plain

NAME = "audit-progress.jsonl"


class State:
    """The file with the records, and where in it each config's last one begins: no record stays in memory.

    `settings` is the digest of all that a record depends on besides its config.
    """

    def __init__(self, folder: Path, settings: str, *, fresh: bool = False) -> None:
        """Open the file in `folder`; `fresh` begins it anew."""
        self.path, self.settings = folder / NAME, settings
        if fresh:
            self.path.unlink(missing_ok=True)
        self._places: dict[str, tuple[int, str]] = {}
        self._file = self.path.open("a+b")
        self._file.seek(0)
        self._read()

    def _read(self) -> None:
        """Find the records; a line that was cut off is taken away."""
        place = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                os.truncate(self.path, place)
                break
            row = json.loads(line)
            if row["settings"] == self.settings:
                self._places[row["record"]["path"]] = place, row["record"]["sha256"]
            place += len(line)

    def has(self, path: str, sha256: str) -> bool:
        """Whether there is a record of this very config."""
        return self._places.get(path, (0, ""))[1] == sha256

    def get(self, path: str) -> Record:
        """The record of a config."""
        self._file.seek(self._places[path][0])
        return from_plain(json.loads(self._file.readline())["record"])

    def add(self, record: Record) -> None:
        """Keep a record; it is on the disk when this returns."""
        place = self._file.seek(0, os.SEEK_END)
        row = {"settings": self.settings, "record": record.plain()}
        self._file.write(json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
        self._file.flush()
        self._places[record.path] = place, record.sha256

    def __enter__(self) -> Self:
        """Use the file."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file."""
        self._file.close()


__all__ = ["NAME", "State"]
