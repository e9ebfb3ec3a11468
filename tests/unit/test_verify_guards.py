"""The head of a script: what ends a step before its first command, and what cannot be told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrate.verify.events import variable
from migrate.verify.guards import OPEN, read
from migrate.verify.repository import Changes

BRANCH, TAG = "BITBUCKET_BRANCH", "BITBUCKET_TAG"


def admits(script: list[object], branch: str) -> bool | None:
    """Whether a script goes on to its work on a branch."""
    known = {BRANCH: branch}
    return read(script).admits(lambda name: variable(known, name))


@pytest.mark.parametrize(
    ("text", "on", "off"),
    [
        (r'[[ -z "$BITBUCKET_BRANCH" || "$BITBUCKET_BRANCH" =~ ^(v[0-9]+|a\.b)$ ]] || exit 0', "v1 a.b", "axb v1x"),
        ('[[ "$BITBUCKET_BRANCH" =~ ^(a|b)$ && ! "$BITBUCKET_BRANCH" =~ ^(b)$ ]] || exit 0', "a", "b c"),
        ('[[ ! ( "$BITBUCKET_BRANCH" == \'x-y\'* && $BITBUCKET_BRANCH != *"z" ) ]] || exit 0', "x-yz q", "x-y1"),
        ('[[ "$BITBUCKET_BRANCH" =~ ^x$ || "$BITBUCKET_BRANCH" == y && 1 -eq 0 ]] || exit 0', "x", "y"),
        ('[[ "$BITBUCKET_BRANCH" =~ rel ]] || exit 0', "rel xrely", "re"),
        ('[[ "$BITBUCKET_BRANCH" =~ "a.c" ]] || exit 0', "xa.cx", "abc"),
        ('[[ ! "$BITBUCKET_BRANCH" =~ ^x$ ]] || exit 0', "y", "x"),
        ('[[ "$BITBUCKET_BRANCH" =~ ^x$ ]] && exit 0', "y", "x"),
        ("! [[ $BITBUCKET_BRANCH =~ ^x$ ]] || exit 0", "y", "x"),
        ('[ "$BITBUCKET_BRANCH" = main ] || { echo "not here"; exit 0; }', "main", "x"),
        ('test -n "$BITBUCKET_BRANCH" && [ "${BITBUCKET_BRANCH:-}" != "x" ] || exit 0', "y", "x"),
        ('case "$BITBUCKET_BRANCH" in\n  a|b*) ;;\n  *) exit 0 ;;\nesac', "a b bcd", "ac c"),
        ("case $BITBUCKET_BRANCH in 'a*') exit 0 ;; esac", "a ab", "a*"),
        (r"""printf '%s\n' "$BITBUCKET_BRANCH" | grep -Eq '^(v[0-9])$' || exit 0""", "v1", "v11"),
        (r"""printf '%s\n' "$BITBUCKET_BRANCH" | grep -Eqx 'v[0-9]' || exit 0""", "v1", "v11"),
        ("if ! echo \"$BITBUCKET_BRANCH\" | grep -Eq '^(v[0-9])$'; then\n  echo no\n  exit 0\nfi", "v1", "v11"),
        (
            "if [[ $BITBUCKET_BRANCH == a ]]; then :; elif [ $BITBUCKET_BRANCH = b ]; then :; else exit 0; fi",
            "a b",
            "c",
        ),
        ('export A=1\nref="${BITBUCKET_BRANCH:-$BITBUCKET_TAG}"\n[[ $ref == main ]] || exit 0', "main", "x"),
        ("set -o pipefail\n# a comment\n[[ $BITBUCKET_BRANCH == main ]] || exit", "main", "x"),
        ('[[ "$BITBUCKET_BRANCH" =~ ^[a-z.]+[[:digit:]]$ ]] || exit 0', "a.b1", "a_1"),
    ],
)
def test_which_names_a_guard_admits(text: str, on: str, off: str) -> None:
    """The spellings that bash and sh have for the same question."""
    assert [name for name in on.split() if admits([text, "make"], name) is not True] == []
    assert [name for name in off.split() if admits([text, "make"], name) is not False] == []


@pytest.mark.parametrize("end", ["exit 1", "{ echo no; exit 3; }", "false"])
def test_what_ends_badly_is_no_guard(end: str) -> None:
    """A step that fails on some names has done its work there; a guard before it counts all the same."""
    fails = f'files=$(find .); [ -n "$files" ] || {end}'

    assert read([fails, "make"]) is OPEN
    assert [admits(["[[ $BITBUCKET_BRANCH == a ]] || exit 0", fails, "make"], name) for name in "ab"] == [True, False]


def test_two_guards_are_both_asked() -> None:
    """In one item, and in two."""
    one, other = "[[ $BITBUCKET_BRANCH != a ]] || exit 0", "[[ $BITBUCKET_BRANCH != b ]] || exit 0"

    for script in ([one, other, "make"], [f"{one}\n{other}\nmake"]):
        assert [admits(list(script), name) for name in "abc"] == [False, False, True]


@pytest.mark.parametrize(
    "text",
    [
        "[[ $BITBUCKET_BRANCH == @(a|b) ]] || exit 0",
        r"[[ $BITBUCKET_BRANCH =~ ^\d+$ ]] || exit 0",
        '[[ $BITBUCKET_BRANCH == "$OTHER" ]] || exit 0',
        '[[ "$(echo $BITBUCKET_BRANCH)" == a ]] || exit 0',
        "ref=$(git branch)$BITBUCKET_BRANCH\n[[ $ref == a ]] || exit 0",
        "case $BITBUCKET_BRANCH in [ab]) ;; *) exit 0 ;; esac",
    ],
)
def test_what_is_not_understood_is_not_known(text: str) -> None:
    """It is never taken for a yes."""
    assert admits([text, "make"], "a") is None


@pytest.mark.parametrize(
    "script",
    [
        ["make", "[[ $BITBUCKET_BRANCH == a ]] || exit 0"],
        [{"pipe": "atlassian/x:1"}, "[[ $BITBUCKET_BRANCH == a ]] || exit 0"],
        ["make || exit 0"],
        ["[[ -n $TOKEN ]] || exit 0"],
        ["[[ $BITBUCKET_BRANCH == a ]] || exit 1"],
        ["[[ $BITBUCKET_BRANCH == a ]] || make"],
        ["( [[ $BITBUCKET_BRANCH == a ]] || exit 0 )"],
        ["f() { exit 0; }"],
        [],
    ],
)
def test_what_is_work_is_no_guard(script: list[object]) -> None:
    """What stands behind the first command, fails the step, or asks for what no event sets, is the job's own."""
    assert admits(script, "b") is True


def test_most_scripts_ask_nothing() -> None:
    """Then there is nothing to evaluate."""
    assert read(["export A=1", "make", "make test"]) is OPEN


@given(st.from_regex(r"[ab./-]{1,5}", fullmatch=True), st.sampled_from(["a+", "(a|b)+", "a.b", "[ab]*[.]", "b?/a"]))
def test_a_regular_expression_is_read_as_bash_reads_it(name: str, pattern: str) -> None:
    """`^( )$` is the whole name: as Python's own expressions, which agree on these signs."""
    import re

    guard = f'[[ "$BITBUCKET_BRANCH" =~ ^({pattern})$ ]] || exit 0'

    assert admits([guard], name) is (re.fullmatch(pattern, name) is not None)


ASKED = """\
git fetch --quiet origin main
base=$(git merge-base FETCH_HEAD HEAD)
[ "$base" != "$(git rev-parse HEAD)" ] || base=HEAD~1
git diff --name-only "$base" HEAD | grep -Eq '^(api/.*|a[.]b)$' || exit 0"""
OTHERS = (
    ASKED.replace('"$base" HEAD |', '"$base" |'),
    ASKED.replace("merge-base FETCH_HEAD HEAD", "merge-base origin/main HEAD"),
    ASKED.replace("HEAD~1", "$(git rev-parse HEAD^)"),
    ASKED.replace("git diff", "changed=$(git diff").replace(" HEAD | grep", ' HEAD)\necho "$changed" | grep'),
    "git fetch origin main\n" + ASKED.partition("\n")[2].replace("-Eq '^(api/.*|a[.]b)$'", "-Eqx 'api/.*|a[.]b'"),
)


def asked(text: str, branch: str, *paths: str, base: str = "main") -> bool | None:
    """Whether a script goes on where these paths have changed."""
    changes = Changes(paths, frozenset({base}))
    return read([text, "make"]).admits(lambda name: variable({BRANCH: branch}, name), changes)


@pytest.mark.parametrize("text", [ASKED, *OTHERS])
@pytest.mark.parametrize("branch", ["main", "x"])
def test_a_script_that_asks_git_for_changed_paths(text: str, branch: str) -> None:
    """One of them has to match, on the base branch as on others."""
    assert asked(text, branch, "web/x", "api/x") is True
    assert asked(text, branch, "web/x", "x/api/x", "acb") is False
    assert asked(text, branch) is False


def test_the_last_commit_is_not_what_a_branch_has_changed() -> None:
    """Except on the base branch; and since the pushed commit itself nothing has."""
    without = "\n".join(line for line in ASKED.splitlines() if "rev-parse" not in line)
    assert (asked(without, "main", "api/x"), asked(without, "x", "api/x")) == (False, True)
    last = ASKED.splitlines()[-1].replace('"$base"', "HEAD~1")
    assert asked(f"git fetch origin main\n{last}", "main", "api/x") is True
    assert asked(f"git fetch origin main\n{last}", "x", "api/x") is None
    assert asked(last.replace("HEAD~1 HEAD", "HEAD HEAD"), "x", "api/x") is False
    parted = last.replace("HEAD~1 HEAD", "origin/main...HEAD")
    assert asked(f"git fetch origin main\n{parted}", "main", "api/x") is False
    assert asked(f"git fetch origin main\n{parted}", "x", "api/x") is True


def test_a_base_branch_that_only_the_run_knows() -> None:
    """Both are tried: that the branch is the base, and that it is not."""
    text = ASKED.replace("origin main", 'origin "$BASE"')
    assert asked(text, "main", "api/x", base="$BASE") is True
    assert asked(text, "main", "web/x", base="$BASE") is False
    without = "\n".join(line for line in text.splitlines() if "rev-parse" not in line)
    assert asked(without, "main", "api/x", base="$BASE") is None


@pytest.mark.parametrize(
    "text",
    [
        ASKED.replace("| grep -Eq", "| grep -Evq"),
        ASKED.replace("--name-only", "--stat"),
        ASKED.replace("merge-base FETCH_HEAD HEAD", "merge-base develop HEAD"),
        ASKED.replace('"$base" HEAD', '"$base" develop'),
        ASKED.splitlines()[-1],
    ],
)
def test_what_git_is_asked_otherwise_is_not_known(text: str) -> None:
    """It is never taken for a yes."""
    assert asked(text, "x", "api/x") is None


def test_changes_since_another_branch_are_others() -> None:
    """The step runs whatever the config's own comparison says."""
    assert asked(ASKED, "x", "web/x", base="develop") is True
