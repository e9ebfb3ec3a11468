"""The driver: read, expand, lower, write, verify."""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple

from migrate.bitbucket.model import Pipelines
from migrate.bitbucket.tree import layout as lay_out
from migrate.catalog import Catalog
from migrate.choices import NO_CHOICES, Choices
from migrate.choices import read as read_choices
from migrate.circleci import config as circleci
from migrate.circleci.config import Files
from migrate.circleci.expand import expand
from migrate.circleci.machines import apart
from migrate.circleci.orbs import Orbs, OrbSource
from migrate.circleci.plan import Plan
from migrate.diagnostics import Exhausted, Fate, Note, Notes, Span, declare
from migrate.lower import Lowered, lower
from migrate.lower.draft import Custom, Draft, NeededVariable, ScaffoldFile, Schedule
from migrate.lower.ordered import Ordered
from migrate.lower.plan.additions import REPLACED, STEPS
from migrate.lower.plan.copies import KEEP
from migrate.lower.plan.nesting import MOST_STEPS
from migrate.lower.secrets import hidden, masked
from migrate.verify import Verdict, tell, verify
from migrate.yamlio.build import TOO_DEEP
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Node
from migrate.yamlio.read import read
from migrate.yamlio.write import write

UNREAD_KEY = declare(
    "unread-key",
    Fate.DROPPED,
    "A key that the converter does not know",
    """No part of the converter asks for it.

    Nothing was done with this key and what is below it.

    If it matters, write by hand what it meant; please tell us too.""",
    "https://circleci.com/docs/configuration-reference/",
    "https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/",
)


NOT_CONTINUED = declare(
    "not-continued",
    Fate.ERROR,
    "A continuation was given for a config that has none",
    """Only a config with 'setup: true' goes on with another one.

    The other config was not read.

    Convert the other one by itself, or leave it out.""",
    "https://circleci.com/docs/dynamic-config/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
UNREFERENCED = declare(
    "unreferenced",
    Fate.DROPPED,
    "Something at the top of the config that nothing refers to",
    """CircleCI lets any key stand at the top, for anchors, and reads only its own.

    No alias refers to this one, so that it did nothing there either.

    If it has a typing error, mend it, and convert again.""",
    "https://circleci.com/docs/introduction-to-yaml-configurations/#anchors-and-aliases",
    "https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/",
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

    `plan` is the plan as it was lowered, `before` as the source has it, without what the user added; `files` are the
    files that were read besides the config; `order` tells what the order of each start condition costs, `customs`
    what starts which custom pipeline, `verdict` what runs on which event on both sides; `secrets` must not be shown.
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
    files: tuple[str, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    order: tuple[Ordered, ...] = ()
    customs: tuple[Custom, ...] = ()
    verdict: Verdict = Verdict()
    secrets: tuple[str, ...] = ()


def convert(
    source: Source,
    choices: Source | None = None,
    *,
    add: tuple[str, ...] = (),
    catalog: Catalog | None = None,
    has_file: Callable[[str], bool] = lambda _: False,
    orbs: OrbSource = lambda _: None,
    files: Files = lambda _: None,
    continuation: Source | None = None,
    style: str = "",
    layout: str = "",
) -> Outcome:
    """Convert a CircleCI config.

    `choices` is the text of a choices file, `add` are additions by name, `catalog` holds the mappings, `has_file`
    tells whether the repository has a file, `orbs` gives the sources of orbs, `files` other files of the repository,
    and `continuation` is the config that a setup config goes on with; `style` and `layout` win over the choices.
    Nothing is read or written but the arguments; what the user wrote wrongly comes back as notes, and `text` is None
    if CircleCI would refuse the config.
    """
    notes = Notes()
    try:
        claims = Claims(notes)
        decided = _choices(choices, claims, notes).adding(add)
        decided = decided._replace(style=style or decided.style, layout=layout or decided.layout)
        draft = Draft(catalog or Catalog(), decided, claims, notes, has_file)
        return _converted(source, draft, Orbs(orbs, draft.catalog.orb), files, continuation)
    except Exhausted:
        return Outcome(None, tuple(notes), source)
    except RecursionError:
        said = "steps, conditions or values are nested too deeply to be followed; take them apart"
        notes.refuse(TOO_DEEP, (Span(source.path, 1, 1),), "config", said)
        return Outcome(None, tuple(notes), source)


def _converted(source: Source, draft: Draft, orbs: Orbs, files: Files, continuation: Source | None) -> Outcome:
    claims, notes = draft.claims, draft.notes
    root = read(source.text, source.path, notes)
    loaded = circleci.load(root, claims, orbs) if root is not None and not notes.refused else None
    if root is None or loaded is None:
        return Outcome(None, tuple(notes), source)
    plan = expand(loaded, claims, STEPS)
    roots: tuple[Node, ...] = (root,)
    read_too: tuple[str, ...] = ()
    if loaded.is_setup and not notes.refused:
        from migrate.circleci.continuation import Follower  # few configs are setup configs

        plan, others, read_too = Follower(claims, files, orbs, STEPS, continuation).follow(plan)
        roots = (root, *others)
    elif continuation:
        said = f"'{continuation.path}' was not read: the config is no setup config, so that nothing goes on after it"
        notes.add(NOT_CONTINUED, (root.span,), "setup", said)
    lowered = lower(plan, draft) if not notes.refused else None
    if lowered is None or notes.refused:
        return Outcome(None, masked(notes, draft.secrets), source, plan)
    for one in roots:
        _note_unread(one, claims, notes)
    return _outcome(source, plan, lowered, draft)._replace(files=read_too)


def _choices(choices: Source | None, claims: Claims, notes: Notes) -> Choices:
    return read_choices(read(choices.text, choices.path, notes), claims) if choices else NO_CHOICES


def _outcome(source: Source, plan: Plan, lowered: Lowered, draft: Draft) -> Outcome:
    header = (f"Converted from {source.path} by circle2bb; migration-report.md says what changed and why.",)
    text = write(lay_out(lowered.pipelines), header)
    plan = _machines(plan, draft)
    added = [job.name for job in lowered.plan.jobs if job.added]
    verdict = verify(plan, text, draft.notes, draft.choices, added, customs=draft.customs)
    tell(verdict, plan, draft.notes)
    return Outcome(
        text,
        masked(draft.notes, draft.secrets),
        source,
        lowered.plan,
        lowered.pipelines,
        lowered.variables,
        tuple((name, tuple(jobs)) for name, jobs in draft.contexts.items()),
        tuple(draft.scaffold.values()),
        draft.choices,
        frozenset(name for name in ("setup.py", "pyproject.toml", "Dockerfile") if draft.has_file(name)),
        plan,
        schedules=lowered.schedules,
        order=lowered.order,
        customs=tuple(draft.customs),
        verdict=verdict,
        secrets=hidden(draft.secrets),
    )


def _machines(plan: Plan, draft: Draft) -> Plan:
    """The plan as it is compared: with a job for each machine, where each is a step, but for jobs that are replaced."""
    if draft.choices.parallelism != KEEP:
        return plan
    return apart(plan, MOST_STEPS, frozenset(note.job for note in draft.notes if note.code is REPLACED))


def _note_unread(root: Node, claims: Claims, notes: Notes) -> None:
    for place in claims.unclaimed(root):
        top = re.split(r"[.\[]", place.path, maxsplit=1)[0]
        if top in circleci.TOP:
            said = f"'{place.path}' is not known; nothing was done with it"
            notes.add(UNREAD_KEY, (place.span,), place.path, said)
        else:
            said = f"CircleCI reads no '{top}' at the top, and nothing that it reads refers to '{place.path}'"
            notes.add(UNREFERENCED, (place.span,), place.path, said)


__all__ = ["Outcome", "Source", "convert"]
