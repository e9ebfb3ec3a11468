"""Claims: what nobody read is told, once, at its top."""

import pytest

from migrate.diagnostics import Notes
from migrate.yamlio.decode import Claims, peek
from migrate.yamlio.nodes import Node
from migrate.yamlio.read import read

TEXT = """\
base: &base {image: x, size: y}
job:
  <<: *base
  steps:
    - run: make
    - save: {key: a, path: b}
list: [1, [2, 3]]
"""


@pytest.fixture
def root() -> Node:
    """The tree of the text above."""
    tree = read(TEXT, "config.yml", Notes())
    assert tree is not None
    return tree


@pytest.fixture
def claims() -> Claims:
    """Nothing is claimed yet."""
    return Claims(Notes())


def unclaimed(claims: Claims, root: Node) -> list[str]:
    """The paths that nobody claimed."""
    return [place.path for place in claims.unclaimed(root)]


def test_of_what_is_unread_only_the_top_is_told(root: Node, claims: Claims) -> None:
    """A subtree that nobody read is one place, not many."""
    assert unclaimed(claims, root) == ["base", "job", "list"]


def test_taking_a_key_claims_the_key_and_not_what_is_below(root: Node, claims: Claims) -> None:
    """What is taken has to be read on."""
    job = claims.take(root, "job")
    claims.take(job, "image")

    assert "job" not in unclaimed(claims, root)
    assert "job.steps" in unclaimed(claims, root)


def test_a_key_that_is_merged_in_is_claimed_at_its_own_place(root: Node, claims: Claims) -> None:
    """Taken through one alias, a key is read: its text stands once in the file."""
    claims.take(root, "base")
    claims.take(claims.take(root, "job"), "image")

    assert [path for path in unclaimed(claims, root) if path.endswith("image")] == []
    assert "base.size" in unclaimed(claims, root)


def test_items_are_claimed_one_by_one(root: Node, claims: Claims) -> None:
    """An item that was not handed out is told."""
    listed = claims.take(root, "list")
    next(iter(claims.items(listed)))

    assert [path for path in unclaimed(claims, root) if path.startswith("list")] == ["list[1]"]


def test_each_claims_all_keys(root: Node, claims: Claims) -> None:
    """Reading every entry leaves nothing at this level."""
    keys = [entry.key.text for entry in claims.each(root)]

    assert keys == ["base", "job", "list"]
    assert "list" not in unclaimed(claims, root)
    assert "list[0]" in unclaimed(claims, root)


def test_a_whole_is_claimed_to_its_leaves(root: Node, claims: Claims) -> None:
    """What is understood, or told, as a whole leaves nothing unread below it."""
    claims.whole(claims.take(root, "list"))

    assert not [path for path in unclaimed(claims, root) if path.startswith("list")]


def test_peeking_claims_nothing(root: Node, claims: Claims) -> None:
    """A peek is no reading."""
    assert peek(root, "list") is not None
    assert "list" in unclaimed(claims, root)


def test_one_value_stands_for_a_list_of_one(claims: Claims) -> None:
    """`only: main` is `only: [main]`; null and nothing are no items."""
    root = read("only: main\nnone:\n", "config.yml", Notes())

    assert [claims.text(item, "only", ()) for item in claims.items(peek(root, "only"))] == ["main"]
    assert list(claims.items(peek(root, "none"))) == []
    assert list(claims.items(None)) == []


@pytest.mark.parametrize(("value", "text"), [("3.10", "3.10"), ("yes", "yes"), ("", ""), ("~", ""), ("'~'", "~")])
def test_scalars_keep_their_text(claims: Claims, value: str, text: str) -> None:
    """The text of a scalar is what was written; null is no text."""
    root = read(f"key: {value}", "config.yml", Notes())

    assert claims.text(peek(root, "key"), "key", ()) == text
    assert list(claims.notes) == []


@pytest.mark.parametrize(("value", "what"), [("[a]", "a list"), ("{a: b}", "a mapping")])
def test_a_wrong_type_is_refused_at_its_place(claims: Claims, value: str, what: str) -> None:
    """Where a string is wanted, anything else is refused, with its place."""
    root = read(f"key: {value}", "config.yml", Notes())
    text = claims.text(peek(root, "key"), "key", ())

    assert text == ""
    assert claims.notes.refused
    (note,) = claims.notes
    assert note.detail.startswith(f"'key' wants a string, and this is {what}")
    assert (note.span.line, note.span.column) == (1, 6)
