"""Markdown's signs: whatever a text holds, the reader sees that text."""

import pytest

from migrate.diagnostics import Span
from migrate.report.markup import Links, code, documentation, escape, prose, table


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain words, (brackets) and unittests_37.", "plain words, (brackets) and unittests_37."),
        ("a|b", r"a\|b"),
        ("<script>", r"\<script\>"),
        ("*", r"\*"),
        ("__token__", r"\_\_token\_\_"),
        ("[x](y)", r"\[x\](y)"),
        ("`x`", r"\`x\`"),
        ("a \\ b", r"a \\ b"),
        ("~~gone~~ ~/x", r"\~~gone\~~ ~/x"),
        ("&lt; & co", r"\&lt; & co"),
        ("two\nlines", "two lines"),
    ],
)
def test_signs_are_escaped(text: str, shown: str) -> None:
    """What Markdown would take for a sign is escaped; what it takes for text is left legible."""
    assert escape(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("x", "`x`"), ("a`b", "``a`b``"), ("`a`", "`` `a` ``"), ("a``b", "```a``b```"), ("a\nb", "`a b`"), ("", "")],
)
def test_code_keeps_its_backticks(text: str, shown: str) -> None:
    """The fence is longer than any run of backticks inside."""
    assert code(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'xlarge' is dropped", "`xlarge` is dropped"),
        ("Bitbucket's cloud has no 'x', the jobs' names", "Bitbucket's cloud has no `x`, the jobs' names"),
        ("'a' and 'b'", "`a` and `b`"),
        ("it is 'a|b' <here>", r"it is `a|b` \<here\>"),
        ("no names", "no names"),
    ],
)
def test_quoted_names_become_code(text: str, shown: str) -> None:
    """Names between single quotes are code; an apostrophe is an apostrophe."""
    assert prose(text) == shown


def test_a_bar_ends_no_cell() -> None:
    """Bars in a cell are escaped once, those of the table are not."""
    assert table(("A", "B"), [(code("x|y"), escape("x|y"))]) == ["| A | B |", "|---|---|", r"| `x\|y` | x\|y |"]


def test_links_lead_to_lines() -> None:
    """A place in a file that was read is a link; one in a mapping or an option is not."""
    links = Links(frozenset({".circleci/my config.yml"}), "../", "../bitbucket-pipelines.yml")

    assert links.place(Span(".circleci/my config.yml", 3, 1)) == "[my config.yml:3](../.circleci/my%20config.yml#L3)"
    assert links.place(Span("mappings/additions/x.yml", 7, 1)) == "`x.yml:7`"
    assert links.place(Span("--add", 1, 1)) == "`--add`"
    assert links.target(40) == "[bitbucket-pipelines.yml:40](../bitbucket-pipelines.yml#L40)"
    assert links.target(None) == ""


def test_documentation_is_called_by_whose_it_is() -> None:
    """Links to pages show the product, or else the host."""
    urls = ("https://circleci.com/docs/x/", "https://support.atlassian.com/y/", "https://yaml.org/spec/1.1/")
    shown = documentation(urls)

    assert shown == (
        "[CircleCI](https://circleci.com/docs/x/), [Bitbucket](https://support.atlassian.com/y/),"
        " [yaml.org](https://yaml.org/spec/1.1/)"
    )
