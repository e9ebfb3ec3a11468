"""Workspaces become shared artifacts when all jobs are known: who hands on what, to whom, and how.

A step has one shared artifact, named after its job, with all that it hands on; a step that attaches the workspace
downloads those of the jobs before it, and no others (`migrate.lower.workspaces.downloads`).
"""

from collections.abc import Sequence

from migrate.bitbucket.model import Upload
from migrate.circleci.plan import Job
from migrate.lower.draft import Draft, Run, StepDraft
from migrate.lower.missing import failing
from migrate.lower.plan.starting import Selected
from migrate.lower.workspaces import commands, notes
from migrate.lower.workspaces.layers import ARCHIVES, Layer, Use, is_packed
from migrate.lower.workspaces.names import artifact_names
from migrate.lower.workspaces.paths import globs, parts
from migrate.lower.workspaces.upstream import may_be_missing, upstream

_CAPTURED = {"on_success": "success", "on_fail": "failed"}


def hand_on(draft: Draft, starts: Sequence[Selected]) -> None:
    """Give every step its shared artifact, and put commands where archives are packed and unpacked."""
    attaching = {name for name, step in draft.steps.items() if step.attached}
    persisting = {job.id for job in draft.jobs.values() if _persists(job, draft)}
    draft.upstream = upstream(draft.jobs.values(), attaching, persisting)
    names = artifact_names(draft, starts)
    uses = _uses(draft)
    cut = {name: _cut(step) for name, step in draft.steps.items() if step.persisted}
    before = upstream(draft.jobs.values(), persisting, persisting)
    packed: dict[str, tuple[Layer, ...]] = {}
    for name, layers in cut.items():
        if uses.get(name):
            others = [layer for other in _beside(name, before, draft) for layer in cut.get(other, ())]
            packed[name] = _packed(layers, uses[name], others, names[name])
    for name in cut:
        if name in packed:
            _persist(draft.steps[name], packed[name], uses[name], names[name])
        else:
            for one in draft.steps[name].persisted:
                notes.unused(draft.steps[name], one)
            _put(draft.steps[name], [(one.mark, "") for one in draft.steps[name].persisted])
    for name in draft.upstream:
        _attach(draft.steps[name], packed, names, starts, draft)
    _note_elsewhere(draft, starts)


def _persists(job: Job, draft: Draft) -> bool:
    """Whether a job persists anything; of one that is left out its calls tell."""
    step = draft.steps.get(job.id)
    return bool(step.persisted) if step else any(call.step == "persist_to_workspace" for call in job.steps)


def _uses(draft: Draft) -> dict[str, list[Use]]:
    """For each job that persists, by id, the places that get its files."""
    found: dict[str, list[Use]] = {}
    for name, given in draft.upstream.items():
        for producer in given:
            step = draft.steps[name]
            found.setdefault(producer, []).extend(Use(step, attached) for attached in step.attached)
    return found


def _cut(step: StepDraft) -> tuple[Layer, ...]:
    found = [(one, part) for one in step.persisted for part in parts(one.root, one.paths, step)]
    return tuple(Layer(step, one, part, number) for number, (one, part) in enumerate(found, 1))


def _beside(name: str, before: dict[str, tuple[str, ...]], draft: Draft) -> list[str]:
    """The jobs whose layers come to the same consumer, in an order that counts: of the same file the later one wins.

    Jobs that do not wait for each other cannot have the same file: CircleCI refuses to attach it.
    """
    found = {other for given in draft.upstream.values() if name in given for other in given}
    return sorted(other for other in found if other == name or name in before[other] or other in before[name])


def _packed(layers: tuple[Layer, ...], uses: list[Use], others: list[Layer], artifact: str) -> tuple[Layer, ...]:
    """The layers of a job, those with an archive that need one."""
    found = []
    for layer in layers:
        ending = "" if layer.number == 1 else f"-{layer.number}"
        rest = [other for other in others if other is not layer]
        archive = ARCHIVES.replace("*", f"{artifact}{ending}") if is_packed(layer, uses, rest) else ""
        found.append(layer._replace(archive=archive))
    return tuple(found)


def _persist(step: StepDraft, layers: tuple[Layer, ...], uses: list[Use], artifact: str) -> None:
    kept: dict[str, Upload] = {}
    texts: dict[int, list[str]] = {}
    for layer in layers:
        capture = _CAPTURED.get(layer.persisted.when, "always")
        found = [layer.archive] if layer.archive else [glob for place in layer.places for glob in globs(place)]
        upload = kept.get(capture) or Upload(f"{artifact}-{capture}" if kept else artifact, (), "shared", capture)
        kept[capture] = upload._replace(paths=tuple(dict.fromkeys((*upload.paths, *found))))
        if layer.archive:
            texts.setdefault(id(layer.persisted), []).append(commands.pack(layer))
        notes.persisted(layer, uses, upload.name)
    step.uploads += kept.values()
    for one in step.persisted:
        if not one.paths:
            notes.unused(step, one)
    _put(step, [(one.mark, "\n".join(texts.get(id(one), ()))) for one in step.persisted])


def _attach(
    step: StepDraft,
    packed: dict[str, tuple[Layer, ...]],
    names: dict[str, str],
    starts: Sequence[Selected],
    draft: Draft,
) -> None:
    """Put the commands that unpack where the workspace was attached; one fails if files are left out for good."""
    given = draft.upstream[step.job.id]
    gone = [job.name for job in draft.jobs.values() if job.id in given and job.id not in draft.steps]
    for attached in step.attached:
        if gone:
            notes.missing(step, attached, gone)
            _put(step, [(attached.mark, failing("attach_workspace"))])
            continue
        use, texts = Use(step, attached), []
        for producer in given:
            optional = may_be_missing(draft.steps[producer], step, starts, draft)
            archives = [layer for layer in packed[producer] if layer.archive]
            texts += [commands.unpack(layer, use, optional=optional) for layer in archives]
        notes.attached(step, attached, [names[producer] for producer in given])
        _put(step, [(attached.mark, "\n".join(commands.joined(texts)))])


def _note_elsewhere(draft: Draft, starts: Sequence[Selected]) -> None:
    """Say where the user's choices let a job run without one whose files it gets; filters do that in CircleCI, too."""
    chosen = {(one.section, one.pattern) for one in draft.choices.selections}
    for start in (one for one in starts if (one.section, one.pattern) in chosen):
        here = {job.id for job in start.jobs}
        for name in sorted(here & draft.upstream.keys()):
            absent = [one for one in draft.upstream[name] if one in draft.steps and one not in here]
            for attached in draft.steps[name].attached if absent else ():
                shown = [draft.steps[one].job.name for one in absent]
                notes.elsewhere(draft.steps[name], attached, shown, f"{start.section} {start.pattern}".strip())


def _put(step: StepDraft, texts: list[tuple[Run, str]]) -> None:
    """Put commands in the places of marks; a mark without one goes, and a name that it had is told of."""
    for mark, text in texts:
        run = [mark._replace(text=text)] if text else []
        step.script[:] = [new for item in step.script for new in (run if item is mark else [item])]
        step.after_script[:] = [new for item in step.after_script for new in (run if item is mark else [item])]
        if not text:
            notes.untitled(step, mark)


__all__ = ["hand_on"]
