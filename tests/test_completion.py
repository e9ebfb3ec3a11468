"""`circle2bb completion`: real shells complete what we know, as somebody would type it.

bash is everywhere that the tests run; zsh and fish are asked where they are installed.
"""

import os
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

from migrate.catalog import Catalog
from migrate.cli import main
from migrate.diagnostics import CODES, Fate

PROGRAMS = str(Path(sys.executable).parent)
SETTINGS = os.environ | {"PATH": os.pathsep.join((PROGRAMS, os.environ["PATH"])), "TERM": "xterm"}
SECONDS = 60
"""A shell that has not answered by then never will: each question takes it some tenths of a second."""
NOTHING = {"--repository", "--in-workspace", "--build-number", "--jobs"}
"""What nobody but the user knows."""
needs_zsh = pytest.mark.skipif(shutil.which("zsh") is None, reason="zsh is not installed")
needs_fish = pytest.mark.skipif(shutil.which("fish") is None, reason="fish is not installed")


def offered(*words: str) -> list[str]:
    """What is offered for the last word, as click is asked by the shells' scripts."""
    *args, incomplete = words
    found = ShellComplete(main, {}, "circle2bb", "_CIRCLE2BB_COMPLETE").get_completions(list(args), incomplete)
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in found]


def commands(group: click.Group, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """All commands, with the words that call them."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found
        if isinstance(found, click.Group):
            yield from commands(found, *path, name)
        else:
            yield (*path, name), found


ALL = dict(commands(main))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_each_value_can_be_completed(path: tuple[str, ...]) -> None:
    """An argument or an option without candidates is one of those that only the user knows."""
    context = click.Context(ALL[path])
    takes = [one for one in ALL[path].params if not (isinstance(one, click.Option) and one.is_flag)]

    without = {one.opts[-1] for one in takes if not one.shell_complete(context, "")}
    assert without <= NOTHING


def test_names_are_offered() -> None:
    """Commands, their options, fates, codes, orbs, additions: all that begin with what is typed, and no others."""
    assert offered("") == sorted(main.list_commands(click.Context(main)))
    assert offered("orbs", "") == ["fetch", "list", "show"]
    assert offered("convert", "--in-") == ["--in-place"]
    assert offered("convert", "--fail-on", "") == [fate.value for fate in Fate]
    assert offered("completion", "") == ["bash", "fish", "zsh"]
    assert offered("explain", "cache-") == sorted(code for code in CODES if code.startswith("cache-"))
    assert offered("orbs", "show", "circleci/") == [one for one in Catalog().orbs() if one.startswith("circleci/")]
    assert offered("convert", "--add", "e") == ["ecs-deploy"]
    assert offered("convert", "--style", "t") == ["triggers"]


def test_places_are_left_to_the_shell() -> None:
    """It knows the files better."""
    assert offered("convert", "") == ["<file>"]
    assert offered("convert", "--output", "") == ["<dir>"]
    assert offered("validate", "one.yml", "") == ["<file>"]
    assert offered("init", "") == ["<dir>"]


def test_own_mappings_are_offered(tmp_path: Path) -> None:
    """Those of the folder that the line names; a folder that is not there is no reason for a message."""
    for file in ("orbs/acme/tools.yml", "additions/acme-deploy.yml"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("jobs: [\n", encoding="utf-8")  # what is wrong with it is told when it is used

    assert offered("orbs", "show", "--mappings", str(tmp_path), "acme/") == ["acme/tools"]
    assert offered("convert", "--mappings", str(tmp_path), "--add", "acme") == ["acme-deploy"]
    assert offered("convert", "--mappings", str(tmp_path / "none"), "--add", "ecs") == ["ecs-deploy"]


def test_other_shells_are_told() -> None:
    """They end with 2 and the list of those that there are."""
    refused = CliRunner().invoke(main, ["completion", "tcsh"])

    assert refused.exit_code == 2
    assert "'bash', 'fish', 'zsh'" in refused.output


def typed(shell: list[str], settings: str, line: str, folder: Path, awaited: str) -> str:
    """What a terminal shows when a line is typed into a shell, up to the words that are awaited."""
    inside = [sys.executable, "-c", "import pty, sys; pty.spawn(sys.argv[1:])", *shell]
    with subprocess.Popen(inside, cwd=folder, env=SETTINGS, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        try:
            # What the terminal echoes is not what is awaited: the quotes stand between.
            process.stdin.write(f'{settings}; echo it is set""tled\n'.encode())
            process.stdin.flush()
            _read(process.stdout, "it is settled")
            process.stdin.write(line.encode())
            process.stdin.flush()
            return _read(process.stdout, awaited)
        finally:
            process.kill()


def _read(stream: IO[bytes], awaited: str) -> str:
    shown, until = b"", time.monotonic() + SECONDS
    while awaited.encode() not in shown and time.monotonic() < until:
        if select.select([stream], [], [], 0.2)[0]:
            shown += os.read(stream.fileno(), 65536)
    text = shown.decode("utf-8", "replace")
    assert awaited in text, text
    return text


def test_bash_completes_what_is_typed(tmp_path: Path) -> None:
    """The command, and then the code."""
    shell, settings = ["bash", "--norc", "--noprofile", "-i"], 'eval "$(circle2bb completion bash)"'

    assert "cache-key (approximated)" in typed(shell, settings, "circle2bb expl\tcache-k\t\n", tmp_path, "caching/")


def test_bash_offers_names_and_files(tmp_path: Path) -> None:
    """The list of candidates, and, where it is the file that is wanted, bash's own."""
    (tmp_path / "some-config.yml").write_text("", encoding="utf-8")
    script = CliRunner().invoke(main, ["completion", "bash"]).stdout
    asked = 'COMP_WORDS=(circle2bb convert --add "") COMP_CWORD=3; _circle2bb_completion circle2bb\n'
    asking = f'{script}{asked}printf "%s\\n" "${{COMPREPLY[@]}}"'
    done = subprocess.run(["bash", "-c", asking], env=SETTINGS, capture_output=True, text=True, check=True)

    assert done.stdout.split() == sorted(Catalog().names("additions"))
    assert done.stderr == ""
    shell, settings = ["bash", "--norc", "--noprofile", "-i"], 'eval "$(circle2bb completion bash)"'
    assert "some-config.yml:1:1: error: the file is empty" in typed(
        shell, settings, "circle2bb convert some\t\n", tmp_path, "is empty"
    )


@needs_zsh
def test_zsh_completes_what_is_typed(tmp_path: Path) -> None:
    """The command, and then the code."""
    settings = f'autoload -U compinit; compinit -u -d {tmp_path / "dump"}; eval "$(circle2bb completion zsh)"'
    line = "circle2bb expl\tcache-k\t\n"

    assert "cache-key (approximated)" in typed(["zsh", "-f", "-i"], settings, line, tmp_path, "caching/")


@needs_fish
@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        ("circle2bb orbs show circleci/nod", ["circleci/node"]),
        (
            "circle2bb convert --ch",
            [
                "--check\tExit with 1 if the pipelines file is not up to date, and write nothing.",
                "--choices\tWhat you decided.  [default: circle2bb.yml beside .circleci/]",
            ],
        ),
        ("circle2bb convert --add sonar", ["sonarcloud\tHave SonarCloud analyse the code"]),
        ("circle2bb validate some", ["some-config.yml"]),
    ],
)
def test_fish_offers(line: str, candidates: list[str], tmp_path: Path) -> None:
    """Values with their whole descriptions, and its own files."""
    (tmp_path / "some-config.yml").write_text("", encoding="utf-8")
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path)}
    asking = ["fish", "--no-config", "-c", f"circle2bb completion fish | source; complete -C '{line}'"]
    done = subprocess.run(asking, cwd=tmp_path, env=SETTINGS | home, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == candidates
