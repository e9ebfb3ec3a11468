"""Branch and tag filters, against the table of the reference (circleci.md, section 3.1)."""

import pytest

from migrate.circleci.filters import Filters, read, read_expression
from migrate.diagnostics import Notes, Span
from migrate.yamlio.decode import Claims
from migrate.yamlio.read import read as read_yaml

HERE = (Span("config.yml", 1, 1),)


def filters(text: str, notes: Notes | None = None) -> Filters:
    """The filters that a YAML text says."""
    notes = notes or Notes()
    claims = Claims(notes)
    return read(
        read_yaml(text, "config.yml", notes), claims, HERE, lambda node: read_expression(node, {}, claims, HERE)
    )


@pytest.mark.parametrize(
    ("text", "admitted", "refused"),
    [
        ("{}", "main x/y", ""),
        ("branches: {only: main}", "main", "maine xmain"),
        ("branches: {only: [main, dev]}", "main dev", "x"),
        ("branches: {ignore: main}", "dev", "main"),
        ("branches: {only: /feature-.*/}", "feature-x", "xfeature-x feature"),
        ("branches: {only: /^feature.*$/}", "feature/x", "a-feature"),
        ("branches: {only: /main|dev/}", "main dev", "maindev main1"),
        ("branches: {only: release/*}", "release/*", "release/1"),
        ("branches: {only: /release\\/.*/}", "release/1", "release"),
        ("branches: {only: /.*/, ignore: main}", "dev", "main"),
        ("branches: {only: []}", "", "main dev"),
        ("branches: {ignore: /.*/}", "", "main dev x/y"),
        ("branches: {only: /v\\d+/}", "v12", "v vd"),
    ],
)
def test_branches(text: str, admitted: str, refused: str) -> None:
    """A name passes if `only` is absent or has it, and `ignore` has it not; a pattern must match all of it."""
    names = filters(text).branches

    assert [name for name in admitted.split() if not names.admits(name)] == []
    assert [name for name in refused.split() if names.admits(name)] == []


@pytest.mark.parametrize(
    ("text", "admitted", "refused"),
    [
        ("tags: {only: /v.*/}", "v1", "1"),
        ("tags: {ignore: /v.*/}", "1", "v1"),
        ("tags: {only: latest}", "latest", "v1"),
    ],
)
def test_tags(text: str, admitted: str, refused: str) -> None:
    """A tag filter says which tags; branches are not touched by it."""
    found = filters(text)

    assert found.tags is not None
    assert found.tags.admits(admitted)
    assert not found.tags.admits(refused)
    assert found.branches.admits("main")


def test_without_tag_filter_there_are_no_tags() -> None:
    """A job without a tag filter never runs for a tag."""
    assert filters("branches: {only: main}").tags is None


@pytest.mark.parametrize("text", ["branches: {only: /(/}", "tags: {ignore: ['/*/']}"])
def test_a_bad_pattern_is_refused(text: str) -> None:
    """What is no regular expression is told with its place."""
    notes = Notes()
    filters(text, notes)

    assert notes.refused
    assert [note.code.id for note in notes] == ["bad-pattern"]
    assert "is no regular expression" in next(iter(notes)).detail


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("branches: {only: release/*}", r"'release/*' admits no branch: ; for a pattern, write /release\/.*/"),
        ("branches: {ignore: [x, v1.?/**]}", r"'v1.?/**' keeps out no branch: ; for a pattern, write /v1\..\/.*/"),
        ("branches: {ignore: v1.1?+/**}", r"'v1.1?+/**' keeps out no branch: ; for a pattern, write /v1\.1.\+\/.*/"),
        ("tags: {only: '^v[0-9]+$'}", "'^v[0-9]+$' admits no tag: ; for a pattern, write /^v[0-9]+$/"),
        ("tags: {only: 'v.*'}", "'v.*' admits no tag: ; for a pattern, write /v.*/"),
        ("tags: {only: 'a b(*'}", "'a b(*' admits no tag: "),
        ("tags: {ignore: 'a:b'}", "'a:b' keeps out no tag: "),
    ],
)
def test_a_name_that_there_cannot_be(text: str, said: str) -> None:
    """The filter does nothing, and what was probably meant is a pattern."""
    notes = Notes()

    filters(text, notes)
    filters(text, notes)

    (note,) = notes
    why = "it is a name as it stands, and git allows no such name"
    assert note.detail.replace(why, "") == f"the filter {said}"
    assert (note.code.id, note.span.column > 1, notes.refused) == ("filter-matches-nothing", True, False)


@pytest.mark.parametrize("text", ["branches: {only: [main, /v.*/], ignore: a-b}", "tags: {only: v1.2+x}", "{}"])
def test_a_name_that_there_can_be(text: str) -> None:
    """A name or a pattern is what it is, and nothing is said."""
    notes = Notes()

    filters(text, notes)

    assert not tuple(notes)
