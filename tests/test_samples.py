"""Official samples and real configs: what is valid expands, what is not is refused for the right reason."""

import pytest

from tests import laws
from tests import samples as other

pytestmark = [
    pytest.mark.skipif(not other.SHARED.is_dir(), reason="the samples do not lie beside the checkout"),
    pytest.mark.xdist_group("samples"),  # one process converts them all, once
]

REFUSED = {
    "background_auto_rerun-06-invalid-background-true-with-max-auto-reruns": "neither max_auto_reruns nor",
    "background_auto_rerun-07-invalid-background-true-with-auto-rerun-delay": "neither max_auto_reruns nor",
    "background_auto_rerun-08-invalid-auto-rerun-delay-without-max-auto-reruns": "needs max_auto_reruns",
    "background_auto_rerun-11-invalid-max-auto-reruns-below-minimum-0": "0 is not between 1 and 5",
    "background_auto_rerun-12-invalid-max-auto-reruns-above-maximum-6": "6 is not between 1 and 5",
    "background_auto_rerun-15-invalid-auto-rerun-delay-with-milliseconds": "is no delay from 1s to 10m",
    "background_auto_rerun-18-invalid-auto-rerun-delay-exceeds-maximum-11m": "is no delay from 1s to 10m",
    "background_auto_rerun-19-invalid-auto-rerun-delay-exceeds-maximum-700s": "is no delay from 1s to 10m",
    "background_auto_rerun-20-invalid-auto-rerun-delay-with-invalid-format-no-unit": "is no delay from 1s to 10m",
    "background_auto_rerun-21-invalid-auto-rerun-delay-with-invalid-text": "is no delay from 1s to 10m",
    "background_auto_rerun-22-invalid-auto-rerun-delay-with-0-seconds": "is no delay from 1s to 10m",
    "background_auto_rerun-23-invalid-auto-rerun-delay-with-0-minutes": "is no delay from 1s to 10m",
    "background_auto_rerun-24-invalid-auto-rerun-delay-with-both-minutes-and-seconds": "is no delay from 1s to 10m",
    "job_invocation-03-invalid-workflow-type": "Only jobs with `type: approval` can be defined inline",
    "job_invocation-13-mix-of-terminal-and-non-terminal-statuses-no-hint": "'unknown' is no status",
    "job_invocation-17-cycle-between-two-jobs": "is part of a cycle",
    "job_invocation-18-indirect-cycle-three-jobs": "is part of a cycle",
    "job_invocation-19-nested-job-groups-are-not-allowed": "groups do not nest",
    "job_invocation-20-job-invocation-referencing-a-non-existent-job-job-group-prod": "Cannot find a definition",
    "job_invocation-21-job-invocation-referencing-a-non-existent-orb-job-produces-a": "Cannot find a definition",
    "job_invocation-22-requires-references-a-job-that-does-not-exist-in-invocations": "is the name of 0 other jobs",
    "job_invocation-26-non-existent-job-in-job-group-produces-error": "Cannot find a definition",
    "job_invocation-27-workflow-job-requires-a-member-of-a-job-group": "is the name of 0 other jobs",
    "job_invocation-28-job-group-member-requires-a-job-from-a-different-group": "is no job of its group",
    "job_invocation-32-serial-group-in-job-group-is-not-allowed": "only the group takes a serial-group",
    "job_invocation-35-same-job-group-invoked-twice-with-same-name-is-an-error": "each use needs a name",
    "job_invocation-36-same-job-group-invoked-twice-without-name-is-an-error-on-bot": "each use needs a name",
    "job_invocation-37-one-invocation-without-name-one-with-name-is-an-error-the-na": "each use needs a name",
    "job_invocation-38-matrix-on-job-group-invocation-is-not-allowed": "'matrix' is not allowed",
    "job_invocation-39-override-with-on-job-group-invocation-is-not-allowed": "'override-with' is not allowed",
    "job_invocation-40-type-on-job-group-invocation-is-not-allowed": "'type' is not allowed",
    "job_invocation-41-context-on-job-group-invocation-is-not-allowed": "'context' is not allowed",
    "job_invocation-42-pre-steps-on-job-group-invocation-is-not-allowed": "'pre-steps' is not allowed",
    "job_invocation-43-post-steps-on-job-group-invocation-is-not-allowed": "'post-steps' is not allowed",
    "job_invocation-44-custom-parameters-on-job-group-invocation-is-not-allowed": "'env' is not allowed",
    "job_invocation-46-multiple-disallowed-keys-on-job-group-invocation-produce-mul": "'type' is not allowed",
    "parameters-01-missing-required-string-parameter": "Missing required argument(s): go_version",
    "parameters-04-multiple-params-one-required-missing-one-optional": "Missing required argument(s): env",
    "parameters-05-undefined-parameter-passed-to-job-invocation": "Unexpected argument(s): bogus_param",
    "parameters-06-no-parameters-defined-on-job-but-params-passed": "Unexpected argument(s): some_param",
    "workflow-04-invalid-max-auto-reruns-value-0-below-minimum": "0 is not between 1 and 5",
    "workflow-05-invalid-max-auto-reruns-value-6-above-maximum": "6 is not between 1 and 5",
    "workflow-06-invalid-max-auto-reruns-string-value": "expected type: Integer, found: String",
    "ls-parser-build_agent-invalid-build": 'Referred to a variable "pipeline.parameters.not-exist"',
    "ls-parser-executor-invalid_condition-build": "a condition is a value or a logic statement",
    "ls-parser-orb-registry-circleci-android_usage_example_invalid_yaml-0.0.0-orb": "the file is not YAML",
    "ls-parser-pipeline_parameters-additional_properties_invalid-build": "extraneous key [extra]",
    "ls-parser-renames_requires-invalid": "is the name of 2 other jobs",
    "ls-parser-validate-invalid_checkout_method": "'invalid' is not one of: blobless, full, shallow",
    "ls-parser-validate-invalid_checkout_method_shallow": "'method: shallow' needs a depth",
    "ls-parser-validate-wrong_param_type": "Type error for argument skip: expected type: string",
    "ls-parser-validate-wrong_param_type_boolean": "Type error for argument skip: expected type: boolean",
    "ls-parser-validate-wrong_param_type_integer": "Type error for argument skip: expected type: boolean",
}
"""The language server's cases of what is wrong, each with what is said about it."""

UNUSED = {
    "jsonschema-03-build-type-missing-steps-should-error": "required key [steps] not found",
    "jsonschema-06-release-type-missing-plan-name-should-error": "required key [plan_name] not found",
    "jsonschema-09-lock-type-missing-key-should-error": "required key [key] not found",
    "jsonschema-12-unlock-type-missing-key-should-error": "required key [key] not found",
}
"""Those whose wrong job no workflow runs, so that it does not matter yet; it is told all the same."""

NO_CONFIGS = ("ls-parser-orb-registry-circleci-foo-0.0.0-orb",)
"""What the schemas take for a config, and is an orb: its jobs want arguments."""
DOTS = ("using-shell-scripts-02",)
"""Where the manual has three dots in place of a job."""
BROKEN = (
    "debian__pytorch__1.13.1+dfsg-4__pytorch-1.13.1__.circleci__verbatim-sources__header-section",  # a part of a config
    "npm__@mattermost+react-native-emm",  # 'fliters'
    "npm__aws4-axios",  # the steps are called restore-cache
    "npm__idtoken-verifier",  # the same
    "npm__node-nfsc",  # no job is called build, and there is no workflow
    "pypi__freud-analysis__2.4.1__freud-analysis-2.4.1__extern__fsph",  # docker and macos in one job
)
"""Configs of the corpus that CircleCI refuses, each with why."""
SUSPECTS = ("ls-services-anchorNoErrors", "ls-services-noErrors")
"""Test data for something else that does not hold together: arguments and parameters that nobody declares."""


def test_the_table_is_fresh() -> None:
    """`python -m tests.samples` writes it anew."""
    assert other.TABLE.read_text(encoding="utf-8") == other.table()


def test_what_is_valid_expands() -> None:
    """Unless it names what does not stand in it, which no schema sees."""
    known = {*REFUSED, *UNUSED, *NO_CONFIGS, *DOTS, *SUSPECTS}
    wrong = [
        (sample.name, sample.refusals)
        for sample in other.samples()
        if sample.valid and sample.fate not in {other.EXPANDED, other.INCOMPLETE} and sample.name not in known
    ]

    assert wrong == []


def test_real_configs_expand() -> None:
    """All of the corpus that is a config of version 2, but for those that are broken as they were published."""
    wrong = [
        (sample.name, sample.refusals)
        for sample in other.samples()
        if sample.set.startswith("corpus/")
        and sample.fate in {other.INCOMPLETE, other.INVALID}
        and not sample.name.startswith(BROKEN)
    ]

    assert wrong == []


@pytest.mark.parametrize(("name", "said"), REFUSED.items(), ids=REFUSED)
def test_what_is_invalid_is_refused_for_it(name: str, said: str) -> None:
    """With a message about the right thing, in the file itself."""
    (sample,) = (one for one in other.samples() if one.name == name)
    found = [note.detail for note in sample.outcome.notes if note.refusal]

    assert sample.outcome.text is None
    assert any(said in detail for detail in found), found


@pytest.mark.parametrize(("name", "said"), UNUSED.items(), ids=UNUSED)
def test_what_is_invalid_and_unused_is_told(name: str, said: str) -> None:
    """In the note that says that nothing uses it."""
    (sample,) = (one for one in other.samples() if one.name == name)

    assert any(said in note.detail for note in sample.outcome.notes if note.code.id == "unused")


def test_every_note_stands_in_the_users_own_file() -> None:
    """The first of a trail, and the place that is shown."""
    wrong = [
        (sample.name, str(note))
        for sample in other.samples()
        for note in sample.outcome.notes
        if note.trail[0].file != sample.path.name or note.span.line < 1 or note.span.column < 1
    ]

    assert wrong == []


def test_nothing_of_the_templates_is_left() -> None:
    """In any output."""
    wrong = [
        (sample.name, complaint)
        for sample in other.samples()
        for complaint in laws.no_template_is_left("", sample.outcome)
    ]

    assert wrong == []
