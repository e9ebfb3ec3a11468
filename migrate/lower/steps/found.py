"""`bitbucket/found`: one of several commands, by the files that the repository has (ARCHITECTURE.md).

    bitbucket/found:
      in: << parameters.app-dir >>
      cases:                          # the first one counts whose files, separated by spaces, are all there
        requirements.txt: pip install -r requirements.txt
        Pipfile: pipenv install
      otherwise: pip install .        # nothing, if it is left out

It becomes the command alone where the repository is at hand when it is converted, and else the question in the script.
"""

import posixpath
from dataclasses import replace

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.registry import step
from migrate.lower.steps import run
from migrate.lower.variables import with_symbols
from migrate.yamlio.nodes import Entry, Mapping, Node, Scalar

FOUND = declare(
    "orb-found",
    Fate.REWRITTEN,
    "An orb looks in each run for a file that the repository has",
    """The orb decides by the files of the repository what it calls.

    The file is there, so that the step has the command alone.

    If the repository gets another of these files, change the command with it.""",
    "https://circleci.com/developer/orbs",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-pipes-in-bitbucket-pipelines/",
)
Case = tuple[tuple[str, ...], str]
"""The files of a case, and its command."""


@step("bitbucket/found")
def lower(call: Call, step: StepDraft) -> None:
    """Add the command of the first case whose files the repository has, or one that looks for them."""
    folder = step.text("in", call.body, call.trail) or "."
    given = step.claims.each(step.claims.take(call.body, "cases"))
    cases: list[Case] = [(tuple(entry.key.text.split()), _command(entry.value, call, step)) for entry in given]
    otherwise = _command(step.claims.take(call.body, "otherwise"), call, step)
    known = next((case for case in cases if all(_has(file, folder, step) for file in case[0])), None)
    if known:
        step.note(FOUND, call.trail, f"the repository has {' and '.join(known[0])}: '{known[1].splitlines()[0]}'")
    text = known[1] if known else _asked(cases, otherwise)
    run.lower(replace(call, step="run", body=_body(text, folder, call)), step)


def _command(node: Node | None, call: Call, step: StepDraft) -> str:
    step.claims.text(node, "cases", call.trail)
    return with_symbols(node, step, call.trail).strip("\n") if isinstance(node, Scalar) else ""


def _has(file: str, folder: str, step: StepDraft) -> bool:
    within = step.inside(folder)
    return within is not None and step.draft.has_file(posixpath.normpath(posixpath.join(within, file)))


def _asked(cases: list[Case], otherwise: str) -> str:
    lines: list[str] = []
    for files, command in cases:
        question = " && ".join(f"[ -f {file} ]" for file in files)
        lines += [f"{'elif' if lines else 'if'} {question}; then", *_indented(command)]
    if otherwise:
        lines += ["else", *_indented(otherwise)]
    return "\n".join([*lines, "fi"])


def _indented(command: str) -> list[str]:
    return [f"  {line}" for line in command.splitlines()]


def _body(command: str, folder: str, call: Call) -> Mapping:
    span = call.trail[-1]
    texts = {"command": command, "working_directory": folder}
    return Mapping(tuple(Entry(Scalar(k, "str", span), Scalar(v, "str", span)) for k, v in texts.items()), span)
