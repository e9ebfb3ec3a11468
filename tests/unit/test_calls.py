"""Calls that are replaced: where they stand, and what may stand in their places."""

import subprocess

import pytest

from migrate.shell.calls import called, leaving, replaced, staying

STOP = frozenset({("stop", "now")})
LAST = (
    "stop now",
    "if a; then stop now; fi",
    "if a; then b; elif c; then stop now; fi",
    "if a; then b; else stop now; fi",
    "[ -s f ] || stop now",
    "a && stop now",
    "a && stop now || b",
    "case $x in a) stop now ;; esac",
    "{ a; stop now; } > log",
    "stop now > /dev/null 2>&1",
    "stop now; exit 0",
    "a && stop now && exit 0",
    "while a; do if b; then stop now; exit 0; fi; done; c",
)
NOT_LAST = (
    "stop now; a",
    "if a; then stop now; fi; b",
    "a && stop now && b",
    "(stop now)",
    "stop now | a",
    "x=$(stop now)",
    "f() { stop now; }; f",
    "for x in a b; do stop now; done",
    "if stop now; then a; fi",
    "! stop now",
    "stop now &",
    "a || stop now; exit 0",
    "if a; then stop now; fi; exit 0",
    "stop now; exit",
    "stop now; exit 1",
)


@pytest.mark.parametrize("text", LAST)
def test_nothing_runs_behind(text: str) -> None:
    """The text is at its end behind the call."""
    assert [call.last for call in called(text, STOP)] == [True]


@pytest.mark.parametrize("text", NOT_LAST)
def test_something_may_run_behind(text: str) -> None:
    """Something of the text, or of the shell around it, is left to run behind the call."""
    assert [call.last for call in called(text, STOP)] == [False]


@pytest.mark.parametrize(
    "text",
    ["echo stop now", "stop", "stop now later", "# stop now", "bash -c 'stop now'", "cat <<E\nstop now\nE", "if"],
)
def test_what_is_no_call(text: str) -> None:
    """Other words, and words that nothing calls, are left alone."""
    assert called(text, STOP) == ()


@pytest.mark.parametrize(
    ("text", "left", "stayed", "marked"),
    [
        ("stop now", "exit 0", ":", "mark"),
        ("é; stop now; exit 0", "é; exit 0", "é; :", "é; mark; exit 0"),
        ("a && stop now && exit 0", "a && exit 0", "a && :", "a && mark && exit 0"),
        ("stop now # why\n# not\nexit 0", "# why\n# not\nexit 0", ":", "mark # why\n# not\nexit 0"),
        ("a && stop now || stop now", "a && exit 0 || exit 0", "a && : || :", "a && mark || mark"),
        ("X=1 stop now > f", "exit 0 > f", ": > f", "mark > f"),
    ],
)
def test_replacing(text: str, left: str, stayed: str, marked: str) -> None:
    """The rest of the text stays, byte for byte."""
    calls = called(text, STOP)

    assert (leaving(text, calls), staying(text, calls), replaced(text, calls, "mark")) == (left, stayed, marked)


@pytest.mark.parametrize("text", [text for text in LAST if ">" not in text and "while" not in text])
@pytest.mark.parametrize("fails", ["a", "a b", "a b c", ""])
def test_leaving_is_what_a_mark_would_do(text: str, fails: str) -> None:
    """Bash runs the same commands and ends the same, whether it leaves there or is told behind the text to leave."""
    calls = called(text, STOP)
    stubs = "".join(f"{name}() {{ echo {name}; return {int(name in fails.split())}; }}\n" for name in "abc")
    ask = "\n[ -z $marked ] || exit 0\necho on"

    def ran(body: str) -> tuple[str, int]:
        done = subprocess.run(["bash", "-c", f"{stubs}x=a\n{body}"], capture_output=True, text=True, check=False)
        return done.stdout, done.returncode

    assert ran(f"{leaving(text, calls)}\necho on") == ran(f"{replaced(text, calls, 'marked=1')}{ask}")
