"""The proof is worth something: faults in the written file are found, and what is right is not called wrong."""

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate import Outcome, Source, convert
from migrate.circleci.plan import Job
from migrate.verify import Verdict, verify
from tests import golden
from tests import samples as other
from tests.verdicts import TABLE, table, verdicts

PARLAI = Path(__file__).parents[2] / "shared" / "parlai"
OWN = """\
version: 2.1
jobs:
  build: &job {docker: [{image: "python:3"}], steps: [checkout, run: make]}
  lint: *job
  test: *job
  pages: *job
  stage: *job
  deploy: *job
  release: *job
  nightly: *job
workflows:
  main:
    jobs:
      - build: {filters: &all {tags: {only: '/.*/'}}}
      - lint
      - test: {requires: [build], filters: *all}
      - pages: {requires: [build, lint], filters: {branches: {only: '/(docs|pages)-[a-z]+/'}}}
      - stage: {requires: [test], filters: {branches: {only: [main, develop]}}}
      - approve: {type: approval, requires: [stage], filters: {branches: {only: main}}}
      - deploy: {requires: [approve], filters: {branches: {only: main}}}
      - release: {requires: [test], filters: {branches: {ignore: '/.*/'}, tags: {only: '/v[0-9]+(\\.[0-9]+)*/'}}}
  nightly:
    triggers: [{schedule: {cron: "0 3 * * *", filters: {branches: {only: main}}}}]
    jobs: [build, {nightly: {requires: [build]}}]
"""
"""A config with everything that can go wrong; everything in it converts without a difference."""

CONFIGS = (
    golden.Config("own", OWN),
    *{config.text: config for config in golden.configs() if not config.choices and not config.files}.values(),
    *(golden.Config(path.name, path.read_text(encoding="utf-8")) for path in sorted(PARLAI.glob("*.yml"))),
)
Document = dict[str, Any]
Fault = Callable[[Document, Outcome], Iterator[Document]]


@cache
def converted(config: golden.Config) -> Outcome:
    """The outcome of a config, converted once."""
    return config.convert()


def judged(outcome: Outcome, document: Document | str) -> Verdict:
    """The verdict on another file than the one that was written."""
    text = document if isinstance(document, str) else yaml.safe_dump(document, sort_keys=False)
    added = [job.name for job in outcome.plan.jobs if job.added]
    return verify(outcome.before, text, outcome.notes, outcome.choices, added, customs=outcome.customs)


def pipelines(document: Document) -> Iterator[tuple[str, list[Document]]]:
    """Every pipeline, by its section."""
    for section, value in document["pipelines"].items():
        yield from ((section, one) for one in ([value] if section == "default" else value.values()))


def groups(pipeline: list[Document]) -> Iterator[list[Document]]:
    """The lists of steps that stand in a pipeline: the pipeline itself, and its parallel groups."""
    yield pipeline
    yield from (item["parallel"] for item in pipeline if "parallel" in item)


def names(item: Document) -> set[str]:
    """The names of the steps of an item."""
    steps = (one.get("step", one.get("final")) for one in item.get("parallel", [item]))
    return {step["name"] for step in steps if step}


def jobs(outcome: Outcome) -> dict[str, Job]:
    """The jobs whose name only one has, and that CircleCI runs on one of the events."""
    found = [job for job in outcome.before.jobs if job.runs]
    run = {job for row in outcome.verdict.rows for job in row.before}
    return {job.name: job for job in found if job.id in run and sum(other.name == job.name for other in found) == 1}


def changed(document: Document, change: Callable[[Document], object]) -> Document:
    """A copy of the document, changed."""
    other = yaml.safe_load(yaml.dump(document, Dumper=_Plain, sort_keys=False))
    change(other)
    assert isinstance(other, dict)
    return other


class _Plain(yaml.SafeDumper):
    """Writes no aliases, so that a change of one step is one of no other."""

    def ignore_aliases(self, _: object) -> bool:
        """Nothing is shared."""
        return True


def dropped_step(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A step is missing in one of the pipelines."""
    known = jobs(outcome)
    for index, (_, pipeline) in enumerate(pipelines(document)):
        for place, steps in enumerate(groups(pipeline)):
            for at, item in enumerate(steps):
                if "step" in item and item["step"]["name"] in known:

                    def drop(other: Document, index: int = index, place: int = place, at: int = at) -> None:
                        found = list(groups(list(pipelines(other))[index][1]))[place]
                        found[at] = {"step": {"name": "nothing", "script": ["echo nothing"]}}

                    yield changed(document, drop)


def swapped_order(document: Document, outcome: Outcome) -> Iterator[Document]:
    """Two neighbours of which one requires the other have changed places."""
    known = jobs(outcome)
    for index, (_, pipeline) in enumerate(pipelines(document)):
        for at in range(len(pipeline) - 1):
            before, after = names(pipeline[at]), names(pipeline[at + 1])
            required = {one.job for name in after if name in known for one in known[name].requires}
            if before & required:

                def swap(other: Document, index: int = index, at: int = at) -> None:
                    found = list(pipelines(other))[index][1]
                    found[at], found[at + 1] = found[at + 1], found[at]

                yield changed(document, swap)


def lost_gate(document: Document, _: Outcome) -> Iterator[Document]:
    """A step is no longer manual."""
    for index, (_section, pipeline) in enumerate(pipelines(document)):
        for place, steps in enumerate(groups(pipeline)):
            for at, item in enumerate(steps):
                if item.get("step", {}).get("trigger") == "manual":

                    def free(other: Document, index: int = index, place: int = place, at: int = at) -> None:
                        del list(groups(list(pipelines(other))[index][1]))[place][at]["step"]["trigger"]

                    yield changed(document, free)


def new_gate(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A step has become manual, and nothing says so."""
    known = jobs(outcome)
    for index, (_, pipeline) in enumerate(pipelines(document)):
        for at, item in enumerate(pipeline):
            if at and "step" in item and item["step"]["name"] in known and "trigger" not in item["step"]:

                def hold(other: Document, index: int = index, at: int = at) -> None:
                    list(pipelines(other))[index][1][at]["step"]["trigger"] = "manual"

                yield changed(document, hold)


def wrong_branch(document: Document, outcome: Outcome) -> Iterator[Document]:
    """The pipeline of one branch is that of another, which is spelled wrongly."""
    for pattern, pipeline in document["pipelines"].get("branches", {}).items():
        if not jobs(outcome).keys() & {name for item in pipeline for name in names(item)}:
            continue

        def rename(other: Document, pattern: str = pattern) -> None:
            branches = other["pipelines"]["branches"]
            branches[f"{pattern}-2"] = branches.pop(pattern)

        yield changed(document, rename)


def widened_glob(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A start condition takes more names than it should."""
    for section in ("branches", "tags"):
        listed = document["pipelines"].get(section, {})
        rest = listed.get("**", document["pipelines"].get("default", []) if section == "branches" else [])
        elsewhere = {name for item in rest for name in names(item)}
        for pattern, pipeline in listed.items():
            single = (item for group in groups(pipeline) for item in group if "parallel" not in item)
            own = {name for item in single if not guard(item) for name in names(item)}
            if pattern != "**" and jobs(outcome).keys() & own - elsewhere:

                def widen(other: Document, section: str = section, pattern: str = pattern) -> None:
                    listed = other["pipelines"][section]
                    listed["**"] = listed.pop(pattern)

                yield changed(document, widen)


def step_too_many(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A step of one pipeline also stands in another, where its job does not belong."""
    everything = {
        name: item for _, run in pipelines(document) for g in groups(run) for item in g for name in names(item)
    }
    for index, (section, pipeline) in enumerate(pipelines(document)):
        here = {name for item in pipeline for name in names(item)}
        for name, item in everything.items():
            if name in here or guard(item) or section == "pull-requests":
                continue  # it is there, it knows its names itself, or it is the user who wants it there
            if name in jobs(outcome) and "step" in item:

                def add(other: Document, index: int = index, item: Document = item) -> None:
                    list(pipelines(other))[index][1].append(copy.deepcopy(item))

                yield changed(document, add)


def on_tags(document: Document, outcome: Outcome) -> Iterator[Document]:
    """What is for branches runs for tags, too."""
    tagged = any(job.filters.tags is not None for job in outcome.before.jobs)
    if "default" in document["pipelines"] and not tagged:

        def add(other: Document) -> None:
            other["pipelines"]["tags"] = {"**": other["pipelines"]["default"]}

        yield changed(document, add)


def guard(item: Document) -> str:
    """The first line of a step's script, if it is one that asks for a name."""
    first = item.get("step", {}).get("script", [""])[0]
    return first if isinstance(first, str) and first.startswith("[[ ") and first.rstrip().endswith("exit 0") else ""


def removed_guard(document: Document, _: Outcome) -> Iterator[Document]:
    """A script no longer asks whether the name is one of its own."""
    spelled = [
        pipeline for found in document["pipelines"].values() if isinstance(found, dict) for pipeline in found.items()
    ]
    alone = [pipeline for pattern, pipeline in spelled if "*" not in pattern]
    for index, (section, pipeline) in enumerate(pipelines(document)):
        if any(pipeline is one for one in alone):
            continue  # the name is spelled, and the guard lets it pass
        for place, steps in enumerate(groups(pipeline)):
            for at, item in enumerate(steps):
                if ("BITBUCKET_TAG" if section == "tags" else "BITBUCKET_BRANCH") in guard(item):

                    def forget(other: Document, index: int = index, place: int = place, at: int = at) -> None:
                        found = list(groups(list(pipelines(other))[index][1]))[place][at]["step"]
                        found["script"] = found["script"][1:] or ["make"]

                    yield changed(document, forget)


def changed_state(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A step runs on a condition that CircleCI did not have."""
    known = jobs(outcome)
    for index, (_, pipeline) in enumerate(pipelines(document)):
        for at, item in enumerate(pipeline):
            if "step" in item and item["step"]["name"] in known and not guard(item):

                def ask(other: Document, index: int = index, at: int = at) -> None:
                    state = 'BITBUCKET_BRANCH != "main" && BITBUCKET_TAG == ""'
                    list(pipelines(other))[index][1][at]["step"]["condition"] = {"state": state}

                if _runs_elsewhere(document, index):
                    yield changed(document, ask)


def _runs_elsewhere(document: Document, index: int) -> bool:
    """Whether a pipeline runs on main or on tags, where the state of `changed_state` does not hold."""
    section, pipeline = list(pipelines(document))[index]
    branches = document["pipelines"].get("branches", {})
    return section == "tags" or (section == "default" and "main" not in branches) or branches.get("main") is pipeline


def _scripts(document: Document, outcome: Outcome, change: Callable[[Document], object]) -> Iterator[Document]:
    """The document with the first step changed that has a script, is a job's, and does not fail itself."""
    known = jobs(outcome)
    for index, (_, pipeline) in enumerate(pipelines(document)):
        for place, steps in enumerate(groups(pipeline)):
            for at, item in enumerate(steps):
                script = item.get("step", {}).get("script")
                if script and item["step"]["name"] in known and not re.search("exit [1-9]|false", str(script)):

                    def at_once(other: Document, index: int = index, place: int = place, at: int = at) -> None:
                        change(list(groups(list(pipelines(other))[index][1]))[place][at]["step"])

                    yield changed(document, at_once)
                    return  # the text alone says it: where the step stands makes no difference


def no_script(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A step has no script."""
    return _scripts(document, outcome, lambda step: step.pop("script"))


def failing_at_once(document: Document, outcome: Outcome) -> Iterator[Document]:
    """A script fails before it does anything."""
    return _scripts(document, outcome, lambda step: step["script"].insert(0, "exit 1"))


def both_ways(document: Document, _: Outcome) -> Iterator[Document]:
    """What pushes start stands in the sections and in triggers."""
    if {"default", "branches", "tags"} & document["pipelines"].keys():

        def add(other: Document) -> None:
            other["pipelines"].setdefault("custom", {})["more"] = [{"step": {"name": "more", "script": ["echo more"]}}]
            push = {"condition": 'BITBUCKET_BRANCH == "main"', "pipelines": ["more"]}
            other.setdefault("triggers", {}).setdefault("repository-push", []).append(push)

        yield changed(document, add)


FAULTS: tuple[Fault, ...] = (
    *(dropped_step, swapped_order, lost_gate, new_gate, wrong_branch, widened_glob),
    *(step_too_many, on_tags, removed_guard, changed_state),
    *(no_script, failing_at_once, both_ways),
)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: config.id)
def test_what_is_written_is_right(config: golden.Config) -> None:
    """Before anything is broken, every difference has its note."""
    outcome = converted(config)

    assert outcome.text is not None or config.id != "own"
    if outcome.text is not None:
        assert judged(outcome, outcome.text).unexplained == ()
        assert outcome.verdict == judged(outcome, outcome.text)


ENDING = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps:
      - checkout
      - run: %s
      - run: make
"""


@pytest.mark.parametrize(
    ("command", "reasons"),
    [
        ("circleci step halt", {"step-halt"}),
        ('if [[ -n "$CIRCLE_BRANCH" ]]; then circleci step halt; fi', {"step-halt"}),
        ('if [[ "$CIRCLE_BRANCH" == main ]]; then echo main; exit 1; fi', set()),
        ("'[ -f done ] && exit 1; make first'", set()),
    ],
)
def test_a_job_that_ends_itself(command: str, reasons: set[str]) -> None:
    """A command that ends its job at once does so on both sides; one that fails has done its work."""
    outcome = convert(Source("config.yml", ENDING % command))
    verdict = outcome.verdict

    assert outcome.text is not None
    assert {found.reason for row in verdict.rows for found in row.found} == reasons


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_fault_is_found(fault: Fault) -> None:
    """Wherever it can be made, in whichever config, verify has something to say that no note explains."""
    tried, silent = 0, list[str]()
    for config in CONFIGS:
        outcome = converted(config)
        if outcome.text is None:
            continue
        for broken in fault(changed(yaml.safe_load(outcome.text), lambda _: None), outcome):
            tried += 1
            verdict = judged(outcome, broken)
            if not verdict.unexplained and not verdict.problems:
                silent.append(f"{config.id}\n{yaml.safe_dump(broken['pipelines'], sort_keys=False)}")

    assert tried
    assert not silent, "\n\n".join(silent)


TRIGGERED = """\
triggers:
  repository-push:
    - condition: BITBUCKET_BRANCH != "" || BITBUCKET_TAG != ""
      pipelines: [main]
pipelines:
  custom:
    main:
      - parallel:
          - step: {name: build, script: [make]}
          - step: {name: lint, condition: {state: 'BITBUCKET_TAG == ""'}, script: [make]}
      - parallel:
          - step: {name: test, script: [make]}
          - step:
              name: pages
              condition: {state: 'glob(BITBUCKET_BRANCH, "{docs,pages}-*")'}
              script: ['[[ "$BITBUCKET_BRANCH" =~ ^((docs|pages)-[a-z]+)$ ]] || exit 0', make]
      - parallel:
          - step: {name: stage, condition: {state: 'glob(BITBUCKET_BRANCH, "{main,develop}")'}, script: [make]}
          - step:
              name: release
              condition: {state: 'glob(BITBUCKET_TAG, "v*")'}
              script: ["printf '%s' \\"$BITBUCKET_TAG\\" | grep -Eq '^v[0-9]+([.][0-9]+)*$' || exit 0", make]
      - stage:
          name: production
          trigger: manual
          condition: {state: 'BITBUCKET_BRANCH == "main"'}
          steps: [step: {name: deploy, script: [make]}]
    nightly:
      - step: {name: build, script: [make]}
      - step: {name: nightly, script: [make]}
"""
"""The config OWN in the other style, by hand: one custom pipeline a workflow, and conditions."""


def test_the_other_style_is_right_too() -> None:
    """Conditions and guards are read, not the way in which they came about."""
    verdict = judged(converted(CONFIGS[0]), TRIGGERED)

    assert [(row.event.label, one.difference) for row, one in verdict.unexplained] == []
    assert verdict.problems == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('BITBUCKET_BRANCH != "" || BITBUCKET_TAG != ""', 'BITBUCKET_BRANCH != ""'),
        ('BITBUCKET_BRANCH != "" || BITBUCKET_TAG != ""', 'BITBUCKET_BRANCH != "" && BITBUCKET_TAG != ""'),
        ("repository-push", "pullrequest-push"),
        ("pipelines: [main]", "pipelines: [nightly]"),
        ("pipelines: [main]", "pipelines: [main, nightly]"),
        ("pipelines: [main]", "pipelines: [main, main]"),
        (
            "pipelines: [main]\n",
            "pipelines: [main]\n    - {condition: 'BITBUCKET_BRANCH == \"main\"', pipelines: [main]}\n",
        ),
        ("'BITBUCKET_TAG == \"\"'", "'BITBUCKET_TAG != \"\"'"),
        ("'BITBUCKET_TAG == \"\"'", "'BITBUCKET_TAG = \"\"'"),
        ("{docs,pages}-*", "docs-*"),
        ("(docs|pages)-[a-z]+", "(docs|pages)-.+"),
        ("(docs|pages)-[a-z]+", "(docs)-[a-z]+"),
        ("['[[ \"$BITBUCKET_BRANCH\" =~ ^((docs|pages)-[a-z]+)$ ]] || exit 0', make]", "[make]"),
        ("{main,develop}", "{main,dev}"),
        ("{main,develop}", "{main,develop*}"),
        ('glob(BITBUCKET_TAG, "v*")', 'glob(BITBUCKET_TAG, "v?")'),
        ('glob(BITBUCKET_TAG, "v*")', 'glob(BITBUCKET_TAG, "v1*")'),
        ("^v[0-9]+([.][0-9]+)*$", "^v[0-9]+([.][0-9]+)+$"),
        ("^v[0-9]+([.][0-9]+)*$", "v[0-9]+([.][0-9]+)*"),
        ("grep -Eq", "grep -Evq"),
        ("          trigger: manual\n", ""),
        ("          trigger: manual\n", "          trigger: automatic\n"),
        ("'BITBUCKET_BRANCH == \"main\"'", "'BITBUCKET_BRANCH == \"master\"'"),
        ("'BITBUCKET_BRANCH == \"main\"'", "'BITBUCKET_BRANCH != \"main\"'"),
        ("name: deploy", "name: release"),
        ("      - step: {name: build, script: [make]}\n      - step: {name: nightly", "      - step: {name: nightly"),
    ],
)
def test_a_fault_in_the_other_style_is_found(old: str, new: str) -> None:
    """A condition, a guard or a gate that is only a little wrong."""
    assert old in TRIGGERED
    verdict = judged(converted(CONFIGS[0]), TRIGGERED.replace(old, new))

    assert verdict.unexplained or verdict.problems


JOB = {"docker": [{"image": "python:3"}], "steps": ["checkout", {"run": "make"}]}
FILTERS: tuple[Any, ...] = (
    *(None, None, None),
    {"branches": {"only": "main"}},
    {"branches": {"ignore": "main"}},
    {"branches": {"only": ["/feature\\/.*/", "main"]}},
    {"branches": {"ignore": "/release-.*/"}},
    {"branches": {"only": ["dev", "/dev-[a-z]+/"], "ignore": "dev-x"}},
    {"tags": {"only": "/^v.*/"}},
    {"tags": {"only": ["v1", "/x-.*/"]}},
    {"branches": {"ignore": "/.*/"}, "tags": {"only": "/v[0-9]+/"}},
    {"branches": {"only": "/.*\\bci\\b.*/"}, "tags": {"ignore": "/.*-rc[0-9]/"}},
    'pipeline.git.branch matches /rel.*/ or pipeline.git.tag == "v1"',
    'pipeline.git.tag starts-with "v" or pipeline.git.branch == "main"',
    'pipeline.git.branch != "main"',
)


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """Up to two workflows of jobs and approvals that may require what stands before them; both have an `a`."""
    found: dict[str, Any] = {}
    for name, letters in (("one", "abcdef"), ("two", "auvwxy"))[: draw(st.integers(1, 2))]:
        listed: list[dict[str, Any]] = []
        for job in letters[: draw(st.integers(1, 6))]:
            before = [next(iter(one)) for one in listed]
            required = draw(st.lists(st.sampled_from(before), unique=True)) if before else []
            entry: dict[str, Any] = {"requires": required} if required else {}
            filters = draw(st.sampled_from(FILTERS))
            entry |= {"filters": filters} if filters else {}
            entry |= {"type": "approval"} if draw(st.integers(0, 4)) == 0 else {}
            listed.append({job: entry})
        found[name] = {"jobs": listed}
    return found


def of_workflows(found: dict[str, Any], style: str = "classic", layout: str = "flat") -> Outcome:
    """The outcome of a config with these workflows."""
    document = {"version": 2.1, "jobs": dict.fromkeys("abcdefuvwxy", JOB), "workflows": found}
    outcome = convert(
        Source("config.yml", yaml.dump(document, Dumper=_Plain, sort_keys=False)), style=style, layout=layout
    )
    assert outcome.text is not None, outcome.notes
    return outcome


@settings(max_examples=150, deadline=None)
@given(workflows(), st.sampled_from(["classic", "triggers"]), st.sampled_from(["flat", "nested"]))
def test_random_graphs_keep_their_order_and_their_gates(found: dict[str, Any], style: str, layout: str) -> None:
    """No `requires` is broken, no gate lost, and no job runs where CircleCI would not run it."""
    verdict = of_workflows(found, style, layout).verdict

    assert [(row.event.label, one.difference) for row, one in verdict.unexplained] == []


RELEASES = {"branches": {"ignore": "/release-.*/"}}
TAGS_ONLY = {"branches": {"ignore": "/.*/"}, "tags": {"only": "/v[0-9]+/"}}
NAMES = 'pipeline.git.branch matches /rel.*/ or pipeline.git.tag == "v1"'


BY_EXPRESSION = {"filters": 'pipeline.git.branch == "main"'}


@pytest.mark.parametrize(
    "jobs",
    [
        [{"a": {"filters": RELEASES}}, {"b": {"filters": TAGS_ONLY}}, {"c": {"requires": ["a", "b"]}}],
        [{"a": {"filters": NAMES}}, {"b": {"requires": ["a"], "filters": {"tags": {"only": "/v.*/"}}}}],
        [{"a": {"type": "approval", **BY_EXPRESSION}}, {"b": {"requires": ["a"]}}],
        [{"a": {}}, {"b": {"type": "approval"}}, {"c": {"requires": ["a", "b"], "filters": RELEASES}}],
    ],
)
@pytest.mark.parametrize("style", ["classic", "triggers"])
def test_graphs_whose_filters_meet(jobs: list[dict[str, Any]], style: str) -> None:
    """What a job inherits from those that it requires holds for each kind of name by itself."""
    assert of_workflows({"one": {"jobs": jobs}}, style=style).verdict.unexplained == ()


@pytest.mark.skipif(not other.SHARED.is_dir(), reason="the samples do not lie beside the checkout")
def test_other_peoples_configs_are_the_same_or_explained() -> None:
    """No config has a difference that no note tells of, and the table says how many have none at all."""
    left = {judged.name: judged.unexplained for judged in verdicts() if judged.unexplained}

    assert left == {}
    assert TABLE.read_text(encoding="utf-8") == table(), "run `python -m tests.verdicts`"
