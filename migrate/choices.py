"""The choices file `circle2bb.yml`: what the converter cannot know, read and checked."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from migrate.diagnostics import Fate, Span, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Entry, Node, Scalar
from migrate.yamlio.nodes import Mapping as Tree

UNKNOWN_CHOICE = declare(
    "unknown-choice",
    Fate.ERROR,
    "The choices file has a key or value that does not exist",
    """The key or the value is none that a choices file may have.

    Nothing was converted, because a choice with a typing error is no choice.

    The message lists what is legal; write one of these.""",
)

VALUES = {
    "feature-branches": ("push", "pull-requests", "both"),
    "changed-paths": ("condition", "script"),
    "style": ("classic", "triggers"),
    "layout": ("flat", "nested"),
    "sizes": ("drop", "map"),
    "parallelism": ("drop", "keep"),
    "pipes": ("orbs", "prefer"),
    "unsupported-executors": ("drop", "self-hosted"),
}
"""The keys with one of a few values; the first is the default."""
WHAT = {
    "feature-branches": """what starts the pipelines of branches that no filter spells out; others are built when they
    are pushed""",
    "sizes": "resource classes become step sizes with as much memory",
    "unsupported-executors": "jobs on Macs, Windows and GPUs go to runners of your own",
    "jobs": "what a start condition runs, where CircleCI ran something else; an empty list is nothing",
    "rename": "what steps are called",
    "images": "what stands for an image of the config, by its whole name; others are kept",
    "add": "additions, with `requires`, `filters` and their parameters",
    "layout": "groups of steps in one list, or independent chains as child pipelines",
    "durations": "how long jobs take, so that the shortest order is found; without it all take the same",
    "style": """start conditions by branch and tag; or a pipeline for each workflow, which events start side by
    side""",
    "changed-paths": """who asks whether paths have changed: Bitbucket, of the last commit, or the script, of all since
    the base branch""",
    "parallelism": """a job that ran on several machines is one step that runs all tests, or a step for each
    machine""",
    "pipes": """pipes stand for orbs and additions only, or also for commands that a pipe does the same as, such as
    `aws s3 sync`""",
}
"""What each key does. The README's table and the file that `circle2bb init` writes say it in these words."""
_KEYS = tuple(WHAT)
_MINUTES = re.compile(r"[0-9]{1,5}(\.[0-9]{1,3})?")
_SECTIONS = ("branches", "default", "pull-requests", "tags")


class Selection(NamedTuple):
    """The jobs that the user wants for a start condition; none means that nothing runs there."""

    section: str
    pattern: str
    jobs: tuple[tuple[str, Span], ...]
    span: Span


class Choices(NamedTuple):
    """What the user decided. `add` are the entries of additions, as in a workflow's `jobs:`.

    `pipes` says where pipes are written: for orbs and additions, or also for commands to which they come to the same.
    `images` are what stands for an image of the config; `durations` are how many seconds jobs take, by name; they are
    written in minutes.
    """

    feature_branches: str = "push"
    changed_paths: str = "condition"
    style: str = "classic"
    layout: str = "flat"
    sizes: str = "drop"
    parallelism: str = "drop"
    pipes: str = "orbs"
    unsupported_executors: str = "drop"
    selections: tuple[Selection, ...] = ()
    rename: tuple[tuple[str, str, Span], ...] = ()
    images: tuple[tuple[str, str, Span], ...] = ()
    durations: tuple[tuple[str, int, Span], ...] = ()
    add: tuple[Entry, ...] = ()

    def adding(self, names: tuple[str, ...]) -> "Choices":
        """The same choices with additions by name, as `--add` gives them."""
        span = Span("--add", 1, 1)
        entries = [Entry(Scalar(name, "str", span), Tree((), span)) for name in names]
        return self._replace(add=(*self.add, *entries))

    def about(self, names: Mapping[str, tuple[str, ...]]) -> "Choices":
        """The same choices where some jobs are several jobs each, with numbers behind their names."""
        chosen = [
            one._replace(jobs=tuple((each, span) for name, span in one.jobs for each in names.get(name, (name,))))
            for one in self.selections
        ]
        renamed = [
            (each, each.replace(name, title, 1) if name in names else title, span)
            for name, title, span in self.rename
            for each in names.get(name, (name,))
        ]
        took = [(each, time, span) for name, time, span in self.durations for each in names.get(name, (name,))]
        return self._replace(selections=tuple(chosen), rename=tuple(renamed), durations=tuple(took))


NO_CHOICES = Choices()
"""What holds where nobody decided anything."""


def read(root: Node | None, claims: Claims) -> Choices:
    """Read the choices; what is not legal is refused, with what is legal."""
    if root is None or (isinstance(root, Scalar) and root.kind == "null"):
        return Choices()
    if not isinstance(root, Tree):
        _refuse(claims, root.span, "choices", f"the choices are a mapping; this is {root.described}")
        return Choices()
    found: dict[str, str] = {}
    for entry in root.entries:
        name, value = entry.key.text, entry.value
        if name in VALUES:
            text = claims.text(value, name, (entry.key.span,))
            if text in VALUES[name]:
                found[name.replace("-", "_")] = text
            else:
                legal = ", ".join(VALUES[name])
                _refuse(claims, value.span, name, f"'{name}' is one of {legal}; this is '{text}'")
        elif name not in _KEYS:
            legal = ", ".join(sorted(_KEYS))
            _refuse(claims, entry.key.span, name, f"unknown key '{name}'; the keys are {legal}")
    return Choices()._replace(
        **found,
        selections=_selections(claims.take(root, "jobs"), claims),
        rename=_texts(claims.take(root, "rename"), "rename", claims),
        images=_texts(claims.take(root, "images"), "images", claims),
        durations=_durations(claims.take(root, "durations"), claims),
        add=tuple(_additions(claims.take(root, "add"), claims)),
    )


def _selections(node: Node | None, claims: Claims) -> tuple[Selection, ...]:
    found: list[Selection] = []
    for section in claims.each(node):
        if section.key.text not in _SECTIONS:
            said = f"'jobs' has no '{section.key.text}'; it has {', '.join(_SECTIONS)}"
            _refuse(claims, section.key.span, "jobs", said)
            continue
        single = section.key.text == "default"
        starts = [Entry(Scalar("", "str", section.key.span), section.value)] if single else claims.each(section.value)
        for start in starts:
            jobs = tuple((claims.text(item, "jobs", (item.span,)), item.span) for item in claims.items(start.value))
            found.append(Selection(section.key.text, start.key.text, jobs, start.key.span))
    return tuple(found)


def _texts(node: Node | None, name: str, claims: Claims) -> tuple[tuple[str, str, Span], ...]:
    return tuple(
        (one.key.text, claims.text(one.value, name, (one.key.span,)), one.key.span) for one in claims.each(node)
    )


def _durations(node: Node | None, claims: Claims) -> tuple[tuple[str, int, Span], ...]:
    found: list[tuple[str, int, Span]] = []
    for entry in claims.each(node):
        text = claims.text(entry.value, "durations", (entry.key.span,))
        if _MINUTES.fullmatch(text) and float(text) > 0:
            found.append((entry.key.text, max(1, round(float(text) * 60)), entry.key.span))
        else:
            said = f"'durations' has the minutes that a job takes, such as 5 or 0.5; '{entry.key.text}' has '{text}'"
            _refuse(claims, entry.value.span, "durations", said)
    return tuple(found)


def _additions(node: Node | None, claims: Claims) -> list[Entry]:
    found: list[Entry] = []
    for item in claims.items(node):
        if isinstance(item, Scalar):
            found.append(Entry(item, Tree((), item.span)))
        elif isinstance(item, Tree) and len(item.entries) == 1:
            found.extend(claims.each(item))
        else:
            _refuse(claims, item.span, "add", "an addition is a name, or a mapping with the name as its one key")
    return found


def _refuse(claims: Claims, span: Span, subject: str, said: str) -> None:
    claims.notes.refuse(UNKNOWN_CHOICE, (span,), subject, said)
