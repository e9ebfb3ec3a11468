"""The driver: read, expand, lower, write."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from migrate.bitbucket.model import Pipelines
from migrate.bitbucket.tree import layout as lay_out
from migrate.catalog import Catalog
from migrate.choices import NO_CHOICES, Choices
from migrate.choices import read as read_choices
from migrate.circleci import config as circleci
from migrate.circleci.expand import expand
from migrate.circleci.plan import Plan
from migrate.diagnostics import Fate, Note, Notes, declare
from migrate.lower import Lowered, lower
from migrate.lower.draft import Draft, NeededVariable, ScaffoldFile
from migrate.lower.plan.additions import STEPS
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Node
from migrate.yamlio.read import read
from migrate.yamlio.write import write

UNREAD_KEY = declare(
    "unread-key",
    Fate.DROPPED,
    "A key that the converter does not know",
    """Nothing was done with this key and what is below it. If it matters, write by hand what it meant; please tell us
    too.""",
    "https://circleci.com/docs/configuration-reference/",
)


class Source(NamedTuple):
    """A text and the name that messages show for it."""

    path: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()


class Outcome(NamedTuple):
    """What a conversion gives: the file's text (None if the config was refused) and everything said about it.

    `plan` is the plan as it was lowered, `before` as the source has it, without what the user added.
    """

    text: str | None
    notes: tuple[Note, ...]
    source: Source
    plan: Plan = Plan()
    pipelines: Pipelines = Pipelines()
    variables: tuple[NeededVariable, ...] = ()
    contexts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    scaffold: tuple[ScaffoldFile, ...] = ()
    choices: Choices = NO_CHOICES
    repository: frozenset[str] = frozenset()
    before: Plan = Plan()


def convert(
    source: Source,
    choices: Source | None = None,
    *,
    add: tuple[str, ...] = (),
    catalog: Catalog | None = None,
    has_file: Callable[[str], bool] = lambda _: False,
    style: str = "",
    layout: str = "",
) -> Outcome:
    """Convert a CircleCI config.

    `choices` is the text of a choices file, `add` are additions by name, `catalog` holds the mappings, and
    `has_file` tells whether the repository has a file; `style` and `layout` win over the choices. Nothing is
    read or written but the arguments; what the user wrote wrongly comes back as notes, and `text` is None if
    CircleCI would refuse the config.
    """
    notes = Notes()
    claims = Claims(notes)
    decided = _choices(choices, claims, notes).adding(add)
    decided = decided._replace(style=style or decided.style, layout=layout or decided.layout)
    root = read(source.text, source.path, notes)
    loaded = circleci.load(root, claims, lambda _: None) if root is not None and not notes.refused else None
    if root is None or loaded is None:
        return Outcome(None, tuple(notes), source)
    plan = expand(loaded, claims, STEPS)
    draft = Draft(catalog or Catalog(), decided, claims, notes, has_file)
    lowered = lower(plan, draft) if not notes.refused else None
    if lowered is None or notes.refused:
        return Outcome(None, tuple(notes), source, plan)
    _note_unread(root, claims, notes)
    return _outcome(source, plan, lowered, draft)


def _choices(choices: Source | None, claims: Claims, notes: Notes) -> Choices:
    return read_choices(read(choices.text, choices.path, notes), claims) if choices else NO_CHOICES


def _outcome(source: Source, plan: Plan, lowered: Lowered, draft: Draft) -> Outcome:
    header = (f"Converted from {source.path} by circle2bb; migration-report.md says what changed and why.",)
    return Outcome(
        write(lay_out(lowered.pipelines), header),
        tuple(draft.notes),
        source,
        lowered.plan,
        lowered.pipelines,
        lowered.variables,
        tuple((name, tuple(jobs)) for name, jobs in draft.contexts.items()),
        tuple(draft.scaffold.values()),
        draft.choices,
        frozenset(name for name in ("setup.py", "pyproject.toml", "Dockerfile") if draft.has_file(name)),
        plan,
    )


def _note_unread(root: Node, claims: Claims, notes: Notes) -> None:
    for place in claims.unclaimed(root):
        notes.add(UNREAD_KEY, (place.span,), place.path, f"'{place.path}' is not known; nothing was done with it")


__all__ = ["Outcome", "Source", "convert"]
