"""What start conditions cannot keep: workflows of their own, and a file that is read at a glance.

Bitbucket starts one pipeline for a push, and a pipeline ends where a step fails (reference bitbucket.md, sections 2.1
and 3.7); CircleCI runs all workflows of a push side by side. The style `triggers` keeps them apart.
"""

from collections.abc import Sequence

from migrate.circleci.plan import Plan
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Draft
from migrate.lower.plan.starting import Selected

_DOCS = (
    "https://circleci.com/docs/workflows/",
    "https://support.atlassian.com/bitbucket-cloud/docs/pipeline-start-conditions/",
)
WORKFLOWS_MERGED = declare(
    "workflows-merged",
    Fate.APPROXIMATED,
    "Workflows of one push share a pipeline",
    """Bitbucket's start conditions start one pipeline for a push.

    Where a step of one workflow fails, the steps of the others that come later do not start.

    If they shall not stop each other, choose '--style triggers': each workflow is then a pipeline of its own, which the
    push starts beside the others.""",
    *_DOCS,
)
MANY_STARTS = declare(
    "many-start-conditions",
    Fate.APPROXIMATED,
    "More start conditions than a person reads",
    """Bitbucket starts a pipeline by one glob, and the filters of the jobs cut the names into many parts.

    Each is needed, because it runs other jobs than the rest.

    With '--style triggers' there is one pipeline for each workflow, and the steps have conditions.""",
    *_DOCS,
)
MOST_STARTS = 12


def note_merged(plan: Plan, selected: Sequence[Selected], draft: Draft) -> None:
    """Say which workflows share a pipeline, and where; and whether there are too many pipelines."""
    found: dict[tuple[str, ...], list[str]] = {}
    pushed = [start for start in selected if start.section != "custom"]
    for start in pushed:
        names = tuple(dict.fromkeys(job.workflow for job in start.jobs if job.id in draft.steps and not job.added))
        if len(names) > 1:
            found.setdefault(names, []).append(f"{start.section} {start.pattern}".strip())
    spans = {workflow.name: workflow.span for workflow in plan.workflows}
    for names, where in found.items():
        listed = ", ".join(f"'{name}'" for name in names)
        said = f"{listed} run in one pipeline ({', '.join(where)}): a failure in one of them stops the others"
        draft.notes.add(WORKFLOWS_MERGED, (spans[names[0]],), f"workflows.{names[0]}", said)
    if len(pushed) > MOST_STARTS:
        workflows = dict.fromkeys(job.workflow for start in pushed for job in start.jobs)
        pipelines = f"{len(workflows)} pipeline{'s' * (len(workflows) > 1)}"
        said = f"there are {len(pushed)} start conditions; '--style triggers' would write {pipelines}"
        draft.notes.add(MANY_STARTS, (plan.workflows[0].span,), "workflows", said)
