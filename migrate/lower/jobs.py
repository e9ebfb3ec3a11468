"""A job of the plan becomes a step: its keys first, then its calls, each by its own room."""

from migrate.bitbucket.model import Command, Image, Item, Step
from migrate.circleci.conditions import TRUE
from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, declare
from migrate.lower import history
from migrate.lower.conditional import lower_call
from migrate.lower.draft import Draft, StepDraft
from migrate.lower.missing import fail
from migrate.lower.neighbours import note_neighbours
from migrate.lower.plan.guards import FILTER_GUARD, FILTER_HELD, guard
from migrate.lower.registry import key_rooms
from migrate.lower.steps import checkout

RELEASE_JOB = declare(
    "release-job",
    Fate.ERROR,
    "A job that starts a release plan of CircleCI",
    """The plan lives in CircleCI, with its environments and validations.

    Its step fails on purpose.

    Write in its place what deploys the release; a Bitbucket deployment environment keeps the record of it.""",
    "https://circleci.com/docs/configuration-reference/#job-type",
    "https://support.atlassian.com/bitbucket-cloud/docs/set-up-and-monitor-deployments/",
)
NEEDS_BASH = declare(
    "needs-bash",
    Fate.MANUAL,
    "A step needs bash, and its image may have none",
    """The script asks for a name with '[[ ]]' or sets 'pipefail', which a plain sh may not know.

    Where the image has no bash, the step fails at its top.

    Install bash in the image, or take one that has it.""",
    "https://circleci.com/docs/configuration-reference/#default-shell-options",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Script",
)
_MACHINES = ("docker", "machine", "macos")
"""The keys that say where a job runs: they come first, because a job that is left out is silent about the rest."""
_PLAIN = "alpine:3.20"


def draft_job(job: Job, draft: Draft) -> StepDraft:
    """Lower one job's keys and calls into a draft of its step."""
    step = StepDraft(job, draft)
    if job.type == "release":
        _release(step)
    rooms = key_rooms()
    for mapping in (job.keys, job.invocation):
        for key in sorted(mapping.keys, key=lambda key: key not in _MACHINES):
            if key in rooms:
                value = draft.claims.take(mapping, key)
                if value is not None:
                    rooms[key](value, step)
    checkout.settle(step)
    for call in job.steps:
        lower_call(call, step)
    history.settle(step)
    return step


def _release(step: StepDraft) -> None:
    """Fail loudly in place of a release, which only CircleCI can start."""
    job = step.job
    plan = step.text("plan_name", job.keys, job.trail)
    validation = step.claims.take(job.keys, "validation")
    step.claims.whole(validation)
    validated = " and its 'validation'" if validation else ""
    said = f"'{job.name}' starts the release plan '{plan}' of CircleCI{validated}; the step fails until you replace it"
    step.note(RELEASE_JOB, job.trail, said)
    step.image = Image(_PLAIN)
    fail(f"the release plan {plan}", step, job.trail)


def finish(step: StepDraft, script: tuple[Item, ...], after: tuple[Item, ...]) -> Step:
    """The step that a draft has become, with its script and after-script."""
    job = step.job
    note_neighbours(step)
    bash = not step.lacks_bash
    watch = _guard(step, bash=bash)
    if not bash:
        _note_bash(step, script)
    changed = step.draft.changed.get(job.id, "")
    names = {name: title for name, title, _ in step.draft.choices.rename}
    shipped = job.defined.file.startswith("mappings/orbs/")  # by us: the user has no such file to look into
    place = job.trail[0] if shipped else job.defined
    where = f"added: mappings/additions/{job.added}.yml" if job.added else f"{place.file}:{place.line}"
    return Step(
        key=job.called,
        copies=job.copies,
        name=names.get(job.name, job.name),
        script=_filled((*_asking(watch, changed, job), *script)),
        after_script=after,
        image=step.image,
        size=step.size,
        runs_on=step.runs_on,
        clone=step.checked_out or bool(changed),
        depth="full" if changed else history.depth(step),
        arch=step.arch,
        ip_ranges=step.ip_ranges,
        concurrency=step.concurrency,
        oidc=step.oidc,
        deployment=step.deployment,
        manual=watch is None,
        changes=step.draft.paths.get(job.workflow, ()) if step.draft.choices.style == "classic" else (),
        services=tuple(step.services),
        caches=tuple(step.caches),
        artifacts=tuple(step.uploads),
        comment=where if job.added else f"{where}, job {job.key}",
        job=job.id,
    )


def _asking(watch: str | None, changed: str, job: Job) -> tuple[Command, ...]:
    """What stands before a script: the question for the name, and the one for the changed paths."""
    asks = "CircleCI's filter: for other names the step ends here, and well"
    name = Command(watch or "", title=asks, trail=job.trail)
    asks = "where none of these paths has changed the step ends here, and well"
    paths = Command(changed, "changed-paths", asks, job.trail)
    return tuple(one for one in (name, paths) if one.text)


def _guard(step: StepDraft, *, bash: bool) -> str | None:
    """What the script asks at its top; None if the step has to be held because no script can ask it."""
    job, started = step.job, step.draft.started
    if any(job.name == name for one in step.draft.choices.selections for name, _ in one.jobs):
        return ""  # the choices say where it runs
    wanted = started.asked.get(job.id, {})
    watch = None if job.id in started.held else guard(wanted, alone=started.alone(job.id), bash=bash)
    if watch is None:
        step.note(FILTER_HELD, job.trail, f"'{job.name}' is started by hand: its filter cannot be asked in a script")
    elif watch:
        step.note(FILTER_GUARD, job.trail, f"'{job.name}' asks in its script whether its filter admits the name")
    return watch


def _filled(script: tuple[Item, ...]) -> tuple[Item, ...]:
    """The script; a job that only checks out has nothing to run, and a script must have an item."""
    return script or (Command('echo "nothing to run"'),)


def _note_bash(step: StepDraft, script: tuple[Item, ...]) -> None:
    texts = [item.text for item in script if isinstance(item, Command)]
    asks = any("pipefail" in text for text in texts) or any(call.condition != TRUE for call in step.job.steps)
    if step.image and asks:
        step.note(NEEDS_BASH, step.job.trail, f"see that '{step.image.name}' has bash, or take another image")
