"""Lines that ask for a name while the step runs: shells say what the condition says."""

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate.circleci.conditions import FALSE, TRUE, Condition, all_of, any_of, evaluate, negate
from migrate.circleci.conditions import Test as Asked  # under its own name pytest takes it for a test
from migrate.circleci.filters import BRANCH
from migrate.lower.plan.guards import guard

ATOMS: tuple[Condition, ...] = (
    Asked(BRANCH, "==", "main"),
    Asked(BRANCH, "!=", "main"),
    Asked(BRANCH, "matches", "v[0-9]+"),
    Asked(BRANCH, "matches", r"(docs|site)/\w+"),
    Asked(BRANCH, "starts-with", "re"),
    Asked(BRANCH, "contains", "-r"),
)
NAMES = ("main", "v1", "v1x", "docs/x", "docs/x y", "release", "a-rc1", "it's", "$HOME")
CONDITIONS = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: st.one_of(st.builds(negate, inner), st.builds(all_of, inner, inner), st.builds(any_of, inner, inner)),
    max_leaves=4,
).filter(lambda condition: condition not in (TRUE, FALSE))


def goes_on(shell: str, text: str, variables: dict[str, str]) -> bool:
    """Whether a script with this guard at its head goes on; it ends well in any case."""
    done = subprocess.run(
        [shell, "-ec", f"{text}\necho on"], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout == "on\n"


@settings(max_examples=60, deadline=None)
@given(CONDITIONS, st.sampled_from(NAMES), st.booleans())
@example(ATOMS[-1], "a-rc1", False)  # noqa: FBT003 - grep takes a pattern that begins with '-' for an option
def test_a_guard_holds_where_the_condition_does(condition: Condition, name: str, bash: bool) -> None:
    """In bash, and where there is only a plain sh."""
    text = guard({"branch": condition}, alone=True, bash=bash)

    assert text
    assert goes_on("bash" if bash else "sh", text, {"BITBUCKET_BRANCH": name, "PATH": "/usr/bin:/bin"}) is (
        evaluate(condition, {BRANCH: name}) == TRUE
    )


@pytest.mark.parametrize("bash", [True, False])
def test_a_guard_of_a_step_that_also_runs_for_tags(bash: bool) -> None:
    """It asks for branches only; one that no branch may pass says so."""
    text = guard({"branch": ATOMS[0]}, alone=False, bash=bash) or ""
    never = guard({"branch": FALSE}, alone=False, bash=bash) or ""
    shell = "bash" if bash else "sh"

    assert [goes_on(shell, text, {"BITBUCKET_BRANCH": name}) for name in ("main", "dev", "")] == [True, False, True]
    assert [goes_on(shell, never, {"BITBUCKET_BRANCH": name}) for name in ("main", "")] == [False, True]


def test_what_no_shell_can_ask_has_no_guard() -> None:
    """The step is held then."""
    assert guard({"branch": Asked("pipeline.number", "==", "7")}, alone=True) is None


def test_ends_of_words_are_asked_by_grep() -> None:
    r"""Bash takes the backslash of `\b` for a quote, and grep does not."""
    text = guard({"branch": Asked(BRANCH, "matches", r".*\bci\b.*")}, alone=True) or ""

    assert "grep" in text
    for name in ("ci", "x-ci", "ci/x", "aci", "cia", "a"):
        wanted = evaluate(Asked(BRANCH, "matches", r".*\bci\b.*"), {BRANCH: name}) == TRUE
        assert goes_on("bash", text, {"BITBUCKET_BRANCH": name, "PATH": "/usr/bin:/bin"}) is wanted
