"""What Bitbucket keeps of a step for later ones (reference bitbucket.md, sections 3.4 and 3.5)."""

import hashlib
import re
import shutil
from pathlib import Path
from typing import Any, NamedTuple

from tests.running.bitbucket_step import Bitbucket
from tests.running.carried import File, read, write

_PREDEFINED = {
    "composer": "~/.composer/cache",
    "gradle": "~/.gradle/caches",
    "maven": "~/.m2/repository",
    "node": "node_modules",
    "pip": "~/.cache/pip",
}
_WORDS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_MODE = 0o644
"""Files come back with this mode, whatever it was."""


class Artifact(NamedTuple):
    """Files of a step under a name; a scoped one is for people only."""

    name: str
    scoped: bool
    files: dict[str, File]


class Kept:
    """The artifacts of a pipeline, and the caches of the repository."""

    def __init__(self, doc: dict[str, Any]) -> None:
        """Nothing has been kept yet; the document's definitions say what the caches are."""
        self.definitions = (doc.get("definitions") or {}).get("caches") or {}
        self.artifacts: list[Artifact] = []
        self.caches: dict[str, dict[str, File]] = {}

    def lay_down(self, side: Bitbucket) -> None:
        """Put caches and artifacts where the step expects them, before its script."""
        for name in side.written.get("caches") or ():
            path = self._path(name, side)
            if files := self.caches.get(self._key(name, side)):
                shutil.rmtree(path, ignore_errors=True)
                write(path, files)
        wanted = _download(side.written)
        for artifact in self.artifacts:
            if not artifact.scoped and (wanted is True or (isinstance(wanted, list) and artifact.name in wanted)):
                write(side.clone, {name: (content, _MODE) for name, (content, _) in artifact.files.items()})

    def take_up(self, side: Bitbucket) -> None:
        """Keep what the step leaves: a cache after success only, and never over one of the same key."""
        if side.status == 0:
            for name in side.written.get("caches") or ():
                if files := read(self._path(name, side)):
                    self.caches.setdefault(self._key(name, side), files)
        for upload in _uploads(side.written):
            on = upload.get("capture-on", "success")
            if on == "always" or (on == "success") == (side.status == 0):
                patterns = [_pattern(one) for one in upload["paths"]]
                files = {n: f for n, f in read(side.clone).items() if any(p.fullmatch(n) for p in patterns)}
                self.artifacts.append(Artifact(upload["name"], upload.get("type") == "scoped", files))

    def _path(self, name: str, side: Bitbucket) -> Path:
        found = self.definitions.get(name, _PREDEFINED.get(name, name))
        return side.place.path(found["path"] if isinstance(found, dict) else found, side.clone)

    def _key(self, name: str, side: Bitbucket) -> str:
        found = self.definitions.get(name)
        patterns = [_pattern(one) for one in found["key"]["files"]] if isinstance(found, dict) else []
        digest = hashlib.sha256()
        for path, (content, _) in read(side.clone).items() if patterns else ():
            if any(pattern.fullmatch(path) for pattern in patterns):
                digest.update(content)
        return f"{name} {digest.hexdigest()}"


def _download(step: dict[str, Any]) -> Any:  # noqa: ANN401 - true, false or names, as PyYAML reads it
    artifacts = step.get("artifacts")
    return artifacts.get("download", True) if isinstance(artifacts, dict) else True


def _uploads(step: dict[str, Any]) -> list[dict[str, Any]]:
    """The uploads, a plain list of globs as one without a name."""
    artifacts = step.get("artifacts") or {}
    if isinstance(artifacts, list):
        return [{"name": "", "paths": artifacts}]
    plain = [{"name": "", "paths": artifacts["paths"]}] if "paths" in artifacts else []
    return [*plain, *artifacts.get("upload", ())]


def _pattern(glob: str) -> re.Pattern[str]:
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", glob)
    return re.compile("".join(_WORDS.get(part, re.escape(part)) for part in parts))
