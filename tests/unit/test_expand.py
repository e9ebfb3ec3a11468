"""Expansion: commands, executors, conditions and lists of steps become calls of built-in steps."""

import pytest

from migrate import Outcome, Source, convert
from migrate.circleci.plan import Call
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Node, Scalar


def expanded(text: str) -> Outcome:
    """The outcome of a config; its plan is what this is about."""
    return convert(Source("config.yml", text))


def command(call: Call) -> str:
    """A call as a word: its step, or its command if it is a `run`."""
    node: Node | None = call.body if isinstance(call.body, Scalar) else peek(call.body, "command")
    return node.text if call.step == "run" and isinstance(node, Scalar) else call.step


def commands(text: str) -> list[str]:
    """The calls of all jobs in order."""
    return [command(call) for job in expanded(text).plan.jobs for call in job.steps]


def refusals(text: str) -> list[str]:
    """What is said about a config that is refused."""
    outcome = expanded(text)
    assert outcome.text is None
    return [f"{note.span.line}: {note.detail}" for note in outcome.notes if note.refusal]


HEAD = "version: 2.1\n"


def test_a_second_call_has_its_own_arguments() -> None:
    """Nothing of the first call remains: neither its arguments nor what followed from them."""
    text = (
        HEAD
        + """commands:
  say:
    parameters:
      what: {type: string, default: nothing}
      twice: {type: boolean, default: false}
    steps:
      - run: echo << parameters.what >>
      - when: {condition: << parameters.twice >>, steps: [{run: echo again << parameters.what >>}]}
jobs:
  build: {docker: [{image: x}], steps: [{say: {what: a, twice: true}}, say, {say: {what: b}}]}
"""
    )

    assert commands(text) == ["echo a", "echo again a", "echo nothing", "echo b"]


def test_parameters_are_lexical() -> None:
    """A command does not see its caller's parameters, only its own."""
    text = (
        HEAD
        + """commands:
  outer:
    parameters: {x: {type: string}}
    steps: [{inner: {y: "<< parameters.x >>!"}}]
  inner:
    parameters: {y: {type: string}}
    steps: [{run: echo << parameters.y >> << parameters.x >>}]
jobs:
  build: {docker: [{image: x}], steps: [{outer: {x: a}}]}
"""
    )

    assert any("Arguments referenced without declared parameters: parameters.x" in said for said in refusals(text))


@pytest.mark.parametrize("spliced", ["- << parameters.more >>", "- steps: << parameters.more >>"])
def test_lists_of_steps_are_spliced(spliced: str) -> None:
    """A `steps` argument stands where it is named, and its own parameters are its writer's."""
    text = (
        HEAD
        + f"""commands:
  wrap:
    parameters: {{more: {{type: steps, default: []}}}}
    steps:
      - run: before
      {spliced}
      - run: after
jobs:
  build:
    parameters: {{word: {{type: string, default: hello}}}}
    docker: [{{image: x}}]
    steps:
      - wrap
      - wrap: {{more: [checkout, {{run: echo << parameters.word >>}}]}}
"""
    )

    assert commands(text) == ["before", "after", "before", "checkout", "echo hello", "after"]


def test_pre_and_post_steps_surround_the_job() -> None:
    """They are written in the workflow and stand before and behind the job's own."""
    text = (
        HEAD
        + """jobs: {a: {docker: [{image: x}], steps: [{run: own}]}}
workflows: {w: {jobs: [{a: {pre-steps: [{run: pre}], post-steps: [{run: post}]}}]}}
"""
    )

    assert commands(text) == ["pre", "own", "post"]


def test_a_command_may_hide_a_built_in_step() -> None:
    """A command named like a built-in step is called in its place, and may itself call the built-in one."""
    text = (
        HEAD
        + """commands: {checkout: {steps: [{run: first}, checkout]}}
jobs: {build: {docker: [{image: x}], steps: [checkout]}}
"""
    )

    assert commands(text) == ["first", "checkout"]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("true", True),
        ("false", False),
        ('""', False),
        ('"false"', True),
        ("{not: false}", True),
        ("{and: [true, x]}", True),
        ("{and: [true, 0]}", False),
        ("{or: [false, x]}", True),
        ("{or: [false, '']}", False),
        ("{equal: [a, a, a]}", True),
        ("{equal: [1, '1']}", False),
        ("{matches: {pattern: 'v[0-9]+', value: v12}}", True),
        ("{matches: {pattern: 'v[0-9]+', value: v12x}}", False),
        ("{and: [false, {equal: [main, << pipeline.git.branch >>]}]}", False),
        ("{or: [true, {equal: [main, << pipeline.git.branch >>]}]}", True),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    """Logic statements are decided where they can be, also with unknowns that do not matter."""
    text = (
        HEAD
        + f"""jobs:
  build:
    docker: [{{image: x}}]
    steps:
      - when: {{condition: {condition}, steps: [{{run: when}}]}}
      - unless: {{condition: {condition}, steps: [{{run: unless}}]}}
"""
    )

    assert commands(text) == ["when" if holds else "unless"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("jobs: {a: {docker: [{image: x}], steps: [checkout]}}\n", "1: Cannot find a job named `build`"),
        ("jobs: {build: {docker: [{image: x}], steps: []}}\n", "2: the job 'build' has no steps"),
        ("jobs: {build: {docker: [{image: x}], steps: [chekout]}}\n", "command named chekout; there are: add_ssh_keys"),
        ("jobs: {build: {docker: [{image: x}], steps: [{run: a, name: b}]}}\n", "this one has 2 (run, name)"),
        (
            "commands: {a: {steps: [b]}, b: {steps: [a]}}\njobs: {build: {docker: [{image: x}], steps: [a]}}\n",
            "calls itself: a -> b -> a",
        ),
        ("jobs: {build: {executor: py, steps: [checkout]}}\n", 'Executor "py" does not exist; there are: none'),
        (
            "jobs: {a: {docker: [{image: x}], steps: [checkout]}}\nworkflows: {w: {jobs: [b]}}\n",
            "3: Error calling workflow: 'w': Cannot find a definition for job named b; there are: a",
        ),
    ],
)
def test_what_circleci_refuses(text: str, said: str) -> None:
    """A config that CircleCI would not run is refused with the place, the cause and what is legal."""
    assert any(said in detail for detail in refusals(HEAD + text)), refusals(HEAD + text)


def test_names_of_jobs_that_run_twice() -> None:
    """A job that runs twice is two jobs, each with its arguments."""
    text = (
        HEAD
        + """jobs:
  t:
    parameters: {v: {type: string}}
    docker: [{image: "x:<< parameters.v >>"}]
    steps: [{run: echo << parameters.v >>}]
workflows: {w: {jobs: [{t: {name: one, v: "1"}}, {t: {name: two, v: "2", requires: [one]}}]}}
"""
    )
    outcome = expanded(text)

    assert [job.name for job in outcome.plan.jobs] == ["one", "two"]
    assert commands(text) == ["echo 1", "echo 2"]
