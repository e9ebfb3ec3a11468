"""Each relation that verify holds: what starts, what runs, in which order, behind which gates."""

from typing import Any

import pytest
import yaml

from migrate import Outcome, Source, convert
from migrate.circleci.plan import Plan
from migrate.verify import Verdict, samples, verify
from migrate.verify.events import BRANCH, Event
from migrate.verify.table import render

JOB = {"docker": [{"image": "python:3"}], "steps": [{"run": "make"}]}
UPLOADING = {"docker": [{"image": "python:3"}], "steps": [{"run": "docker push x"}, {"run": "make"}]}
DROPPED = {"macos": {"xcode": "15.0.0"}, "steps": [{"run": "make"}]}


def plan(workflows: str) -> Plan:
    """The plan of workflows, whose jobs are `a` to `f`."""
    jobs = dict.fromkeys("abcdef", JOB)
    read = yaml.safe_load(workflows)
    flows = read if all(isinstance(one, dict) for one in read.values()) else {"w": read}
    outcome = convert(Source("config.yml", yaml.safe_dump({"version": 2.1, "jobs": jobs, "workflows": flows})))
    assert outcome.text is not None, outcome.notes
    return outcome.before


def step(name: str, **keys: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a step may have
    """A step that works."""
    return {"step": {"name": name, "script": ["make"], **{key.replace("_", "-"): value for key, value in keys.items()}}}


def of(workflows: str, pipelines: dict[str, Any], **more: Any) -> Verdict:  # noqa: ANN401
    """The verdict on workflows and pipelines, of which no note tells anything."""
    return verify(plan(workflows), yaml.safe_dump({"pipelines": pipelines, **more}))


def said(verdict: Verdict) -> set[str]:
    """The differences: the event, the kind and the job, and what it is about."""
    return {
        f"{row.event.label}: {found.difference.kind} {found.difference.name} {found.difference.other}".strip()
        for row in verdict.rows
        for found in row.found
    }


def kinds(verdict: Verdict) -> set[str]:
    """The differences without their events."""
    return {one.partition(": ")[2] for one in said(verdict)}


GATED = "jobs: [a, {hold: {type: approval, requires: [a]}}, {b: {requires: [hold]}}]"
CHAIN = "jobs: [a, {b: {requires: [a]}}]"
TWO_GATES = """
jobs:
  - a
  - h: {type: approval, requires: [a]}
  - b: {requires: [h]}
  - i: {type: approval, requires: [b]}
  - c: {requires: [i]}
"""
CHILDREN = {"x": [step("a"), step("b")], "y": [step("b"), step("a")]}


def child(name: str, **keys: Any) -> dict[str, Any]:  # noqa: ANN401
    """A step that runs a custom pipeline."""
    return {"step": {"name": "child", "type": "pipeline", "custom": name, **keys}}


@pytest.mark.parametrize(
    ("workflows", "pipeline", "expected"),
    [
        (CHAIN, [step("a"), step("b")], set()),
        (CHAIN, [step("b"), step("a")], {"order b a"}),
        (CHAIN, [{"parallel": [step("a"), step("b")]}], {"order b a"}),
        (CHAIN, [{"parallel": {"fail-fast": True, "steps": [step("a"), step("b")]}}], {"order b a"}),
        (CHAIN, [{"stage": {"name": "s", "steps": [step("a"), step("b")]}}], set()),
        (CHAIN, [{"stage": {"name": "s", "steps": [step("b"), step("a")]}}], {"order b a"}),
        (CHAIN, [step("a"), {"final": step("b")["step"]}], set()),
        (CHAIN, [{"parallel": [step("a")]}, {"parallel": [step("b"), step("c")]}], {"extra c"}),
        (CHAIN, [step("a")], {"missing b"}),
        (CHAIN, [step("a"), step("b"), step("b")], {"extra b"}),
        (CHAIN, [step("a"), step("b", trigger="manual")], {"held b b"}),
        (CHAIN, [step("a"), {"stage": {"name": "s", "trigger": "manual", "steps": [step("b")]}}], {"held b s (stage)"}),
        (CHAIN, [step("a"), step("b", condition={"state": 'SECRET == "x"'})], {"unknown b"}),
        (CHAIN, [step("a"), step("b", script=["[[ $BITBUCKET_BRANCH == +(x) ]] || exit 0"])], {"unknown b"}),
        (CHAIN, [step("a"), step("b", on_fail={"strategy": "ignore"})], set()),
        (CHAIN, [step("a", on_fail={"strategy": "ignore"}), step("b")], {"status b a"}),
        (CHAIN, [step("a"), step("say", script=["echo hello"]), step("b")], set()),
        (CHAIN, [step("a"), step("new"), step("b")], {"extra new"}),
        (CHAIN, [step("a"), {"import": "x:main:y"}, step("b")], {"extra import x:main:y"}),
        (CHAIN, [child("x")], set()),
        (CHAIN, [child("y")], {"order b a"}),
        (CHAIN, [child("none")], {"missing a", "missing b"}),
        (CHAIN, [child("x", condition={"state": 'BITBUCKET_BRANCH == ""'})], {"missing a", "missing b"}),
        ("jobs: [a, b, {c: {requires: [a, b]}}]", [{"parallel": [step("a"), child("z")]}, step("c")], set()),
        (GATED, [step("a"), step("b", trigger="manual")], set()),
        (GATED, [step("a"), step("b")], {"gate b hold"}),
        (GATED, [step("a"), step("hold", trigger="manual", script=["echo yes"]), step("b")], set()),
        (
            GATED,
            [step("x", script=["echo"]), step("a", trigger="manual"), step("b")],
            {"gate b hold", "held a a", "held b a"},
        ),
        (GATED, [step("a"), child("c", trigger="manual")], set()),
        (GATED, [step("a"), {"stage": {"name": "s", "trigger": "manual", "steps": [step("b")]}}], set()),
        (GATED, [step("a"), {"final": step("b")["step"]}], {"gate b hold"}),
        (GATED, [step("a"), {"parallel": [step("b", trigger="manual"), step("c")]}], {"extra c"}),
        (GATED, [step("a"), step("b", trigger="manual"), step("c")], {"offered c"}),
        (
            "jobs: [a, {hold: {type: approval}}, {b: {requires: [hold]}}, {c: {requires: [a]}}]",
            [step("a"), step("b", trigger="manual"), step("c")],
            {"held c b"},
        ),
        (
            TWO_GATES,
            [step("a"), step("b", trigger="manual"), step("c")],
            {"gate c i"},
        ),
        ("jobs: [a, {b: {requires: [{a: failed}]}}]", [step("a"), step("b", trigger="manual")], {"held b b"}),
        ("jobs: [a, {b: {requires: [{a: failed}]}}]", [step("a"), step("b")], {"extra b"}),
        ("jobs: [a, {b: {requires: [{a: failed}]}}]", [step("a"), {"final": step("b")["step"]}], {"status b a"}),
        ("jobs: [a, {b: {requires: [{a: terminal}]}}]", [step("a"), step("b")], {"status b a"}),
        ("jobs: [a, {b: {requires: [{a: terminal}]}}]", [step("a"), {"final": step("b")["step"]}], set()),
        ("{v: {jobs: [a]}, w: {jobs: [a]}}", [step("a"), step("a")], set()),
        ("{v: {jobs: [a]}, w: {jobs: [a]}}", [step("a")], {"missing a"}),
        (
            "{v: {jobs: [{b: {requires: [a]}}, a]}, w: {jobs: [b]}}",
            [{"parallel": [step("b"), step("a")]}, step("b")],
            set(),
        ),
    ],
)
def test_the_order_and_the_gates_of_a_push(workflows: str, pipeline: list[Any], expected: set[str]) -> None:
    """What differs, if the one pipeline that a push starts is this one."""
    custom = {**CHILDREN, "z": [step("b")], "c": [step("b")]}
    verdict = of(workflows, {"default": pipeline, "custom": custom})

    assert {
        one for event in said(verdict) if event.startswith("push") for one in [event.partition(": ")[2]]
    } == expected


TWO = "jobs: [a, {b: {filters: {branches: {only: [main, '/rel-.*/']}}}}, {c: {filters: {tags: {only: '/v[0-9]+/'}}}}]"
ALL, REL = [step("a"), step("c")], [step("a"), step("b"), step("c")]


@pytest.mark.parametrize(
    ("pipelines", "expected"),
    [
        (
            {"default": ALL, "branches": {"main": REL, "rel-**": REL}, "tags": {"v*": [step("c")]}},
            {"tag v1.2.3: extra c"},
        ),
        ({"default": ALL, "branches": {"main": REL, "rel-*": REL}}, {"tag v1: missing c"}),
        ({"default": ALL, "branches": {"{main,rel-**}": REL}}, {"tag v1: missing c"}),
        ({"branches": {"**": ALL, "{main,rel-**}": REL}}, {"tag v1: missing c"}),
        ({"default": REL}, {"push to some-branch: extra b", "tag v1: missing c"}),
        ({"default": ALL}, {"push to main: missing b", "tag v1: missing c"}),
        (
            {"default": ALL, "branches": {"main": REL, "rel*": REL}},
            {"push to relx: extra b", "tag v1: missing c"},
        ),
        ({"default": REL, "pull-requests": {"**": ALL}}, {"push to some-branch: extra b", "tag v1: missing c"}),
        (
            {"default": ALL, "branches": {"{main,rel-**}": REL}, "pull-requests": {"**": REL}},
            {"pull request from some-branch: extra b", "tag v1: missing c"},
        ),
    ],
)
def test_which_pipeline_starts(pipelines: dict[str, Any], expected: set[str]) -> None:
    """The name itself, else the longest glob, else `default`; tags have no default, pull requests neither."""
    assert expected <= said(of(TWO, pipelines))


def test_where_everything_is_right_nothing_differs() -> None:
    """A guard asks for what a glob cannot."""
    guarded = step("c", script=['[[ -z "$BITBUCKET_TAG" || "$BITBUCKET_TAG" =~ ^(v[0-9]+)$ ]] || exit 0', "make"])
    right = {
        "default": [step("a"), guarded],
        "branches": {"{main,rel-**}": [step("a"), step("b"), guarded]},
        "tags": {"v*": [guarded]},
    }

    assert said(of(TWO, right)) == set()


def test_triggers_start_custom_pipelines() -> None:
    """All entries that hold; conditions are of Bitbucket's own language."""
    custom = {"all": ALL, "rel": [step("b")], "tag": [step("c")]}
    push = [
        {"condition": 'BITBUCKET_TAG == ""', "pipelines": ["all"]},
        {"condition": 'BITBUCKET_BRANCH == "main" || glob(BITBUCKET_BRANCH, "rel-**")', "pipelines": ["rel"]},
        {"condition": 'glob(BITBUCKET_TAG, "v*")', "pipelines": ["tag"]},
    ]
    found = said(of(TWO, {"custom": custom}, triggers={"repository-push": push}))

    assert found == {"tag v1.2.3: extra c"}
    wrong = [{**push[1], "condition": 'BITBUCKET_BRANCH == "main" ||'}]
    verdict = of(TWO, {"custom": custom}, triggers={"repository-push": wrong})
    assert verdict.problems == (
        "the condition of 'triggers > repository-push' is no expression: the end stands where a value should",
    )


NIGHTLY = """
build: {jobs: [a]}
nightly:
  triggers: [{schedule: {cron: "0 0 * * *", filters: {branches: {only: [dev]}}}}]
  jobs: [b, {c: {requires: [b]}}]
"""


@pytest.mark.parametrize(
    ("pipelines", "expected"),
    [
        ({"default": [step("a")], "custom": {"nightly": [step("b"), step("c")]}}, set()),
        ({"default": [step("a")], "custom": {"nightly": [step("c"), step("b")]}}, {"nightly on dev: order c b"}),
        ({"default": [step("a")]}, {"nightly on dev: missing b", "nightly on dev: missing c"}),
        ({"default": [step("a"), step("b")], "custom": {"nightly": [step("b"), step("c")]}}, {"push to main: extra b"}),
        (
            {"default": [step("a")], "custom": {"nightly": [step("b"), step("c")], "x": [step("a"), step("b")]}},
            set(),
        ),
    ],
)
def test_a_schedule_starts_a_custom_pipeline(pipelines: dict[str, Any], expected: set[str]) -> None:
    """The workflow's own, on the branches that it names, and no push does; one that is no workflow's is a person's."""
    assert said(of(NIGHTLY, pipelines)) == expected


def test_a_custom_pipeline_may_have_another_name() -> None:
    """It is the workflow that has all of its jobs."""
    right: dict[str, Any] = {"default": [step("a")], "custom": {"every night": [step("b"), step("c")]}}

    assert said(of(NIGHTLY, right)) == set()
    right["custom"]["every night"].reverse()
    assert said(of(NIGHTLY, right)) == {"every night on dev: order c b"}


def test_variables_of_a_custom_pipeline_have_their_defaults() -> None:
    """A state may ask for them."""
    asked = step("b", condition={"state": 'WHO == "me"'})
    pipelines: dict[str, Any] = {"default": [step("a")], "custom": {"nightly": [asked, step("c")]}}

    assert said(of(NIGHTLY, pipelines)) == {"nightly on dev: unknown b"}
    pipelines["custom"]["nightly"].insert(0, {"variables": [{"name": "WHO", "default": "me"}]})
    assert said(of(NIGHTLY, pipelines)) == set()
    pipelines["custom"]["nightly"][0]["variables"][0]["default"] = "you"
    assert said(of(NIGHTLY, pipelines)) == {"nightly on dev: missing b"}


def test_a_filtered_job_is_ignored_unless_all_are() -> None:
    """And an approval that is left out holds nobody."""
    workflows = (
        "jobs: [a, {h: {type: approval, filters: {branches: {only: main}}}}, {b: {requires: [a, h]}},"
        " {c: {requires: [h]}}]"
    )
    main = [step("a"), {"parallel": [step("b", trigger="manual"), step("c", trigger="manual")]}]

    assert said(of(workflows, {"default": [step("a"), step("b")], "branches": {"main": main}})) == set()
    assert said(of(workflows, {"default": main})) == {
        "push to some-branch: held b b",
        "push to some-branch: offered c",
    }


def test_values_that_conditions_ask_for_are_tried() -> None:
    """What a push does not decide is an event of its own."""
    workflows = "{w: {when: {equal: [opened, << pipeline.event.action >>]}, jobs: [a]}}"

    assert said(of(workflows, {"custom": {"w": [step("a")]}})) == {
        "push to main, event.action = opened: missing a",
    }


def test_what_a_pattern_matches_is_sampled() -> None:
    """Every alternative, without what git forbids; and what is near."""
    assert set(samples.of_pattern("v(a|b)?")) == {"v", "va", "vb"}
    assert samples.of_pattern("a b") == samples.of_pattern("(?=a)") == ()
    assert {"mainx", "mai", "maib", "xmain", "x/main", "ma/in"} <= set(samples.near("main"))
    assert {"feature/x", "feature/1.2"} == set(samples.of_glob("feature/*"))
    assert Event(BRANCH, "main").facts["pipeline.git.tag"] is None


def test_the_table_is_aligned_and_says_what_is_wrong() -> None:
    """First the row that differs; without the signs where they cannot be shown."""
    verdict = of(TWO, {"default": ALL})
    lines = render(verdict).splitlines()

    assert lines[0].split() == ["1", "2", "3"]
    assert lines[1].startswith("push to main")
    assert lines[1].split()[-5:] == ["●", "●→·", "✗", "●"] or "●→· ✗" in lines[1]
    assert "x->. !" in render(verdict, plain=True)
    assert render(verdict, plain=True).isascii()
    assert "and" in render(verdict, most=1)


FAILED = """
jobs:
  - a
  - b: {requires: [{a: failed}]}
  - c: {requires: [b]}
"""


def outcome_of(workflow: str, choices: str = "", job: dict[str, Any] = JOB) -> Outcome:
    """The outcome of a config with one workflow, whose jobs are `a` to `f`."""
    document = {"version": 2.1, "jobs": dict.fromkeys("abcdef", job), "workflows": {"w": yaml.safe_load(workflow)}}
    chosen = Source("circle2bb.yml", choices) if choices else None
    return convert(Source("config.yml", yaml.safe_dump(document)), chosen)


def test_what_stands_behind_a_job_after_a_failure_is_explained_with_it() -> None:
    """The note of the job that is held tells of it, and each is told which step that is."""
    found = [one for row in outcome_of(FAILED).verdict.rows for one in row.found]

    assert {(one.difference.name, one.phrase, one.reason) for one in found} == {
        ("b", "somebody has to start it, where CircleCI asks nobody", "requires-status"),
        ("c", "it waits until somebody starts 'b', where CircleCI asks nobody", "requires-status"),
    }


def test_another_gate_before_it_is_not_explained_by_that_note() -> None:
    """A step that nobody held is held: the note of `b` tells nothing of it."""
    outcome = outcome_of(FAILED)
    pipeline = [step("a"), step("b", trigger="manual"), step("c", trigger="manual")]
    verdict = verify(outcome.before, yaml.safe_dump({"pipelines": {"default": pipeline}}), outcome.notes)

    assert {(one.difference.name, one.phrase) for _, one in verdict.unexplained} == {
        ("c", "somebody has to start it, where CircleCI asks nobody")
    }


@pytest.mark.parametrize(
    ("gate", "phrase"),
    [
        ({"step": {"trigger": "manual", "script": ["echo"]}}, "a step without a name"),
        ({"step": {"name": "go", "trigger": "manual", "script": ["echo"]}}, "'go'"),
        ({"step": {"name": "child", "type": "pipeline", "custom": "x", "trigger": "manual"}}, "'child (pipeline)'"),
        ({"stage": {"name": "s", "trigger": "manual", "steps": [{"step": {"script": ["echo"]}}]}}, "'s (stage)'"),
    ],
)
def test_a_gate_is_called_by_its_name(gate: dict[str, Any], phrase: str) -> None:
    """A stage and a step that runs a pipeline have one as well."""
    empty = {"x": [{"step": {"script": ["echo"]}}]}
    verdict = of("jobs: [a, b]", {"default": [step("a"), gate, step("b")], "custom": empty})

    assert {found.phrase for row, found in verdict.unexplained if row.event.kind == BRANCH} == {
        f"it waits until somebody starts {phrase}, where CircleCI asks nobody"
    }


ADDED = "add: {pypi-publish: {requires: [a]}}"
BESIDE = """
jobs:
  - a
  - h: {type: approval, requires: [a]}
  - b: {requires: [h]}
  - c: {requires: [b]}
"""


def reasons(verdict: Verdict) -> set[tuple[str, str, str]]:
    """The differences of pushes: the job, what it is about, and what explains it."""
    rows = (row for row in verdict.rows if row.event.kind == BRANCH)
    return {(one.difference.name, one.difference.other, one.reason) for row in rows for one in row.found}


def test_what_stands_behind_a_held_addition_is_explained_by_its_own_note() -> None:
    """The addition is no job of the plan; the note of `c` says that it stands behind a stranger."""
    outcome = outcome_of(BESIDE, ADDED)

    assert reasons(outcome.verdict) == {("c", "pypi-publish", "waits-for-foreign-gate")}
    told = [note for note in outcome.notes if note.code.id != "waits-for-foreign-gate"]
    verdict = verify(outcome.before, outcome.text or "", told, outcome.choices, ["pypi-publish"])
    assert reasons(verdict) == {("c", "pypi-publish", "")}


def with_additions(outcome: Outcome, text: str = "") -> Verdict:
    """The verdict on a plan in which the additions are jobs."""
    return verify(outcome.plan, text or outcome.text or "", outcome.notes, outcome.choices, customs=outcome.customs)


def test_additions_may_be_jobs_of_the_plan() -> None:
    """They have columns, an order and gates like other jobs."""
    outcome = outcome_of(BESIDE, ADDED)
    verdict = with_additions(outcome)

    assert "pypi-publish" in {job.label for job in verdict.jobs}
    assert reasons(verdict) == {
        ("c", "pypi-publish", "waits-for-foreign-gate"),
        ("pypi-publish", "pypi-publish", "addition-gate"),
    }
    assert outcome.text
    free = yaml.safe_load(outcome.text)
    group = free["pipelines"]["default"][1]["parallel"]
    group[1]["step"] = {**group[1]["step"], "trigger": "automatic"}
    assert reasons(with_additions(outcome, yaml.safe_dump(free))) == set()
    gone = yaml.safe_load(outcome.text)
    gone["pipelines"]["default"][1] = {"parallel": [group[0], step("x", script=["echo"])]}
    assert ("pypi-publish", "", "") in reasons(with_additions(outcome, yaml.safe_dump(gone)))
    early = yaml.safe_load(outcome.text)
    early["pipelines"]["default"] = [group[1], *early["pipelines"]["default"][:1], group[0], step("c")]
    assert ("pypi-publish", "a", "") in reasons(with_additions(outcome, yaml.safe_dump(early)))


def test_an_addition_in_the_place_of_a_job() -> None:
    """The job is no longer in the plan; that commands are left out does not explain that the addition is missing."""
    outcome = outcome_of(CHAIN, "add: {ecs-deploy: {replaces: b, cluster: c, service: s}}", UPLOADING)
    assert {note.job for note in outcome.notes if note.code.id == "replaced"} == {"w/b", "w/ecs-deploy"}
    assert outcome.text
    assert [job.label for job in with_additions(outcome).jobs] == ["a", "ecs-deploy"]
    assert reasons(with_additions(outcome)) == set()
    assert reasons(outcome.verdict) == {("b", "", "replaced")}

    gone = yaml.safe_load(outcome.text)
    gone["pipelines"]["default"] = [step("a")]
    assert reasons(with_additions(outcome, yaml.safe_dump(gone))) == {("ecs-deploy", "", "")}


SETUP = """
version: 2.1
setup: true
orbs: {path-filtering: circleci/path-filtering@1}
workflows: {choose: {jobs: [path-filtering/filter: {mapping: "api/.* api true"}]}}
"""
CONTINUED = """
version: 2.1
parameters: {api: {type: boolean, default: false}}
jobs: {a: &a {docker: [{image: "python:3"}], steps: [checkout, run: make]}, b: *a}
workflows:
  w:
    when: << pipeline.parameters.api >>
    jobs: [a, {h: {type: approval}}, {b: {requires: [h], filters: {branches: {only: main}}}}]
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("^(api/.*)$", "^(api/.*|web/.*)$"),
        ("^(api/.*)$", "api/.*"),
        ("^(api/.*)$", "^(api/x.*)$"),
        ("origin main", "origin develop"),
        ('[ "$base" != "$(git rev-parse HEAD)" ] || base=HEAD~1\n', ""),
        ("|| exit 0", "&& exit 0"),
        ('"$base" HEAD', "HEAD~1 HEAD"),
    ],
)
def test_the_script_that_asks_for_changed_paths_is_run(old: str, new: str) -> None:
    """No note has to excuse it; and a script that asks for something else is found."""
    outcome = convert(
        Source("config.yml", SETUP),
        Source("circle2bb.yml", "changed-paths: script"),
        files=lambda path: (path, CONTINUED) if path.endswith("continue_config.yml") else None,
    )
    assert outcome.text
    assert outcome.verdict.rows
    document = yaml.safe_load(outcome.text)
    text = yaml.dump(document, width=1000, default_style="|").replace(old, new) if old else outcome.text
    assert not old or old in yaml.dump(document, width=1000, default_style="|")
    verdict = verify(outcome.before, text, outcome.notes, outcome.choices, customs=outcome.customs)

    assert bool(verdict.unexplained) == bool(old)
    assert old or not {found.reason for row in verdict.rows for found in row.found}


@pytest.mark.parametrize("customs", [None, ()])
def test_a_custom_pipeline_that_a_person_added_is_theirs(customs: tuple[()] | None) -> None:
    """It has the name of no workflow, and nothing starts it; a step of another list does not make it a workflow's."""
    text = yaml.safe_dump({"pipelines": {"default": [step("a"), step("b")], "custom": {"again": [step("b")]}}})

    assert said(verify(plan(CHAIN), text, customs=customs)) == set()


PUSH = {"condition": 'BITBUCKET_TAG == ""', "pipelines": ["w"]}


@pytest.mark.parametrize(
    ("triggers", "more"),
    [
        ([PUSH], set()),
        ([{**PUSH, "pipelines": ["w", "w"]}], {"extra a", "extra b"}),
        ([PUSH, PUSH], {"extra a", "extra b"}),
        ([PUSH, {**PUSH, "condition": 'BITBUCKET_BRANCH == "main"'}], {"extra a", "extra b"}),
        ([PUSH, {**PUSH, "condition": 'BITBUCKET_TAG != ""'}], {"extra a", "extra b"}),
    ],
)
def test_a_pipeline_that_one_push_starts_twice(triggers: list[dict[str, Any]], more: set[str]) -> None:
    """Every entry that holds starts it, and every time that it is named there."""
    custom = {"w": [step("a"), step("b")]}
    verdict = of(CHAIN, {"custom": custom}, triggers={"repository-push": triggers})

    assert {one.partition(": ")[2] for one in said(verdict)} == more
    assert verdict.problems == ()


def test_two_events_of_a_pull_request_are_two_events() -> None:
    """A pipeline that commits start, and the opening, does not run twice."""
    triggers = {event: [PUSH] for event in ("pullrequest-push", "pullrequest-created")}

    assert (
        kinds(
            of(CHAIN, {"default": [step("a"), step("b")], "custom": CHILDREN | {"w": CHILDREN["x"]}}, triggers=triggers)
        )
        == set()
    )


@pytest.mark.parametrize(
    ("pipelines", "event", "problems"),
    [
        ({"default": CHILDREN["x"]}, "repository-push", 1),
        ({"branches": {"main": CHILDREN["x"]}}, "repository-push", 1),
        ({"tags": {"v*": CHILDREN["x"]}}, "repository-push", 1),
        ({"pull-requests": {"**": CHILDREN["x"]}}, "pullrequest-push", 1),
        ({"pull-requests": {"**": CHILDREN["x"]}}, "repository-push", 0),
        ({"default": CHILDREN["x"]}, "pullrequest-push", 0),
    ],
)
def test_triggers_beside_the_sections_for_the_same(pipelines: dict[str, Any], event: str, problems: int) -> None:
    """Whether both start is not known, so that no file can be right that has both."""
    verdict = of(CHAIN, {**pipelines, "custom": {"w": CHILDREN["x"]}}, triggers={event: [PUSH]})

    assert len(verdict.problems) == problems
    assert all(f"triggers > {event} stands beside" in one for one in verdict.problems)


@pytest.mark.parametrize(
    ("broken", "problem"),
    [
        ({"step": {"name": "b"}}, "the step 'b' has no script: a list of commands has to stand there"),
        (
            {"step": {"name": "b", "script": "make"}},
            "the step 'b' has no script: a list of commands has to stand there",
        ),
        ({"step": {"name": "b", "script": []}}, "the step 'b' has no script: a list of commands has to stand there"),
        (step("b", script=["exit 1", "make"]), "the script of 'b' fails before it does anything"),
        (
            step("b", script=["export A=1\necho no >&2", "exit 3", "make"]),
            "the script of 'b' fails before it does anything",
        ),
        (step("b", script=["set -e\nfalse\nmake"]), "the script of 'b' fails before it does anything"),
        (step("b", script=["make", "exit 1"]), ""),
        (step("b", script=['[ -n "$A" ] || exit 1', "make"]), ""),
        (step("b", script=["exit_code=1", "make"]), ""),
        (step("b", script=[{"pipe": "atlassian/x:1"}, "exit 1"]), ""),
    ],
)
def test_a_step_that_does_nothing(broken: dict[str, Any], problem: str) -> None:
    """It has the name of a job, and cannot be it."""
    verdict = of(CHAIN, {"default": [step("a"), broken]})

    assert verdict.problems == ((problem,) if problem else ())


def test_a_job_that_fails_at_once_may_do_so() -> None:
    """It did on CircleCI."""
    outcome = outcome_of(CHAIN, job={**JOB, "steps": [{"run": "echo no"}, {"run": {"command": "exit 1"}}]})

    assert "exit 1" in (outcome.text or "")
    assert outcome.verdict.problems == ()


def test_a_step_that_fails_on_purpose_has_a_note() -> None:
    """Without it, it would be a fault."""
    outcome = outcome_of(
        CHAIN, job={**JOB, "steps": [{"when": {"condition": "<< pipeline.git.branch >>", "steps": ["checkout"]}}]}
    )
    assert outcome.text
    assert outcome.verdict.problems == ()

    told = [note for note in outcome.notes if note.job != "w/b"]
    verdict = verify(outcome.before, outcome.text, told)
    assert verdict.problems == ("the script of 'b' fails before it does anything",)
