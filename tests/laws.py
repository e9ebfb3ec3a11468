"""Laws: what holds for every output, whatever its golden says.

A law takes the config's text and the outcome, and gives complaints; none is what it should give. It looks at the
written text, read again as a stranger would, and at the plan; never at the model that the text was written from.
"""

import importlib
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pipeline_runner.models import PipelineSpec
from pydantic import ValidationError
from ruamel.yaml import YAML

from migrate import Outcome
from migrate.circleci.conditions import FALSE, TRUE, evaluate
from migrate.circleci.plan import Job
from migrate.diagnostics import Fate, Notes
from migrate.shell import analyse
from migrate.validate import validate
from migrate.verify import verify
from migrate.yamlio.nodes import Entry, Mapping, Place, walk
from migrate.yamlio.read import read
from tests.golden import Config

Law = Callable[[str, Outcome], Iterator[str]]
Steps = list[dict[str, Any]]

_TEMPLATE = re.compile(r"<<\s*[#^/]?\s*(parameters|pipeline|matrix)\b")
_PREDEFINED_CACHES = frozenset({"composer", "docker", "dotnetcore", "gradle", "ivy2", "maven", "node", "pip", "sbt"})
_MOST_STEPS = 100
_MOST_SERVICES = 5
_CRON_FIELDS = 7
_BRANCH, _TAG = "pipeline.git.branch", "pipeline.git.tag"
_WHOLE = ("unused", "workflow-disabled", "workflow-refused")
"""Codes of notes that name something of which nothing was read."""
_FREE_KEYS = ("environment",)
"""Keys whose mappings hold names of the user's own, so that no key in them can be unknown."""


def document(outcome: Outcome) -> dict[str, Any]:
    """The written text as PyYAML reads it; a refused config wrote nothing."""
    found = yaml.safe_load(outcome.text) if outcome.text is not None else {}
    assert isinstance(found, dict)
    return found


def starts(doc: dict[str, Any]) -> Iterator[tuple[str, list[Steps]]]:
    """Every pipeline by its path, as groups of steps: what runs one after another, and within each, at once."""
    for section, value in (doc.get("pipelines") or {}).items():
        for pattern, items in {"": value}.items() if section == "default" else value.items():
            yield f"{section} {pattern}".strip(), [_group(item) for item in items if "variables" not in item]


def _group(item: dict[str, Any]) -> Steps:
    ((kind, value),) = item.items()
    if kind in {"step", "final"}:
        return [value]
    inner = value["steps"] if isinstance(value, dict) else value
    return [one["step"] for one in inner]


def steps(doc: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every step of every pipeline, and every one that is only defined."""
    yield from (step for _, groups in starts(doc) for group in groups for step in group)
    yield from (item["step"] for item in (doc.get("definitions") or {}).get("steps") or ())


class Stand(NamedTuple):
    """Where a step stands: in which item of a pipeline, and in which of a child pipeline that runs there."""

    item: int
    child: str = ""
    inner: int = 0

    def is_before(self, other: "Stand") -> bool:
        """Whether what stands here has ended before what stands there begins."""
        return self.item < other.item or (self[:2] == other[:2] and self.inner < other.inner)


def stands(doc: dict[str, Any], groups: list[Steps]) -> Iterator[tuple[Stand, dict[str, Any]]]:
    """Every step of a pipeline and of the child pipelines that it runs, and where each stands."""
    for item, group in enumerate(groups):
        for step in group:
            if step.get("type") != "pipeline":
                yield Stand(item), step
                continue
            for inner, one in enumerate(doc["pipelines"]["custom"][step["custom"]]):
                yield from ((Stand(item, step["custom"], inner), each) for each in _group(one))


def no_template_is_left(_: str, outcome: Outcome) -> Iterator[str]:
    """No `<< parameters.x >>` and its like is left in any scalar; here-documents and merge keys are no templates."""
    for scalar in _scalars(document(outcome)):
        if _TEMPLATE.search(scalar):
            yield f"a template is left: {scalar!r}"


def _scalars(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from (*_scalars(key), *_scalars(value))
    elif isinstance(node, list):
        for item in node:
            yield from _scalars(item)
    else:
        yield str(node)


def readers_agree(_: str, outcome: Outcome) -> Iterator[str]:
    """A reader of YAML 1.1 and one of 1.2 read the same document, with no key twice."""
    if outcome.text is None:
        return
    old, new = yaml.safe_load(outcome.text), YAML(typ="safe", pure=True).load(outcome.text)
    if not _same(old, new):
        yield "PyYAML (1.1) and ruamel.yaml (1.2) read different documents"


def _same(one: object, other: object) -> bool:
    """Equal in value and type: `True == 1` is not enough."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = list(one) == list(other) or sorted(map(repr, one)) == sorted(map(repr, other))
        return keys and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other


def requires_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """In every pipeline a job stands in a later group than each job that it requires.

    A required job that runs and has no step anywhere (an approval, a job left out) stands for what it requires itself;
    one that does not run where the pipeline does is ignored, as CircleCI ignores it.
    """
    if outcome.text is None:
        return
    doc = document(outcome)
    everywhere = {step["name"] for step in steps(doc)}
    everyone = list(outcome.plan.jobs)
    for where, groups in starts(doc):
        yield from _disorder(where, list(stands(doc, groups)), everyone, outcome, set())
    for where, running, groups in _events(outcome, doc):
        through = {job.id for job in running if not job.runs or _name(job, outcome) not in everywhere}
        yield from _disorder(where, list(stands(doc, groups)), running, outcome, through)


def _disorder(
    where: str, placed: list[tuple[Stand, dict[str, Any]]], running: list[Job], outcome: Outcome, through: set[str]
) -> Iterator[str]:
    places: dict[str, list[Stand]] = {}
    for stand, step in placed:
        places.setdefault(step["name"], []).append(stand)
    for job in (job for job in running if job.runs):
        for other in (other for other in _required(job, running, through) if other.runs):
            mine, theirs = places.get(_name(job, outcome), []), places.get(_name(other, outcome), [])
            if mine and theirs and not any(one.is_before(last) for one in theirs for last in mine):
                yield f"{where}: '{job.name}' requires '{other.name}' and does not stand behind it"


def _name(job: Job, outcome: Outcome) -> str:
    """The name of the job's step."""
    return {name: title for name, title, _ in outcome.choices.rename}.get(job.name, job.name)


def _required(job: Job, running: list[Job], through: set[str]) -> Iterator[Job]:
    """What a job requires of those that run, and what is required by those that hand on what they wait for."""
    here = {(other.workflow, other.name): other for other in running}
    for requirement in job.requires:
        other = here.get((job.workflow, requirement.job))
        if other is not None and other.id in through:
            yield from _required(other, running, through)
        elif other is not None:
            yield other


def gates_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """What waited for an approval never runs unasked.

    Wherever an approval runs in CircleCI, each job that waits for it, itself or through others, is a manual step or
    stands behind one: the approval's own, or that of a job between the two.
    """
    if outcome.text is None:
        return
    doc = document(outcome)
    names = Counter(_name(job, outcome) for job in outcome.plan.jobs)
    for where, running, groups in _events(outcome, doc):
        placed = [(step["name"], stand, step.get("trigger") == "manual") for stand, step in stands(doc, groups)]
        for job in running:
            mine = [stand for name, stand, _ in placed if name == _name(job, outcome)]
            if not job.runs or not mine or names[_name(job, outcome)] > 1:
                continue
            for gate in before(job, running):
                if gate.type != "approval":
                    continue
                between = [one for one in (job, *before(job, running)) if gate in before(one, running)]
                asking = {_name(one, outcome) for one in (gate, *between)}
                held = (s for name, s, manual in placed if manual and name in asking)
                if not any(s.is_before(max(mine)) or s in mine for s in held):
                    yield f"{where}: '{job.name}' waited for the approval '{gate.name}' and runs unasked"


def _events(outcome: Outcome, doc: dict[str, Any]) -> Iterator[tuple[str, list[Job], list[Steps]]]:
    """What is tried: the jobs that CircleCI runs then, and the pipeline that Bitbucket starts.

    Where the choices say what runs, nothing that CircleCI's filters leave out lets anything go.
    """
    everything = dict(starts(doc))
    chosen = {f"{one.section} {one.pattern}".strip() for one in outcome.choices.selections}
    for kind in ("branches", "tags"):
        for name in sorted({*_NAMES, *_spelled(outcome, kind)}):
            where = _start_of(doc, kind, name)
            requested = "pull-requests **" if where == "default" or not where else ""
            for one in {where, requested if kind == "branches" else ""} - chosen:
                if one in everything:
                    yield f"{one} ({name})", list(_running(outcome, kind, name)), everything[one]
    for workflow in outcome.plan.workflows:
        if (groups := everything.get(f"custom {workflow.name}")) is not None:
            yield f"custom {workflow.name}", list(workflow.jobs), groups
    for one in sorted(chosen & set(everything)):
        yield one, list(outcome.plan.jobs), everything[one]


def before(job: Job, running: list[Job]) -> list[Job]:
    """What a job waits for, itself or through others, of those that run."""
    found: dict[str, Job] = {}
    waiting = [job]
    while waiting:
        wanted = {requirement.job for requirement in waiting.pop().requires}
        for other in running:
            if other.workflow == job.workflow and other.name in wanted and other.id not in found:
                found[other.id] = other
                waiting.append(other)
    return list(found.values())


_NAMES = ("main", "master", "dev", "feature/x", "release/1.0", "release-1", "rel-1", "wip-1", "v1.2", "v1.2.3")
"""Branch and tag names that are tried, besides those that the filters spell out."""


def filters_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """On every branch and tag that is tried, just the jobs run that CircleCI runs there.

    A step whose script begins with a test that ends it well runs where the test says so. Does not apply where the
    choices decide what runs.
    """
    if outcome.text is None or outcome.choices.selections or outcome.choices.feature_branches != "push":
        return
    doc = document(outcome)
    everywhere = {step["name"] for step in steps(doc)}
    for kind, variable in (("branches", "BITBUCKET_BRANCH"), ("tags", "BITBUCKET_TAG")):
        for name in sorted({*_NAMES, *_spelled(outcome, kind)}):
            wanted = {_name(job, outcome) for job in _running(outcome, kind, name) if job.runs} & everywhere
            running = {s["name"] for s in _started(doc, kind, name) if goes_on(s, variable, name)}
            running &= {_name(job, outcome) for job in outcome.plan.jobs if job.runs}
            undecided = {_name(job, outcome) for job in outcome.plan.jobs if _asks_for_more(job, kind, name)}
            loose = {s["name"] for s in _started(doc, kind, name) if s.get("trigger") != "manual"} & undecided
            if loose:
                yield f"{kind} '{name}': runs {sorted(loose)}, of which only the run knows whether CircleCI runs them"
            wanted, running = wanted - undecided, running - undecided
            if wanted != running:
                yield f"{kind} '{name}': runs {sorted(running)}; CircleCI runs {sorted(wanted)}"


def _spelled(outcome: Outcome, kind: str) -> Iterator[str]:
    for job in outcome.plan.jobs:
        names = job.filters.branches if kind == "branches" else job.filters.tags
        for pattern in names.patterns if names else ():
            if not pattern.is_regex:
                yield from (pattern.text, pattern.text.replace("*", "1.0"))


def _asks_for_more(job: Job, kind: str, name: str) -> bool:
    """Whether a job's filter is not decided by the name alone."""
    known = {_BRANCH: None, _TAG: None} | {_SUBJECTS[kind]: name}
    return evaluate(job.filters.condition, known) not in (TRUE, FALSE)


_SUBJECTS = {"branches": "pipeline.git.branch", "tags": "pipeline.git.tag"}


def _running(outcome: Outcome, kind: str, name: str) -> Iterator[Job]:
    """The jobs that CircleCI runs: admitted, and, if they require any, at least one of those runs."""
    for workflow in outcome.plan.workflows:
        if workflow.condition != TRUE or "triggers" in workflow.keys.keys:
            continue  # no push starts it
        jobs = {job.name: job for job in workflow.jobs}

        def runs(job: Job, jobs: dict[str, Job] = jobs) -> bool:
            names = job.filters.branches if kind == "branches" else job.filters.tags
            required = [jobs[requirement.job] for requirement in job.requires]
            known = {"pipeline.git.branch": None, "pipeline.git.tag": None} | {_SUBJECTS[kind]: name}
            asked = evaluate(job.filters.condition, known) == TRUE
            return names is not None and asked and names.admits(name) and (not required or any(map(runs, required)))

        yield from filter(runs, workflow.jobs)


def _started(doc: dict[str, Any], kind: str, name: str) -> Iterator[dict[str, Any]]:
    """The steps of the pipelines that Bitbucket starts, and of their child pipelines, if all paths have changed."""
    variable, found = f"BITBUCKET_{'BRANCH' if kind == 'branches' else 'TAG'}", dict(starts(doc))
    triggers = [
        one for one in doc.get("triggers", {}).get("repository-push", []) if _says(one["condition"], variable, name)
    ]
    started = [f"custom {pipeline}" for one in triggers for pipeline in one["pipelines"]]
    for start in started if "triggers" in doc else [_start_of(doc, kind, name)]:
        yield from (step for _, step in stands(doc, found.get(start, [])))


def _start_of(doc: dict[str, Any], kind: str, name: str) -> str:
    """The start condition that a name meets: an exact name, else the longest glob, else the default."""
    found = {where: groups for where, groups in starts(doc) if where.startswith(f"{kind} ")}
    globs = [where for where in found if _glob(where.partition(" ")[2]).fullmatch(name)]
    chosen = f"{kind} {name}" if f"{kind} {name}" in found else max(globs, key=len, default="")
    return chosen or ("default" if kind == "branches" else "")


def _glob(pattern: str) -> re.Pattern[str]:
    """Bitbucket's globs (reference bitbucket.md, section 2.2), as far as the converter writes them."""
    words = {"**": ".*", "*": "[^/]*", "?": "[^/]?"}
    return re.compile("".join(words.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*|\?)", pattern)))


_PYTHON = {"&&": " and ", "||": " or ", "!": " not "}


def goes_on(step: dict[str, Any], variable: str, name: str) -> bool:
    """Whether a step's own condition and the tests at the head of its script hold for a name."""
    return _admits(step, variable, name) and _passes(step, variable, name)


def _admits(step: dict[str, Any], variable: str, name: str) -> bool:
    """Whether the step's own condition holds."""
    return _says(step.get("condition", {}).get("state", "true"), variable, name)


def _says(text: str, variable: str, name: str) -> bool:
    """Whether an expression holds for a name; it is read as Python's, word for word."""
    words = re.findall(r'"[^"]*"|&&|\|\||!=|!|[^"&|!]+', text)
    said = "".join(_PYTHON.get(word, word) for word in words)
    known = {"BITBUCKET_BRANCH": "", "BITBUCKET_TAG": "", "true": True, "false": False} | {variable: name}
    functions = {"__builtins__": {}, "glob": _globbed, "changesetInclude": lambda _: True}
    found = eval(said, functions, known)  # noqa: S307 - what our own converter wrote
    assert isinstance(found, bool), text
    return found


def _globbed(value: str, pattern: str) -> bool:
    choices = re.fullmatch(r"\{([^{}]*)\}", pattern)
    return any(_glob(one).fullmatch(value) for one in (choices[1].split(",") if choices else [pattern]))


def _passes(step: dict[str, Any], variable: str, name: str) -> bool:
    """Whether the tests at the head of the script let the step go on; all paths that it asks for have changed."""
    first = step["script"][0] if step["script"] else ""
    if isinstance(first, str) and first.startswith("git fetch "):
        return True
    return not (isinstance(first, str) and _is_guard(first)) or _goes_on(first, variable, name)


def _is_guard(text: str) -> bool:
    """Whether a command asks for nothing but names: others are never run here, whoever wrote them."""
    effects = analyse(text)
    asking = all(words[0] in {"[", "exit", "grep", "printf"} for words in effects.calls if words)
    named = any(name.startswith("BITBUCKET_") for name in effects.reads)
    return named and text.rstrip().endswith("|| exit 0") and effects.valid and asking and not effects.writes


@cache
def _goes_on(guard: str, variable: str, name: str) -> bool:
    text = f"{guard}\necho on"
    done = subprocess.run(["bash", "-ec", text], capture_output=True, text=True, check=False, env={variable: name})
    return done.stdout.strip() == "on"


_LEFT_OUT = ("executor-dropped", "never-starts", "not-selected")
"""The codes of the notes that tell of a whole job that it is in no pipeline."""


def every_job_is_accounted_for(_: str, outcome: Outcome) -> Iterator[str]:
    """A job of the plan is a step somewhere, or an approval, or a note about it says what became of it."""
    if outcome.text is None:
        return
    doc = document(outcome)
    written = {step["name"] for _, groups in starts(doc) for group in groups for step in group}
    told = {note.job for note in outcome.notes if note.code.id in _LEFT_OUT}
    for job in outcome.plan.jobs:
        if job.runs and _name(job, outcome) not in written and job.id not in told:
            yield f"'{job.name}' is in no pipeline and in no note"


def scripts_are_bash(_: str, outcome: Outcome) -> Iterator[str]:
    """Every script and after-script, its items joined as Bitbucket joins them, passes `bash -n`."""
    for step in steps(document(outcome)):
        for key in ("script", "after-script"):
            items = step.get(key, [])
            text = "\n".join(item if isinstance(item, str) else ":" for item in items)
            if said := syntax_error(text):
                yield f"{key} of '{step['name']}': {said}"


@cache
def syntax_error(text: str) -> str:
    """What bash says against a text that it cannot read; nothing against any other."""
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return done.stderr.strip()


_CIRCLE_VARIABLE = re.compile(r"\$\{?(CIRCLE\w*)")
_CIRCLE_COMMAND = re.compile(r"(?:^|[;&|(`]|\n)\s*(circleci(?:-agent)?\s+\w+)")


def circleci_is_gone(_: str, outcome: Outcome) -> Iterator[str]:
    """A variable or command of CircleCI in a script is set there, or a note tells of it."""
    told = "\n".join(note.detail for note in outcome.notes)
    for step in steps(document(outcome)):
        for key in ("script", "after-script"):
            text = "\n".join(item for item in step.get(key, []) if isinstance(item, str))
            for found in (*_CIRCLE_VARIABLE.findall(text), *_CIRCLE_COMMAND.findall(text)):
                if f"{found}=" not in text and found not in told:
                    yield f"{key} of '{step['name']}' has {found}, and no note tells of it"


def anchors_are_used(_: str, outcome: Outcome) -> Iterator[str]:
    """Every alias has its anchor before it; a script's anchor is used twice or more, any other at least once."""
    defined: dict[str, str] = {}
    used: Counter[str] = Counter()
    for event in yaml.parse(outcome.text or ""):
        if not isinstance(event, yaml.NodeEvent) or event.anchor is None:
            continue
        if isinstance(event, yaml.AliasEvent):
            used[event.anchor] += 1
            if event.anchor not in defined:
                yield f"*{event.anchor} stands before its anchor, or has none"
        else:
            if event.anchor in defined:
                yield f"&{event.anchor} is defined twice"
            defined[event.anchor] = "script" if isinstance(event, yaml.ScalarEvent) else "step"
    for anchor, kind in defined.items():
        if used[anchor] < (2 if kind == "script" else 1):
            yield f"the {kind} &{anchor} is used {used[anchor]} times"


def schema_holds(_: str, outcome: Outcome) -> Iterator[str]:
    """The document passes Bitbucket's schema, as check-jsonschema carries it."""
    if outcome.text is not None:
        yield from (f"{error.json_path}: {error.message}" for error in _validator().iter_errors(document(outcome)))


@cache
def _validator() -> Any:  # noqa: ANN401 - neither jsonschema nor check-jsonschema has types
    carrier = importlib.import_module("check_jsonschema.builtin_schemas")
    schema = carrier.get_builtin_schema("vendor.bitbucket-pipelines")
    return importlib.import_module("jsonschema").validators.validator_for(schema)(schema)


def runner_reads_it(_: str, outcome: Outcome) -> Iterator[str]:
    """The models of bitbucket-pipeline-runner, which imitate the service, take the document."""
    if outcome.text is None:
        return
    try:
        PipelineSpec.model_validate(_as_the_runner_knows(document(outcome)))
    except ValidationError as error:
        yield from (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())


def _as_the_runner_knows(node: Any) -> Any:  # noqa: ANN401 - a document as PyYAML reads it
    """The document without what the runner has not learnt.

    That is: an image's role, states, final steps, child pipelines, the names of artifacts that are downloaded.
    """
    if isinstance(node, list):
        return [_as_the_runner_knows(item) for item in node]
    if not isinstance(node, dict):
        return node
    if list(node) == ["final"]:
        return {"step": _as_the_runner_knows(node["final"])}
    if node.get("type") == "pipeline":
        return {"name": node["name"], "script": [f"run {node['custom']}"]}
    if list(node) == ["oidc-role"]:
        return {"access-key": node["oidc-role"], "secret-key": node["oidc-role"]}
    new = {"state"} | ({"download"} if isinstance(node.get("download"), list) else set())
    known = {key: _as_the_runner_knows(value) for key, value in node.items() if key not in new}
    return {key: value for key, value in known.items() if not (key == "condition" and value == {})}


def limits_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """What the service refuses and the schema lets pass (reference bitbucket.md, sections 1.12, 3.7 and 3.8)."""
    doc = document(outcome)
    definitions = doc.get("definitions") or {}
    if outcome.text is not None and not any(groups for _, groups in starts(doc)) and not _says_error(outcome):
        yield "there is no pipeline, and no note says that this is an error"
    for where, groups in starts(doc):
        everything = [step for group in groups for step in group]
        if len(everything) > _MOST_STEPS:
            yield f"{where}: {len(everything)} steps; at most {_MOST_STEPS} are allowed"
        if groups and any(step.get("trigger") == "manual" for step in groups[0]):
            yield f"{where}: a first step is manual"
        deployments = Counter(step["deployment"] for step in everything if "deployment" in step)
        yield from (f"{where}: the environment {e} stands {n} times" for e, n in deployments.items() if n > 1)
        if any(len(group) == 0 for group in groups):
            yield f"{where}: a parallel group is empty"
        for child in (step["custom"] for step in everything if step.get("type") == "pipeline"):
            yield from (f"{where}: {complaint}" for complaint in _childish(child, doc))
    for step in steps(doc):
        caches, services = step.get("caches", []), step.get("services", [])
        known = {*_PREDEFINED_CACHES, *(definitions.get("caches") or {})}
        yield from (f"'{step['name']}' names the cache '{c}' twice" for c, n in Counter(caches).items() if n > 1)
        yield from (f"'{step['name']}' names an unknown cache '{c}'" for c in caches if c not in known)
        yield from (
            f"'{step['name']}' names an unknown service '{s}'"
            for s in services
            if s not in {"docker", *(definitions.get("services") or {})}
        )
        if len(services) > _MOST_SERVICES:
            yield f"'{step['name']}' has {len(services)} services; at most {_MOST_SERVICES} are allowed"
        if not step.get("script") and step.get("type") != "pipeline":
            yield f"'{step['name']}' has no script"


def artifacts_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """Names of artifacts are unique in a step, globs are legal, and what is downloaded was uploaded (3.4 and 1.6)."""
    doc = document(outcome)
    for step in steps(doc):
        uploads = (step.get("artifacts") or {}).get("upload") or []
        names = Counter(one["name"] for one in uploads)
        yield from (f"'{step['name']}' has {n} artifacts '{name}'" for name, n in names.items() if n > 1)
        for path in (path for one in uploads for path in one["paths"]):
            if path.startswith(("/", "~")) or not {".", "..", ""}.isdisjoint(path.split("/")):
                yield f"'{step['name']}' has the artifact path '{path}', which is none below the clone directory"
    children = {step["custom"]: step for step in steps(doc) if step.get("type") == "pipeline"}
    for where, groups in starts(doc):
        given = (children.get(where.removeprefix("custom "), {}).get("artifacts") or {}).get("input") or []
        yield from _not_uploaded(where, groups, set(given))


def _not_uploaded(where: str, groups: list[Steps], known: set[str]) -> Iterator[str]:
    """What a pipeline downloads and no step before has uploaded; `known` is what it was given."""
    for group in groups:
        found: set[str] = set()
        for step in group:
            artifacts = step.get("artifacts") or {}
            wanted = (artifacts.get("download") or []) if "download" in artifacts else artifacts.get("input") or []
            for name in wanted:
                if name not in known:
                    yield f"{where}: '{step['name']}' downloads '{name}', which no step before it uploads"
            shared = [one["name"] for one in artifacts.get("upload") or () if one["type"] == "shared"]
            found.update(shared, artifacts.get("output") or ())
        known |= found


def variables_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """A custom pipeline asks for variables first, under legal names, and a script reads each (bitbucket.md, 1.2)."""
    for name, items in (document(outcome).get("pipelines") or {}).get("custom", {}).items():
        scripts = json.dumps([item for item in items if "variables" not in item])
        for index, item in enumerate(items):
            for one in item.get("variables", ()):
                default, allowed = one.get("default", ""), one.get("allowed-values")
                if index:
                    yield f"custom {name}: 'variables' is not the first of its list"
                if not re.fullmatch(r"[A-Za-z_]\w*", one["name"], re.ASCII):
                    yield f"custom {name}: '{one['name']}' is no name of a variable"
                if allowed is not None and default not in allowed:
                    yield f"custom {name}: '{default}' is none of {allowed}"
                if f"${{{one['name']}}}" not in scripts:
                    yield f"custom {name}: no script reads '{one['name']}'"


def schedules_hold(_: str, outcome: Outcome) -> Iterator[str]:
    """A schedule starts a custom pipeline that there is, and its cron has seven fields, one of them `?` (6.3)."""
    custom = (document(outcome).get("pipelines") or {}).get("custom", {})
    for one in outcome.schedules:
        if one.pipeline not in custom:
            yield f"the schedule '{one.name}' starts '{one.pipeline}', and there is no such custom pipeline"
        if one.cron and (len(one.cron.split()) != _CRON_FIELDS or one.cron.count("?") != 1):
            yield f"'{one.cron}' is no cron of Bitbucket's"


def _childish(name: str, doc: dict[str, Any]) -> Iterator[str]:
    """What a child pipeline may not have (reference bitbucket.md, section 1.6), as far as pages tell."""
    child = dict(starts(doc)).get(f"custom {name}")
    if child is None:
        yield f"the child pipeline '{name}' is not there"
    for step in (step for group in child or () for step in group):
        if "deployment" in step or step.get("trigger") == "manual" or step.get("type") == "pipeline":
            yield f"the child pipeline '{name}' has '{step['name']}', which a child may not have"


def _says_error(outcome: Outcome) -> bool:
    return any(note.code.fate == "error" for note in outcome.notes)


def notes_are_placed(source: str, outcome: Outcome) -> Iterator[str]:
    """A note stands at a place that exists, names a subject and says something; it is said once."""
    lines = source.count("\n") + 1
    for note in outcome.notes:
        if note.span.file == outcome.source.path and not 1 <= note.span.line <= lines:
            yield f"{note.span} is not in the config"
        if not note.detail.strip() or not note.subject:
            yield f"{note.span}: {note.code.id} says nothing, or of nothing"
    said = Counter((note.code.id, note.span, note.detail, note.job) for note in outcome.notes)
    yield from (f"{span}: {code} is said {n} times" for (code, span, _, _), n in said.items() if n > 1)


def verify_agrees(_: str, outcome: Outcome) -> Iterator[str]:
    """Both sides do the same on every event, or a note tells of the difference."""
    if outcome.text is not None:
        added = (job.name for job in outcome.plan.jobs if job.added)
        verdict = verify(outcome.before, outcome.text, outcome.notes, outcome.choices, added, customs=outcome.customs)
        yield from (f"{row.event.label}: {found.difference}" for row, found in verdict.unexplained)
        yield from verdict.problems


def validate_finds_nothing(_: str, outcome: Outcome) -> Iterator[str]:
    """`circle2bb validate` finds no error, but in the name of an image that was broken before, as a note says."""
    told = {note.code.id for note in outcome.notes}
    for note in validate(outcome.text or "pipelines: {default: [step: {script: [make]}]}", "bitbucket-pipelines.yml"):
        known = note.code.id == "pipelines-image" and "image-variable" in told
        if note.code.fate is Fate.ERROR and not known and not _says_error(outcome):
            yield str(note)


LAWS: tuple[Law, ...] = (
    no_template_is_left,
    readers_agree,
    requires_hold,
    gates_hold,
    filters_hold,
    every_job_is_accounted_for,
    scripts_are_bash,
    circleci_is_gone,
    anchors_are_used,
    schema_holds,
    runner_reads_it,
    limits_hold,
    artifacts_hold,
    variables_hold,
    schedules_hold,
    notes_are_placed,
    verify_agrees,
    validate_finds_nothing,
)


_DIGESTS = """
import hashlib, json, sys
from pathlib import Path
from tests.golden import Config
for id, text, choices in json.load(sys.stdin):
    outcome = Config(id, text, choices).convert()
    said = "\\n".join(f"{note} {note.trail} {note.job}" for note in outcome.notes)
    print(hashlib.sha256(f"{outcome.text}\\0{said}\\0{outcome.variables}".encode()).hexdigest())
"""


def digests(configs: list[Config], seed: int) -> list[str]:
    """A digest of each config's outcome, text and notes, from a process with this hash seed."""
    done = subprocess.run(
        [sys.executable, "-c", _DIGESTS],
        input=json.dumps([(config.id, config.text, config.choices) for config in configs]),
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[1],
        env={"PYTHONHASHSEED": str(seed), "PATH": ""},
    )
    return done.stdout.split()


UNKNOWN = "zz-unknown"


class Planted(NamedTuple):
    """A config with an unknown key in one of its mappings: the key's line, its mapping's path and own line."""

    line: int
    path: str
    owner: int
    text: str


def with_unknown_keys(text: str) -> Iterator[Planted]:
    """The config with an unknown key in each mapping that has lines of its own, one after another."""
    lines = text.splitlines(keepends=True)
    for place in _mappings(text):
        entry = place.node.entries[-1] if isinstance(place.node, Mapping) and place.node.entries else None
        if entry is not None and _begins_its_line(entry, lines):
            at = entry.key.span.line
            added = " " * (entry.key.span.column - 1) + f"{UNKNOWN}: 1\n"
            yield Planted(at, place.path, place.span.line, "".join([*lines[: at - 1], added, *lines[at - 1 :]]))


def _mappings(text: str) -> Iterator[Place]:
    root = read(text, "config.yml", Notes())
    assert root is not None
    yield Place("", None, root.span, root, is_item=False)
    for place in walk(root):
        if isinstance(place.node, Mapping) and place.path.rpartition(".")[2] not in _FREE_KEYS:
            yield place


def _begins_its_line(entry: Entry, lines: list[str]) -> bool:
    span = entry.key.span
    line = lines[span.line - 1]
    return not line[: span.column - 1].strip() and line[span.column - 1 :].startswith(entry.key.text)


def unknown_key_is_told(planted: Planted, outcome: Outcome) -> bool:
    """Whether a note stands at the line of the unknown key, or tells that the thing around it is left out."""
    at_its_line = any(span.line == planted.line for note in outcome.notes for span in note.trail)
    unused = (note.subject for note in outcome.notes if note.code.id in _WHOLE)
    replaced = (note.trail for note in outcome.notes if note.code.id == "replaced")
    return (
        at_its_line
        or any(f"{planted.path}.".startswith(f"{subject}.") for subject in unused)
        or any(span.line == planted.owner for trail in replaced for span in trail)
    )
