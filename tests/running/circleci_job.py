"""A job as CircleCI runs it: a fresh shell for each command (reference circleci.md, sections 4.1 to 4.3)."""

import contextlib
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

from migrate.circleci.passed import passed
from migrate.circleci.plan import Call, Job
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence
from tests.running.event import Event, may_run
from tests.running.place import INTERPRETERS, Done, Place, TooLongError, end

COMMANDS = ("deploy", "run")
_SILENT = """
add_ssh_keys attach_workspace persist_to_workspace restore_cache save_cache setup_remote_docker store_artifacts
store_test_results
"""
SILENT = frozenset(_SILENT.split())
"""Steps that run no command of the user's, and of which later commands see nothing where the job runs alone."""
_SHELL = ("bash", "-eo", "pipefail")
_LAST_WORDS = 1.0
"""Seconds for commands in the background once the others are done."""


class CannotRunError(Exception):
    """Why a job cannot be run here."""


def cannot(why: str) -> NoReturn:
    """Give up, and say why the job cannot be run here."""
    raise CannotRunError(why)


def find(node: Node | None, key: str) -> Node | None:
    """The value of a key, if the node is a mapping that has it."""
    entries = node.entries if isinstance(node, Mapping) else ()
    return next((entry.value for entry in entries if entry.key.text == key), None)


class CircleCI:
    """One job in its place: `carry` is called for the steps that have to do with other jobs."""

    def __init__(self, job: Job, event: Event, place: Place, carry: "Carry | None" = None) -> None:
        """Prepare the job; nothing runs yet."""
        self.carry = carry
        self.job, self.event, self.place = job, event, place
        self.project = place.path(self.text(find(job.keys, "working_directory")) or "~/project", place.home)
        paths = [self.text(find(call.body, "path")) for call in job.steps if call.step == "checkout"]
        self.checkout = place.path(paths[0] if paths else "", self.project)
        self.environment = dict(event.circleci(job.called))
        self.environment |= {"CIRCLE_NODE_INDEX": str(job.copy), "CIRCLE_NODE_TOTAL": str(job.copies)}
        self.environment |= {"CIRCLE_WORKING_DIRECTORY": str(self.project), "BASH_ENV": str(place.box / "bash_env")}
        self.own = frozenset(name for node in self._environments() for name in self.variables(node))
        for node in self._environments():
            self.environment |= self.variables(node)
        self.printed: list[str] = []
        self.failed = False
        self.background: list[subprocess.Popen[str]] = []

    def _environments(self) -> Iterator[Node | None]:
        """The primary container's variables, and above them the job's (reference circleci.md, section 4.3)."""
        containers = find(self.job.keys, "docker")
        if isinstance(containers, Sequence) and containers.items:
            yield find(containers.items[0], "environment")
        yield find(self.job.keys, "environment")

    def text(self, node: Node | None) -> str:
        """A scalar's text, with what is known when the job starts."""
        if not isinstance(node, Scalar):
            return ""
        text = node.text
        for symbol in reversed(node.symbols):
            if symbol.name not in self.event.values:
                cannot(f"asks for {symbol.name}")
            text = text[: symbol.start] + self.event.values[symbol.name] + text[symbol.end :]
        return text

    def variables(self, node: Node | None) -> dict[str, str]:
        """An `environment` in any of its forms (reference circleci.md, section 2.9)."""
        if isinstance(node, Sequence):
            return {name: value for item in node.items for name, value in self.variables(item).items()}
        if isinstance(node, Scalar):
            name, _, value = self.text(node).partition("=")
            return {name: self.place.here(value)} if name else {}
        entries = node.entries if isinstance(node, Mapping) else ()
        return {entry.key.text: self._value(entry.value) for entry in entries}

    def _value(self, node: Node) -> str:
        if isinstance(node, Scalar) and node.kind in {"bool", "int", "float", "null"}:
            return passed(node)
        return self.place.here(self.text(node))

    def run(self) -> None:
        """Run all steps; those after a failure only where they say so (reference circleci.md, section 4.2)."""
        self.project.mkdir(parents=True, exist_ok=True)
        (self.place.box / "bash_env").touch()
        try:
            for call in self.job.steps:
                if may_run(call.condition, self.event):
                    self.step(call)
                if (self.place.box / "halted").exists():
                    return
        finally:
            for process in self.background:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(_LAST_WORDS)
                self.printed.append(end(process))

    def step(self, call: Call) -> None:
        """Run one step, if it runs after what has happened."""
        when = self.text(find(call.body, "when")) or "on_success"
        if when != "always" and self.failed != (when == "on_fail"):
            return
        if call.step == "checkout":
            self.place.check_out(self.place.path(self.text(find(call.body, "path")), self.project))
        elif call.step in COMMANDS:
            self._command(call.body)
        elif call.step in SILENT:
            if self.carry:
                self.carry(call, self)
        else:
            cannot(f"has the step {call.step}")

    def _command(self, body: Node | None) -> None:
        if find(body, "teardown"):
            cannot("has a teardown")
        command = self.place.here(self.text(body if isinstance(body, Scalar) else find(body, "command")))
        cwd = self.place.path(self.text(find(body, "working_directory")), self.project)
        if not cwd.is_dir():  # only the job's own directory is made (reference circleci.md, section 9, item 22)
            self.failed = True
            return
        env = self.environment | self.variables(find(body, "environment"))
        shell = self._shell(body)
        if isinstance(background := find(body, "background"), Scalar) and background.truth:
            self.background.append(self.place.start(shell, command, cwd, env))
            return
        reruns = self.text(find(body, "max_auto_reruns"))
        for _ in range(1 + int(reruns or 0)):
            done = self._run(shell, command, cwd, env)
            self.printed.append(done.printed)
            if done.status == 0:
                return
        self.failed = True

    def _run(self, shell: list[str], command: str, cwd: Path, env: dict[str, str]) -> Done:
        try:
            return self.place.run(shell, command, cwd, env)
        except TooLongError:
            cannot("has a command that does not end")

    def _shell(self, body: Node | None) -> list[str]:
        own = find(body, "shell") or find(self.job.keys, "shell")
        texts = [self.text(item) for item in own.items] if isinstance(own, Sequence) else [self.text(own)]
        words = shlex.split(" ".join(texts)) or list(_SHELL)
        if words[0] == "/usr/bin/env":
            words = words[1:]
        name = words[0].rpartition("/")[2]
        if name not in INTERPRETERS:
            cannot(f"has the shell {name}")
        return [name, *words[1:]]


Carry = Callable[[Call, CircleCI], None]
"""What does the part of a step that other jobs see."""
