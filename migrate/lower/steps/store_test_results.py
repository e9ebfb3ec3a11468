"""`store_test_results` needs no key: Bitbucket looks for test reports in folders with certain names."""

import re

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Run, StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when, title
from migrate.lower.workspaces.paths import absolute, here, is_file, spelled, word

TEST_RESULTS = declare(
    "test-results",
    Fate.REWRITTEN,
    "Test reports are found by the name of their folder",
    """CircleCI is told the folder, Bitbucket looks for it.

    Bitbucket reads JUnit files below folders named test-results, test-reports, TestResults, surefire-reports or
    failsafe-reports, up to three levels deep, and shows them in the Tests tab.""",
    "https://circleci.com/docs/collect-test-data/",
    "https://support.atlassian.com/bitbucket-cloud/docs/test-reporting-in-pipelines/",
)
_FOUND = ("test-results", "test-reports", "TestResults", "surefire-reports", "failsafe-reports")
_DEPTH = 3
_LABEL = "collect-test-results"
_WORD = re.compile(r"[^A-Za-z0-9._-]+")


@step("store_test_results")
def lower(call: Call, step: StepDraft) -> None:
    """Copy reports to a folder where they are found, unless they lie in one."""
    path = step.text("path", call.body, call.trail)
    note_when(call, step, "Bitbucket reads the reports however the script ended", usual="always")
    within = here(absolute(path, step), step)
    parts = (within or "").split("/")
    if within is not None and len(parts) <= _DEPTH and any(part in _FOUND for part in parts):
        note_title(call, step)
        step.note(TEST_RESULTS, call.trail, f"the reports in '{within}' are found by the folder's name")
        return
    others = any(run.ours and run.label == _LABEL for run in step.after_script)
    folder = f"{_FOUND[0]}/{_WORD.sub('-', path).strip('-.')}" if others else _FOUND[0]
    copy = f"mkdir -p {folder} && {_copy(spelled(path, step), folder)}"
    step.after_script.append(Run(copy, _LABEL, title(call, step), call.trail, when="always", ours=True))
    step.note(TEST_RESULTS, call.trail, f"the reports in '{path}' are copied to {folder}/ in the after-script")


def _copy(source: str, folder: str) -> str:
    """The copy of a file, of what is in a folder, or of all reports in the clone, in which the target lies itself."""
    if not source:
        return f"find . -path ./{_FOUND[0]} -prune -o -name '*.xml' -exec cp {{}} {folder}/ \\;"
    return f"cp -r {word(source)}{'' if is_file(source) else '/.'} {folder}/"
