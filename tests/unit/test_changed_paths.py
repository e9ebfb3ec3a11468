"""Path mappings: what they set, and the globs that say the same (circleci.md, section 6; bitbucket.md, section 2.3)."""

import re
import subprocess
from pathlib import Path

import pytest

from migrate.circleci.conditions import FALSE, TRUE, all_of, any_of, evaluate, negate
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.path_filters import CHANGED, rows, values, with_default
from migrate.diagnostics import Notes, Span
from migrate.lower.plan.changed_paths import globs, script, split
from migrate.yamlio.nodes import Scalar

HERE = Span("config.yml", 1, 1)
PATHS = (
    "a",
    "src",
    "src/a.py",
    "src/b/c.py",
    "src/b/c.js",
    "src2/a.py",
    "srcfoo",
    "lib/x",
    "docs/index.md",
    "package.json",
    "app/package.json",
    "api/v1/x",
    "web/x",
)


def _matches(glob: str, path: str) -> bool:
    """As Bitbucket's documentation has it: `*` stays in a folder, `**` does not, and `**/` may be nothing."""
    pattern = re.escape(glob).replace(r"\*\*/", "(?:.*/)?").replace(r"\*\*", ".*").replace(r"\*", "[^/]*")
    return re.fullmatch(pattern, path) is not None


@pytest.mark.parametrize(
    ("pattern", "wanted"),
    [
        ("src/.*", ("src/**",)),
        ("^src/.+$", ("src/**",)),
        (".*", ("**",)),
        ("src.*", ("src*", "src*/**")),
        (r"src/.*\.py", ("src/**/*.py",)),
        (r".*\.py", ("**/*.py",)),
        (r"package\.json", ("package.json",)),
        ("(api|web)/.*", ("api/**", "web/**")),
        (
            "(?:api|web)/(v1|x).*",
            ("api/v1*", "api/v1*/**", "api/x*", "api/x*/**", "web/v1*", "web/v1*/**", "web/x*", "web/x*/**"),
        ),
    ],
)
def test_globs_that_match_the_same(pattern: str, wanted: tuple[str, ...]) -> None:
    """Against Python's own `re`, which is what the orb uses, on paths that come near."""
    found = globs(pattern)

    assert found == wanted
    for path in PATHS:
        assert any(_matches(glob, path) for glob in found) == bool(re.fullmatch(pattern, path)), path


@pytest.mark.parametrize(
    "pattern",
    ["(?!docs/).+", "src/[ab]/.*", "a|b", "src/.*/x", "x+", "(a)?b", r"\d+/.*", "a{2}", "(a(b|c))/.*", "", "src/(.*)"],
)
def test_patterns_that_globs_cannot_say(pattern: str) -> None:
    """They are left alone: whoever reads the report decides."""
    assert globs(pattern) is None


def test_of_equal_lines_the_last_one_counts() -> None:
    """Lines of different values exclude each other; lines of one value are one condition."""
    notes = Notes()
    found = values(rows("a/.* mode 1\nb/.* mode 2\nc/.* flag true\nd/.* flag true\n", HERE, notes, ()))
    a, b, c, d = (Asked(CHANGED, "changes", f"{name}/.*") for name in "abcd")
    one, two = Scalar("1", "int", HERE), Scalar("2", "int", HERE)

    assert found["mode"] == ((b, two), (all_of(a, negate(b)), one))
    assert [where for where, _ in found["flag"]] == [any_of(c, d)]
    assert with_default(found["flag"], one)[-1] == (negate(any_of(c, d)), one)
    assert not list(notes)


@pytest.mark.parametrize(
    "text", ["a/.* mode", "a/.* mode yes", "a/.* mode [1]", "a/.* m 1\nb/.* m 1 config.yml", "a b c d e"]
)
def test_lines_that_cannot_be_read_are_told(text: str) -> None:
    """Another number of columns, or a value that is no JSON scalar: the line is left out, and a note says so."""
    notes = Notes()
    rows(text, HERE, notes, (HERE,))

    assert [note.code.id for note in notes] == ["bad-mapping"]


def test_comments_and_empty_lines_are_no_lines() -> None:
    """As in the orb."""
    notes = Notes()

    assert len(rows("\n# a/.* b 1\n  a/.*   b   1  \n\n", HERE, notes, ())) == 1
    assert not list(notes)


def test_a_condition_is_split_into_paths_and_the_rest() -> None:
    """What is asked of the branch stays a condition; one alternative that is no glob keeps all of it."""
    branch = Asked("pipeline.git.branch", "==", "main")
    src, odd = Asked(CHANGED, "changes", "src/.*"), Asked(CHANGED, "changes", "(?!x).*")

    assert split(all_of(branch, src)) == (branch, ("src/**",))
    assert split(src) == (TRUE, ("src/**",))
    assert split(any_of(src, odd)) == (any_of(src, odd), ())
    assert split(negate(src)) == (negate(src), ())
    assert split(any_of(src, branch)) == (any_of(src, branch), ())


def test_changed_paths_are_evaluated_as_a_list_of_lines() -> None:
    """One path that matches is enough; a pattern matches whole paths."""
    src = Asked(CHANGED, "changes", "src/.*")

    assert evaluate(src, {CHANGED: "docs/a\nsrc/b"}) == TRUE
    assert evaluate(src, {CHANGED: "docs/src/b"}) == FALSE
    assert evaluate(src, {}) == src


def _git(folder: Path, *command: str) -> None:
    options = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *options, *command], cwd=folder, check=True, capture_output=True)


def _commit(folder: Path, path: str) -> None:
    (folder / path).parent.mkdir(exist_ok=True, parents=True)
    (folder / path).write_text(path, encoding="utf-8")
    _git(folder, "add", ".")
    _git(folder, "commit", "-m", path)


@pytest.mark.parametrize(
    ("branch", "commits", "goes_on"),
    [
        ("topic", ["src/a", "docs/b"], True),
        ("topic", ["docs/a", "docs/b"], False),
        ("main", ["docs/a", "src/b"], True),
        ("main", ["src/a", "docs/b"], False),
    ],
)
def test_the_script_compares_as_path_filtering_does(
    branch: str, commits: list[str], goes_on: bool, tmp_path: Path
) -> None:
    """On a branch all of its commits count, on the base branch the last one."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    origin.mkdir()
    _git(origin, "init")
    _commit(origin, "README")
    if branch != "main":
        _git(origin, "checkout", "-b", branch)
    for path in commits:
        _commit(origin, path)
    _git(tmp_path, "clone", "--branch", branch, str(origin), str(clone))
    rest, lines = script(Asked(CHANGED, "changes", "src/.*"), "main")
    done = subprocess.run(["bash", "-ec", f"{lines}\necho on"], cwd=clone, check=False, capture_output=True, text=True)

    assert rest == TRUE
    assert done.returncode == 0, done.stderr
    assert (done.stdout == "on\n") is goes_on
