"""What `older` lays over a mapping for earlier versions of an orb."""

from migrate.circleci.mapped import Facts, load
from migrate.circleci.orbs import Reference
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar, Sequence

MAPPING = """
versions: {from: 1.0.0, to: 3.1.0}
orbs:
  own:
    commands:
      enable: {steps: [run: corepack enable]}
commands:
  install:
    parameters: {tag: {type: string, default: lts}}
    steps: [own/enable, run: npm ci]
older:
  - below: 3.0.0
    orbs: {own: {commands: {enable: {steps: []}}}}
  - below: 2.0.0
    commands: {install: {parameters: {tag: null}}}
"""


def _at(made: Facts, version: str, *path: str) -> object:
    node: object = made.as_of(Reference("a/b", version))
    for key in path:
        assert isinstance(node, Mapping)
        node = peek(node, key)
    return node


def test_a_patch_changes_the_commands_of_the_mappings_own_orb() -> None:
    """What two versions do differently may stand in a command that the orb does not offer."""
    made = load("made.yml", MAPPING)
    now, before = (_at(made, version, "orbs", "own", "commands", "enable", "steps") for version in ("3.0.0", "2.9.9"))

    assert isinstance(now, Sequence)
    assert isinstance(before, Sequence)
    assert (len(now.items), len(before.items)) == (1, 0)


def test_patches_lie_on_each_other_and_null_takes_away() -> None:
    """The oldest version has all patches; a name that stands for nothing is gone."""
    made = load("made.yml", MAPPING)
    tag = ("commands", "install", "parameters", "tag")

    assert _at(made, "1.0.0", *tag) is None
    assert isinstance(_at(made, "2.0.0", *tag, "default"), Scalar)
