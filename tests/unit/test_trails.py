"""Each item of a script knows the step of the source that it was written for."""

from migrate.bitbucket.model import Command, Item, Pipe
from tests.golden import Config

CONFIG = """\
version: 2.1
orbs:
  own:
    commands:
      greet:
        steps: [{run: echo hello}]
commands:
  build:
    parameters: {to: {type: string}}
    steps:
      - run: echo << parameters.to >>
common: &common
  - run: |
      cd /
      pwd
jobs:
  one:
    docker: [{image: 'python:3.12'}]
    parameters: {to: {type: string, default: a}}
    parallelism: 2
    steps:
      - checkout
      - build: {to: << parameters.to >>}
      - own/greet
      - *common
      - run: {command: 'true', when: always}
workflows:
  main: {jobs: [{one: {matrix: {parameters: {to: [a, b]}}}}]}
"""
PLACES = [
    ("echo a", [28, 17, 23, 11]),
    ("echo hello", [28, 17, 24, 6]),
    ("cd /\npwd", [28, 17, 13]),
    ("true", [28, 17, 26]),
]
PIPES = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'cimg/base:current'}]
    steps:
      - run: aws s3 sync site s3://shop --delete --region eu-west-1
"""


def _trails(items: tuple[Item, ...]) -> list[tuple[str, list[int]]]:
    parts = [part for one in items for part in ((one.parts or (one,)) if isinstance(one, Command) else ())]
    return [(one.text.strip(), [span.line for span in one.trail]) for one in parts if one.trail]


def test_commands_orbs_matrices_and_anchors() -> None:
    """From the user's line inwards; what the converter adds of itself, such as the lines above, leads nowhere."""
    (step, other) = Config("trails", CONFIG).convert().pipelines.starts[0].steps

    assert _trails((*step.script, *step.after_script)) == PLACES
    assert _trails(other.script)[0] == ("echo b", [28, 17, 23, 11])


def test_joined_commands_keep_their_parts() -> None:
    """The machines of a job have one text; each part of it knows its place."""
    choices = "parallelism: keep\n"
    steps = Config("trails", CONFIG, choices=choices).convert().pipelines.starts[0].steps

    assert _trails(next(steps).script)[:3] == PLACES[:3]


def test_a_trail_takes_no_part_in_comparisons() -> None:
    """Two steps that say the same are one, wherever they come from."""
    (one, *_) = Config("trails", CONFIG).convert().pipelines.defined
    command = next(item for item in one.step.script if isinstance(item, Command) and item.trail)

    assert command == Command(command.text)


def test_pipes() -> None:
    """A pipe knows the command that it stands for."""
    (step,) = Config("trails", PIPES, choices="pipes: prefer\n").convert().pipelines.starts[0].steps
    (pipe,) = step.script

    assert isinstance(pipe, Pipe)
    assert [span.line for span in pipe.trail][1:] == [3, 6]
