"""From which line to which keys and items stand, and what aliases repeat."""

import pytest

from migrate.diagnostics import Notes
from migrate.yamlio.nodes import walk
from migrate.yamlio.read import extents, lines, read
from tests.golden import Config, configs

TEXT = """\
one: |
  text

  # text, too
# a comment
two: &two
  - a: 1
    b: [x,
      y]
  - "q
    r"
three: *two
four: {<<: {k: v}}
five: >-
  last"""


def _found(text: str) -> list[tuple[int, int, int, int]]:
    return [(one.line, one.column, one.last, one.depth) for one in extents(text)]


def test_blocks_flows_and_comments() -> None:
    """Blank lines and comments behind a value are no part of it; what its brackets and quotes hold is."""
    assert [one for one in _found(TEXT) if one[3] == 1] == [
        (1, 1, 4, 1),
        (6, 1, 11, 1),
        (12, 1, 12, 1),
        (13, 1, 13, 1),
        (14, 1, 15, 1),
    ]
    assert [one for one in _found(TEXT) if one[3] == 2][:2] == [(7, 5, 9, 2), (10, 5, 11, 2)]


def test_aliases_know_what_they_repeat() -> None:
    """The place is that of the node in the tree, which is where its anchor stands."""
    (alias,) = [one for one in extents(TEXT) if one.alias]

    assert (alias.line, alias.alias) == (12, (6, 6))


@pytest.mark.parametrize("breaks", ["\r\n", "\r", "\u2028"])
def test_line_breaks(breaks: str) -> None:
    """Lines are counted as YAML counts them."""
    text = TEXT.replace("\n", breaks)

    assert _found(text) == _found(TEXT)
    assert len(lines(text)) == 15


@pytest.mark.parametrize("config", list(configs())[::5], ids=lambda config: config.id)
def test_every_place_of_the_tree_begins_an_extent(config: Config) -> None:
    """So that what notes and trails name can be found in the text."""
    root = read(config.text, "", Notes())
    begun = {(one.line, one.column) for one in extents(config.text)} if root else set()

    for place in walk(root) if root else ():
        assert (place.span.line, place.span.column) in begun
