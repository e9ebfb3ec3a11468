"""What stays in the parent pipeline because a person starts a step of it."""

import pytest

from migrate import Source, convert

CONFIG = """version: 2.1
jobs:
  job: {docker: [{image: alpine}], steps: [run: make]}
workflows:
  main:
    jobs:
"""


def told(*entries: str, layout: str = "nested") -> list[str]:
    """What the notes say of chains that stay in the parent; a word is a job's name, others are what it requires."""
    text = CONFIG
    for entry in entries:
        name, *requires = entry.split()
        kind = "hold: {type: approval, name: " if name.startswith("hold") else "job: {name: "
        text += f"      - {kind}{name}, requires: [{', '.join(requires)}]}}\n"
    outcome = convert(Source("config.yml", text), layout=layout)
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    return [note.detail.split(" stay in")[0] for note in outcome.notes if note.code.id == "stays-in-parent"]


CHAINS = ("a", "b a", "c", "hold c", "d hold")


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        (CHAINS, ["'c', 'd'"]),
        ((*CHAINS, "e", "hold-e e", "f hold-e"), ["'c', 'd'", "'e', 'f'"]),
        (("a", "b a", "c", "d c"), []),  # no gate: both chains are children
        (("a", "hold a", "b hold", "c b"), []),  # one chain: its groups say all
        (("a", "hold a", "b hold", "c hold"), []),  # what stands behind the gate needs no child
    ],
)
def test_what_stays(entries: tuple[str, ...], wanted: list[str]) -> None:
    """A chain with a gate would be a child without it; it is told of once, and only where children were asked for."""
    assert told(*entries) == wanted
    assert told(*entries, layout="flat") == []
