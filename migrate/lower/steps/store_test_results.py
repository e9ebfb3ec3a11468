"""`store_test_results` needs no key: Bitbucket looks for test reports in folders with certain names."""

import posixpath

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.directories import outside
from migrate.lower.draft import Run, StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when, title

TEST_RESULTS = declare(
    "test-results",
    Fate.REWRITTEN,
    "Test reports are found by the name of their folder",
    """Bitbucket reads JUnit files below folders named test-results, test-reports, TestResults, surefire-reports or
    failsafe-reports, up to three levels deep, and shows them in the Tests tab.""",
    "https://circleci.com/docs/collect-test-data/",
    "https://support.atlassian.com/bitbucket-cloud/docs/test-reporting-in-pipelines/",
)
_FOUND = ("test-results", "test-reports", "TestResults", "surefire-reports", "failsafe-reports")
_DEPTH = 3


@step("store_test_results")
def lower(call: Call, step: StepDraft) -> None:
    """Copy reports to a folder where they are found, unless they lie in one."""
    path = step.text("path", call.body, call.trail)
    note_when(call, step, "Bitbucket reads the reports however the script ended", usual="always")
    within = step.inside(path)
    parts = (within or "").split("/")
    if within is not None and len(parts) <= _DEPTH and any(part in _FOUND for part in parts):
        note_title(call, step)
        step.note(TEST_RESULTS, call.trail, f"the reports in '{within}' are found by the folder's name")
        return
    source = outside(path) if within is None else within or "."
    target = "test-results/" + (posixpath.basename(source.rstrip("/")) if "." in posixpath.basename(source) else "")
    copy = f"mkdir -p test-results\ncp -r {source}{'' if '.' in posixpath.basename(source) else '/.'} {target}"
    step.after_script.append(Run(copy, "collect-test-results", title(call, step), call.trail, when="always"))
    step.note(TEST_RESULTS, call.trail, f"the reports in '{path}' are copied to test-results/ in the after-script")
