"""The table of variables: complete, fresh, and true of what is written."""

import subprocess

import pytest

from migrate import Source, convert
from migrate.bitbucket.model import Command
from migrate.catalog import Catalog, Variable
from tests import variables

BUILT_IN = """
CIRCLECI CIRCLE_BRANCH CIRCLE_TAG CIRCLE_SHA1 CIRCLE_BUILD_NUM CIRCLE_BUILD_URL CIRCLE_JOB CIRCLE_NODE_INDEX
CIRCLE_NODE_TOTAL CIRCLE_PROJECT_REPONAME CIRCLE_PROJECT_USERNAME CIRCLE_REPOSITORY_URL CIRCLE_PULL_REQUEST
CIRCLE_PULL_REQUESTS CIRCLE_PR_NUMBER CIRCLE_PR_REPONAME CIRCLE_PR_USERNAME CIRCLE_USERNAME CIRCLE_WORKFLOW_ID
CIRCLE_WORKFLOW_JOB_ID CIRCLE_WORKFLOW_WORKSPACE_ID CIRCLE_PIPELINE_ID CIRCLE_PROJECT_ID CIRCLE_ORGANIZATION_ID
CIRCLE_WORKING_DIRECTORY CIRCLE_OIDC_TOKEN CIRCLE_OIDC_TOKEN_V2 CIRCLE_PREVIOUS_BUILD_NUM CIRCLE_INTERNAL_TASK_DATA
CIRCLE_SHELL_ENV CIRCLE_STAGE CIRCLE_COMPARE_URL CIRCLE_CONTINUATION_KEY
"""
"""Reference circleci.md, section 4.4."""
VALUES = """
id number name definition.id project.git_url project.type project.slug integration_source trigger_source schedule.name
schedule.id in_setup git.tag git.branch git.branch.is_default git.revision git.base_revision git.repo_url git.repo_owner
git.repo_name git.repo_id git.commit.url git.commit.subject git.commit.body git.commit.author_login
config.repository.name config.repository.url config.file_path config.ref config.sha trigger.type trigger.id
trigger.received_at event.name event.action event.context.github.pr_url event.github.after event.github.ref
event.github.head_commit.url event.github.pull_request.base.ref event.github.pull_request.base.sha
event.github.pull_request.head.ref event.github.pull_request.head.sha event.github.pull_request.draft
event.github.pull_request.title event.github.pull_request.number event.github.pull_request.merged
event.github.pull_request.url event.github.label.name event.github.comment.body event.github.sender.type
event.github.sender.login event.github.sender.avatar_url event.github.repository.name event.github.repository.url
event.github.repository.owner.login trigger_parameters.github_app.branch trigger_parameters.webhook.body
deploy.component_name deploy.environment_name deploy.target_version deploy.current_version deploy.namespace
deploy.reason
"""
"""Reference circleci.md, section 1.11."""
ROWS = Catalog().variables


def test_the_table_is_fresh() -> None:
    """`python -m tests.variables` writes it anew."""
    assert variables.TABLE.read_text(encoding="utf-8") == variables.table()


def test_the_table_is_complete() -> None:
    """Each variable and each value that CircleCI documents has a row."""
    names = [*BUILT_IN.split(), *(f"pipeline.{name}" for name in VALUES.split())]

    assert [name for name in names if Catalog().variable(name) is None] == []


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_says_one_thing(row: Variable) -> None:
    """And what is missing or differs is told wherever it is used."""
    assert [bool(it) for it in (row.variable, row.computed, row.value, row.nothing)].count(True) == 1

    asked = f"<< {row.name.replace('*', 'x')} >>" if row.name.startswith("pipeline.") else f"${row.name}"
    job = f"{{docker: [{{image: x}}], steps: [checkout, run: 'echo \"{asked}\"']}}"
    outcome = convert(Source("config.yml", f"version: 2.1\njobs: {{build: {job}}}"))
    codes = {note.code.id for note in outcome.notes}
    (step,) = outcome.pipelines.starts[0].steps
    text = "\n".join(item.text for item in step.script if isinstance(item, Command))

    assert ("variable-without-counterpart" in codes) == bool(row.nothing)
    assert ("variable-differs" in codes) == bool(row.differs)
    assert (row.variable or row.computed or row.value.format(job="build", index=0, total=1)) in text


@pytest.mark.parametrize("row", [row for row in ROWS.values() if row.computed], ids=lambda row: row.name)
def test_what_is_put_together_is_a_word_for_bash_and_sh(row: Variable) -> None:
    """Between double quotes, and whatever is set."""
    for shell in ("bash", "sh"):
        ran = subprocess.run(
            [shell, "-ec", f'export X="{row.computed}"; echo "$X"'],
            env={"PATH": "/usr/bin:/bin", "BITBUCKET_PR_ID": "7"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert ran.stdout
