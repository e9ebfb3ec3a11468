"""What a job persists is a layer; it is handed on as files, or packed into an archive where only that is the same.

Files of an artifact come back where they were, with mode 644, and as they are when the step ends (reference
bitbucket.md, section 3.4). An archive keeps modes, links and empty folders, is made where `persist_to_workspace` stood,
and is unpacked where `attach_workspace` stands, into any folder.
"""

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from migrate.lower.draft import Attached, Persisted, Run, StepDraft
from migrate.lower.workspaces.paths import Part, absolute, fixed, has_class, here, is_file, overlap, spelled
from migrate.shell import analyse

ARCHIVES = ".workspace-*.tar.gz"
"""What archives are called; they lie in the clone directory, where `*` does not find them."""
_PROGRAMS = frozenset({".bundle", ".venv", "bin", "env", "node_modules", "sbin", "vendor", "venv"})
"""Names of folders that hold programs, by custom of package managers."""
_SCRIPTS = frozenset({"bash", "bin", "exe", "jar", "js", "pl", "py", "rb", "run", "sh"})
"""Suffixes of files that may be run by their name."""
_STARTERS = frozenset({"command", "env", "exec", "nohup", "sudo", "time", "timeout", "xargs"})


class Layer(NamedTuple):
    """A part of what a step persists, and the `number` of it in its job; with an `archive` it goes packed."""

    step: StepDraft
    persisted: Persisted
    part: Part
    number: int
    archive: str = ""

    @property
    def places(self) -> tuple[str, ...]:
        """Its paths below the clone directory, if they lie there; "" is that itself."""
        base = here(self.part.base, self.step)
        if base is None:
            return ()
        return tuple(_joined(base, path) for path in self.part.paths)


class Use(NamedTuple):
    """A place where a step attaches the workspace."""

    step: StepDraft
    attached: Attached

    def base(self, layer: Layer) -> str:
        """The folder that a layer comes to in CircleCI, from `/` or `~`."""
        return absolute(posixpath.join(self.attached.at, layer.part.shift), self.step)

    def folder(self, layer: Layer) -> str:
        """What commands call that folder here."""
        return spelled(posixpath.join(self.attached.at, layer.part.shift), self.step)


def _joined(base: str, path: str) -> str:
    found = posixpath.normpath(posixpath.join(base, path))
    return "" if found == "." else found


def is_packed(layer: Layer, uses: Sequence[Use], others: Sequence[Layer]) -> bool:
    """Whether a layer has to be packed; `others` are those that somebody gets beside it."""
    base = here(layer.part.base, layer.step)
    if base is None or any(here(use.base(layer), use.step) != base for use in uses):
        return True
    if any(has_class(path) for path in layer.part.paths) or _changes_later(layer):
        return True
    if any(not place or not _PROGRAMS.isdisjoint(place.split("/")) for place in layer.places):
        return True
    if any(overlap(one, other) for rest in others for one in layer.places for other in rest.places):
        return True
    return any(_is_run(place, use.step) for use in uses for place in layer.places)


def may_lose_modes(layer: Layer) -> bool:
    """Whether a file of the layer may be one that is executed by its name."""
    return any(not is_file(path) or path.rpartition(".")[2] in _SCRIPTS for path in layer.part.paths)


def _changes_later(layer: Layer) -> bool:
    """Whether a command behind the step may change what it has persisted.

    One that runs after a failure cannot where only a success hands anything on.
    """
    late = layer.persisted.when == "on_success"
    behind, seen = False, False
    for item in (*layer.step.script, *layer.step.after_script):
        if item is layer.persisted.mark:
            seen = True
        elif seen and not (isinstance(item, Run) and (item.ours or (late and item.when == "on_fail"))):
            behind = True
    return behind


def _is_run(place: str, step: StepDraft) -> bool:
    """Whether a command of a step is a file below a place of the clone directory."""
    folder = fixed(place)
    for run in (*step.runs, *step.after_script):
        for target in _programs(run):
            within = step.inside(target)
            if within is not None and f"{within}/".startswith(f"{folder}/" if folder else ""):
                return True
    return False


def _programs(run: Run) -> Iterator[str]:
    """The paths by which a text calls programs, seen from where it runs."""
    if not run.text:
        return
    for words in analyse(run.text).calls:
        for place, word in enumerate(words):
            if "/" in word and all(before in _STARTERS or before[:1] == "-" for before in words[:place]):
                yield posixpath.join(run.directory, word)
