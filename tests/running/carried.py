"""What CircleCI carries from job to job: workspaces and caches (reference circleci.md, sections 4.5 and 4.6)."""

import fnmatch
import hashlib
import os
import re
from collections.abc import Iterable
from pathlib import Path

from migrate.circleci.plan import Call, Job
from migrate.yamlio.nodes import Node, Scalar, Sequence
from tests.running.circleci_job import CircleCI, find

File = tuple[bytes, int]
"""A file's content and its mode."""
_TEMPLATE = re.compile(r"\{\{\s*(?P<word>[.\w]+)(?:\s+\"(?P<file>[^\"]*)\")?\s*\}\}")


def read(path: Path) -> dict[str, File]:
    """A file, or the files below a folder, by their paths from there."""
    if path.is_file():
        return {"": (path.read_bytes(), path.stat().st_mode & 0o777)}
    found = (one for one in sorted(path.rglob("*")) if one.is_file())
    return {one.relative_to(path).as_posix(): (one.read_bytes(), one.stat().st_mode & 0o777) for one in found}


def write(path: Path, files: dict[str, File]) -> None:
    """Lay files down below a path."""
    for name, (content, mode) in files.items():
        target = path / name if name else path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        target.chmod(mode)


class Carried:
    """The layers of a workflow's workspace, and the caches of the project."""

    def __init__(self) -> None:
        """Nothing has been carried yet."""
        self.layers: dict[str, list[dict[str, File]]] = {}
        self.caches: dict[str, dict[str, dict[str, File]]] = {}

    def step(self, call: Call, side: CircleCI, upstream: Iterable[str]) -> None:
        """Do what a step does with files of other jobs."""
        match call.step:
            case "persist_to_workspace":
                self._persist(call, side)
            case "attach_workspace":
                at = side.place.path(side.text(find(call.body, "at")), side.project)
                for job in upstream:
                    for layer in self.layers.get(job, ()):
                        write(at, layer)
            case "save_cache":
                key = self._key(side.text(find(call.body, "key")), side)
                paths = _texts(find(call.body, "paths"), side)
                self.caches.setdefault(key, {p: read(side.place.path(p, side.project)) for p in paths})
            case "restore_cache":
                keys = _texts(find(call.body, "key"), side) + _texts(find(call.body, "keys"), side)
                self._restore([self._key(key, side) for key in keys], side)

    def _persist(self, call: Call, side: CircleCI) -> None:
        root = side.place.path(side.text(find(call.body, "root")), side.project)
        files = read(root)
        patterns = [os.path.normpath(one) for one in _texts(find(call.body, "paths"), side)]
        kept = {name: file for name, file in files.items() if any(_matched(name, one) for one in patterns)}
        self.layers.setdefault(side.job.name, []).append(kept)

    def _restore(self, keys: list[str], side: CircleCI) -> None:
        for key in keys:
            found = [saved for saved in self.caches if saved.startswith(key)]
            if found:
                for path, files in self.caches[found[-1]].items():
                    write(side.place.path(path, side.project), files)
                return

    @staticmethod
    def _key(text: str, side: CircleCI) -> str:
        def value(found: re.Match[str]) -> str:
            match found["word"]:
                case "checksum":
                    return hashlib.sha256((side.project / found["file"]).read_bytes()).hexdigest()
                case ".Branch":
                    return side.event.branch
                case ".Revision":
                    return side.environment["CIRCLE_SHA1"]
                case "arch":
                    return "linux-amd64"
                case word if word.startswith(".Environment."):
                    return side.environment.get(word.removeprefix(".Environment."), "")
            return "1"

        return _TEMPLATE.sub(value, text)


def upstream(job: Job, jobs: Iterable[Job]) -> list[str]:
    """The jobs that a job waits for, itself or through others, in the order of the workflow."""
    by_name = {one.name: one for one in jobs}
    found: set[str] = set()
    waiting = [job.name]
    while waiting:
        fresh = {one.job for one in by_name[waiting.pop()].requires} - found
        found |= fresh
        waiting += fresh
    return [name for name in by_name if name in found]


def _matched(name: str, pattern: str) -> bool:
    """Go's filepath.Match, on the path or on a folder above it; `*` stops at a slash."""
    parts, wanted = name.split("/"), pattern.split("/")
    if pattern == ".":
        return True
    return len(parts) >= len(wanted) and all(
        fnmatch.fnmatchcase(part, one) for part, one in zip(parts, wanted, strict=False)
    )


def _texts(node: Node | None, side: CircleCI) -> list[str]:
    if isinstance(node, Sequence):
        return [side.text(item) for item in node.items]
    return [side.text(node)] if isinstance(node, Scalar) else []
