"""A config becomes a Plan: after this there are no commands, executors or parameters any more.

Reference circleci.md, sections 1.7, 1.10 and 2.1.
"""

from dataclasses import dataclass

from migrate.circleci import filters, plan
from migrate.circleci.config import Config, Namespace, note_unused
from migrate.circleci.jobs import ExpandedJob, JobExpander
from migrate.circleci.plan import Job, Plan, Requirement, Workflow
from migrate.circleci.steps import NEVER_RUNS, Frame, StepExpander
from migrate.diagnostics import Fate, Span, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

UNKNOWN_JOB = declare(
    "unknown-job",
    Fate.ERROR,
    "A workflow runs a job that does not exist",
    "A workflow's jobs are jobs of the config, 'orb/job', or entries with 'type: approval'.",
    "https://circleci.com/docs/configuration-reference/#jobs-in-workflow",
)
NO_WORKFLOW = declare(
    "no-workflow",
    Fate.ERROR,
    "There is nothing to run",
    "A config without 'workflows' runs the job named 'build', and this one has none.",
    "https://circleci.com/docs/configuration-reference/#workflows",
)
_INVOCATION = ("context", "serial-group", "override-with", "matrix")
_STEP_KEYS = ("pre-steps", "post-steps")


def expand(config: Config, claims: Claims, extra_steps: tuple[str, ...] = ()) -> Plan:
    """Expand every workflow; what the user wrote wrongly becomes a note that refuses the config."""
    expander = Expander(config.namespace, claims, JobExpander(claims, StepExpander(claims, extra_steps)))
    if config.workflows:
        made = Plan(tuple(expander.workflow(entry) for entry in config.workflows))
    else:
        made = Plan(expander.implicit_workflow(config))
    note_unused(config.namespace, claims)
    read = {place.span for place in claims.unclaimed(config.root)}
    for steps, trail in expander.jobs.steps.pruned:
        if any(item.span in read for item in claims.items(steps)) or steps.span in read:
            said = "no job gives the arguments under which these steps would run"
            claims.notes.add(NEVER_RUNS, trail, "condition", said)
            claims.whole(steps)
    if not claims.notes.refused:
        plan.check(made, claims.notes)
    return made


@dataclass(frozen=True, slots=True)
class Expander:
    """Expands workflows in the namespace of a config."""

    home: Namespace
    claims: Claims
    jobs: JobExpander

    def workflow(self, entry: Entry) -> Workflow:
        """Expand one workflow."""
        name = entry.key.text
        invocations = self.claims.items(self.claims.take(entry.value, "jobs"))
        jobs = tuple(job for item in invocations if (job := self._invocation(item, name)))
        entries = entry.value.entries if isinstance(entry.value, Mapping) else ()
        keys = Mapping(tuple(e for e in entries if e.key.text != "jobs"), entry.value.span)
        return Workflow(name, jobs, keys, entry.key.span)

    def implicit_workflow(self, config: Config) -> tuple[Workflow, ...]:
        """The workflow of a config that has none: the job `build`, on every push."""
        span = config.root.span
        if not self.home.find("jobs", "build"):
            said = (
                "Cannot find a job named `build` to run in the `jobs:` section; "
                "add one, or a 'workflows:' that says what runs"
            )
            self.claims.notes.refuse(NO_WORKFLOW, (span,), "workflows", said)
            return ()
        name = Scalar("build", "str", span)
        job = self.job("build", Mapping((), span), (span,), "build")
        return (Workflow(name.text, (job,) if job else (), Mapping((), span), span),)

    def _invocation(self, item: Node, workflow: str) -> Job | None:
        if isinstance(item, Mapping) and len(item.entries) == 1:
            (entry,) = self.claims.each(item)
            body = entry.value if isinstance(entry.value, Mapping) else Mapping((), entry.key.span)
            return self.job(entry.key.text, body, (entry.key.span,), workflow)
        key = self.claims.text(item, "jobs", (item.span,))
        return self.job(key, Mapping((), item.span), (item.span,), workflow)

    def job(self, key: str, body: Mapping, trail: Trail, workflow: str, added: str = "") -> Job | None:
        """The job that an entry `key: body` of a workflow makes."""
        claims = self.claims
        name = claims.text(claims.take(body, "name"), "name", trail) or key
        kind = claims.text(claims.take(body, "type"), "type", trail) or "build"
        requires = self._requires(claims.take(body, "requires"), trail)
        admitted = filters.read(claims.take(body, "filters"), claims, trail)
        taken = ("name", "type", "requires", "filters")
        left = Mapping(tuple(e for e in body.entries if e.key.text in _INVOCATION), body.span)
        arguments = Mapping(
            tuple(e for e in body.entries if e.key.text not in (*taken, *_INVOCATION, *_STEP_KEYS)), body.span
        )
        defined, expanded = trail[-1], ExpandedJob(Mapping((), trail[-1]), ())
        if kind != "approval":
            definition = self.home.find("jobs", key)
            if definition is None:
                self._unknown(key, trail, workflow)
                return None
            frame = Frame(self.home, {}, trail)
            expanded = self.jobs.expand(definition, arguments, frame)
            before = self.jobs.steps.expand(claims.take(body, "pre-steps"), frame)
            after = self.jobs.steps.expand(claims.take(body, "post-steps"), frame)
            expanded = ExpandedJob(expanded.keys, (*before, *expanded.steps, *after))
            defined = definition.span
        return Job(
            name, key, workflow, kind, expanded.keys, expanded.steps, requires, admitted, left, trail, defined, added
        )

    def _requires(self, node: Node | None, trail: Trail) -> tuple[Requirement, ...]:
        found = []
        for item in self.claims.items(node):
            if isinstance(item, Mapping):
                for entry in self.claims.each(item):
                    texts = [self.claims.text(s, "requires", trail) for s in self.claims.items(entry.value)]
                    found.append(Requirement(entry.key.text, tuple(texts), entry.key.span))
            else:
                found.append(Requirement(self.claims.text(item, "requires", trail), span=item.span))
        return tuple(found)

    def _unknown(self, key: str, trail: Trail, workflow: str) -> None:
        legal = ", ".join(self.home.names("jobs")) or "none"
        said = f"Error calling workflow: '{workflow}': Cannot find a definition for job named {key}; there are: {legal}"
        self.claims.notes.refuse(UNKNOWN_JOB, trail, f"workflows.{workflow}.jobs.{key}", said)


__all__ = ["Expander", "Span", "expand"]
