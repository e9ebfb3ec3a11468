"""The shell that `shell` names: its options, and which commands could tell that they have them."""

import subprocess

import pytest

from migrate.lower.shells import DEFAULT, flags, read, setting
from migrate.shell import analyse
from migrate.shell.ending import is_single


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("/bin/bash -eo pipefail", "bash", "e pipefail"),
        ("bash", "bash", ""),
        ("/usr/bin/env bash -euxo pipefail", "bash", "e u x pipefail"),
        ("bash -e -o pipefail -u", "bash", "e u pipefail"),
        ("bash -o errexit -o nounset -o noglob", "bash", "e u noglob"),
        ("bash -eo pipefail +e", "bash", "pipefail"),
        ("bash -e +o pipefail -o pipefail", "bash", "e pipefail"),
        ("/bin/bash --login -eo pipefail", "bash", "l e pipefail"),
        ("bash --noprofile --norc -e", "bash", "e"),
        ("/bin/sh -leo pipefail", "sh", "l e pipefail"),
        ("bash -i", "bash", None),
        ("bash -ce", "bash", None),
        ("bash --posix", "bash", None),
        ("bash setup.sh", "bash", None),
        ("bash errexit", "bash", None),
        ("bash -eo", "bash", None),
        ("python3 -u", "python3", None),
        (r"C:\tools\bash.exe -e", "bash.exe", None),
    ],
)
def test_options(text: str, name: str, options: str | None) -> None:
    """Letters and names of options are told apart from words that mean something else."""
    shell = read(text)

    assert shell is not None
    assert (shell.name, shell.words) == (name, tuple(text.split()))
    assert shell.options == (None if options is None else frozenset(options.split()))


@pytest.mark.parametrize("text", ["", "/usr/bin/env"])
def test_no_shell(text: str) -> None:
    """What names nothing is no shell."""
    assert read(text) is None


@pytest.mark.parametrize(
    ("options", "text", "have", "line"),
    [
        ("e pipefail", "make\nmake $A | cat", "e", ""),
        ("", "make", "e", ""),
        ("", "make && make two", "e", ""),
        ("", "make\nmake two", "e", "set +e"),
        ("", "set -ex\nmake\nmake two", "e", ""),
        ("", "set -x\nmake\nmake two", "e", "set +e"),
        ("", "make | cat\nmake two", "e pipefail", "set +eo pipefail"),
        ("e", "make | cat", "e pipefail", "set +o pipefail"),
        ("e", "make | cat", "e", ""),
        ("e u", "make two", "e", ""),
        ("e u", "make $A", "e", "set -u"),
        ("e u", "make $A", "e u", ""),
        ("u x", "make $A\nmake", "e", "set -ux +e"),
        ("e f noclobber posix pipefail", "make", "e", "set -fo noclobber -o posix"),
    ],
)
def test_setting(options: str, text: str, have: str, line: str) -> None:
    """Options are set where the command could tell."""
    assert setting(frozenset(options.split()), text, analyse(text), frozenset(have.split())) == line


def test_flags_are_understood() -> None:
    """What is written is read back as it was."""
    for options in (DEFAULT, frozenset("eu"), frozenset({"noglob", "nounset2", "x"}), frozenset[str]()):
        shell = read(" ".join(("bash", *flags("-", options))))
        assert shell is not None
        assert shell.options == options


@pytest.mark.parametrize(
    "text",
    [
        *(
            "false",
            "false && echo a",
            "false || echo a",
            "true && false",
            "! true",
            "! false",
            "false | cat",
            "a=$(false)",
        ),
        *("export A=$(false)", "[[ -f nope ]]", "false > /dev/null", "echo $(false; echo on)", "[ -f nope ] && echo a"),
        *("false; echo a", "if true; then false; echo a; fi", "(false; echo a)", "{ false; echo a; } | cat"),
        *("for x in 1 2; do false; echo $x; done", "f() { false; echo a; }\nf", "false &\nwait $!\necho a"),
    ],
)
def test_a_single_statement_does_not_tell_e(text: str) -> None:
    """Bash does the same with `-e` and without it, whenever we say so."""
    both = [
        subprocess.run(["bash", *words, "-c", text], capture_output=True, text=True, check=False, timeout=20)
        for words in (["-e"], [])
    ]
    same = len({(done.returncode == 0, done.stdout) for done in both}) == 1

    assert same or not is_single(text)
    assert is_single(text) == (";" not in text.replace("$(false; echo on)", "") and "\n" not in text)
