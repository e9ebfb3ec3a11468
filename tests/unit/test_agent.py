"""What stands in for CircleCI's own commands: searches for patterns, and calls found in a text."""

import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.lower.agent.patterns import Start, alternatives, listing, search, split
from migrate.lower.agent.words import program
from migrate.shell import quote
from migrate.shell.edit import with_texts
from migrate.shell.piped import calls

TREE = (
    *("a.py", "b.ts", ".c.py", "t/a.py", "t/b.ts", "t/.d/a.py", "t/u/a.py", "t/u/ab.py", "t/u/v/b.ts", "t/u/v/a b.py"),
    *("s/t/a.py", "s/t/u/b.ts", "s/x.y/a.py", "s/x+y/(a).py"),
)


def _searched(patterns: tuple[str, ...], folder: Path) -> list[str]:
    parts = [split(one) for pattern in patterns for one in alternatives(pattern)]
    text = listing(search(Start(quote(head) if head else "", head), rest) for head, rest in parts)
    return subprocess.run(
        ["/bin/sh", "-c", text],
        cwd=folder,
        env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()


def _matched(name: list[str], pattern: list[str]) -> bool:
    """Whether a path matches a pattern, part by part: `**` is any number of folders."""
    if not pattern or not name:
        return not pattern and not name
    if pattern[0] == "**" and len(pattern) > 1:
        return _matched(name, pattern[1:]) or _matched(name[1:], pattern)
    if pattern[0] == "**":
        return True
    return fnmatchcase(name[0], pattern[0]) and _matched(name[1:], pattern[1:])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the tree."""
    root = tmp_path_factory.mktemp("tree")
    for name in TREE:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root


PARTS = st.sampled_from(
    ("**", "*", "t", "u", "*.py", "?.ts", "[ab].py", "[!a]*", "{a,b}.{py,ts}", "{t,s}", "x+y", "(a).py")
)
PATTERNS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)


@settings(max_examples=150)
@given(st.lists(PATTERNS, min_size=1, max_size=2))
@example(patterns=["**", "**/[!a]*"])
def test_what_is_searched_is_what_matches(folder: Path, patterns: list[str]) -> None:
    """Of the names in a folder, those come that match a pattern, sorted, each once."""
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*")]
    plain = [one.split("/") for pattern in patterns for one in alternatives(pattern)]
    wanted = sorted(name for name in names if any(_matched(name.split("/"), one) for one in plain))

    assert _searched(tuple(patterns), folder) == wanted


@pytest.mark.parametrize(
    ("patterns", "text"),
    [
        (("tests/**/test_*.py",), "find tests -name 'test_*.py' | sort"),
        (("spec/**/*_spec.rb", "lib/**/*_spec.rb"), "find spec lib -name '*_spec.rb' | sort"),
        (("src/**/*.test.{js,jsx}",), r"find src \( -name '*.test.js' -o -name '*.test.jsx' \) | sort"),
        (("**/*.test.ts",), r"find . -name '*.test.ts' | sed 's#^\./##' | sort"),
        (("tests/*.ts",), "find tests -maxdepth 1 -name '*.ts' | sort"),
        (("roles/*/molecule.yml",), "find roles -mindepth 2 -maxdepth 2 -path 'roles/*/molecule.yml' | sort"),
        (("a/**/*", "b/**"), "find a b -mindepth 1 | sort"),
        (("src/**/e2e/*.js",), r"find src | sed -nE '\#^src/(.*/)?e2e/[^/]*\.js$#p' | sort"),
        (("a/*.js", "b/**/*.ts"), "{ find a -maxdepth 1 -name '*.js'; find b -name '*.ts'; } | sort -u"),
    ],
)
def test_searches_read_well(patterns: tuple[str, ...], text: str) -> None:
    """Usual patterns become the search that a person would write."""
    parts = [split(one) for pattern in patterns for one in alternatives(pattern)]

    assert listing(search(Start(quote(head) if head else "", head), rest) for head, rest in parts) == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("'xargs make'", "xargs make"),
        ('"xargs make"', "xargs make"),
        (r'"xargs -d\" \" make"', 'xargs -d" " make'),
        ('"xargs make $X"', "xargs make $X"),
        (r'"xargs make \$X"', "xargs make $X"),
        ("make", "make"),
        ("$COMMAND", None),
        ("'a'\"b\"", None),
        ('"a $(basename "$b")"', None),
    ],
)
def test_programs(raw: str, text: str | None) -> None:
    """A word that is a program, without its quotes."""
    assert program(raw) == text


def test_calls_are_found_where_they_stand() -> None:
    """In pipelines, substitutions and here-documents; not in comments, nor in texts that are arguments."""
    text = "# circleci a\nX=$(ls | circleci b c) echo 'circleci d'\nmake $(circleci e)\ncat <<EOF\n$(circleci f)\nEOF\n"
    found = calls(text, "circleci")

    assert [call.words[1] for call in found] == ["b", "e", "f"]
    assert [call.before for call in found] == ["ls", "", ""]
    assert [call.swallowed for call in found] == [True, True, True]


def test_a_call_is_cut_out_of_its_pipeline() -> None:
    """What stands before the cut and behind the call stays to the letter."""
    text = "é=1; ls \\\n | circleci x --y=1 | wc"
    (call,) = calls(text, "circleci")

    assert with_texts(text, [(call.cut, call.end, "")]) == "é=1; ls | wc"
