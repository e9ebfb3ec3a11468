"""What starts a job, and what each of the two services then says of it in variables.

Reference circleci.md, sections 1.11 and 4.4; bitbucket.md, sections 4.1 and 4.2. Where the two say nearly the same, the
values here differ as they do there: a number for each job or for each pipeline, a uuid with or without braces.
"""

from typing import NamedTuple

from migrate.circleci.conditions import FALSE, TRUE, evaluate
from migrate.circleci.plan import Job

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
_NAMES = ("main", "master", "develop", "release/1.0", "feature-x")
_TAGS = ("v1.2.3", "1.2.3", "release-1")
_SHA = "5ca1ab1e" * 5
_TOKENS = ("a.b.c", "a.b.d", "e.f.g")
_UUID = "0b5c01e7-0000-4000-8000-00000000000{}"


class Event(NamedTuple):
    """A push of a branch, or of a tag."""

    branch: str = "main"
    tag: str = ""
    push: int = 0

    @property
    def commit(self) -> str:
        """The commit that is pushed: another one each time."""
        return f"{_SHA[:-1]}{self.push:x}"

    @property
    def facts(self) -> dict[str, str | None]:
        """What conditions are evaluated with."""
        return {BRANCH: self.branch or None, TAG: self.tag or None}

    def circleci(self, job: str) -> dict[str, str]:
        """The variables that CircleCI sets for a job."""
        return _set(
            CI="true",
            CIRCLECI="true",
            CIRCLE_BRANCH=self.branch,
            CIRCLE_TAG=self.tag,
            CIRCLE_SHA1=self.commit,
            CIRCLE_BUILD_NUM="1701",
            CIRCLE_PIPELINE_NUMBER="17",
            CIRCLE_PROJECT_REPONAME="shop",
            CIRCLE_PROJECT_USERNAME="acme",
            CIRCLE_REPOSITORY_URL="git@bitbucket.org:acme/shop.git",
            CIRCLE_PIPELINE_ID=_UUID.format(1),
            CIRCLE_WORKFLOW_ID=_UUID.format(2),
            CIRCLE_WORKFLOW_WORKSPACE_ID=_UUID.format(2),
            CIRCLE_WORKFLOW_JOB_ID=_UUID.format(3),
            CIRCLE_PROJECT_ID=_UUID.format(4),
            CIRCLE_ORGANIZATION_ID=_UUID.format(5),
            CIRCLE_BUILD_URL="https://circleci.com/bb/acme/shop/1701",
            CIRCLE_USERNAME="ada",
            CIRCLE_JOB=job,
            CIRCLE_STAGE=job,
            CIRCLE_NODE_INDEX="0",
            CIRCLE_NODE_TOTAL="1",
            CIRCLE_OIDC_TOKEN=_TOKENS[0],
            CIRCLE_OIDC_TOKEN_V2=_TOKENS[1],
        )

    @property
    def bitbucket(self) -> dict[str, str]:
        """The variables that Bitbucket sets for a step, but for the clone directory."""
        return _set(
            CI="true",
            BITBUCKET_BRANCH=self.branch,
            BITBUCKET_TAG=self.tag,
            BITBUCKET_COMMIT=self.commit,
            BITBUCKET_BUILD_NUMBER="17",
            BITBUCKET_REPO_SLUG="shop",
            BITBUCKET_WORKSPACE="acme",
            BITBUCKET_REPO_OWNER="acme",
            BITBUCKET_REPO_FULL_NAME="acme/shop",
            BITBUCKET_GIT_SSH_ORIGIN="git@bitbucket.org:acme/shop.git",
            BITBUCKET_GIT_HTTP_ORIGIN="https://bitbucket.org/acme/shop",
            BITBUCKET_PIPELINE_UUID=f"{{{_UUID.format(1)}}}",
            BITBUCKET_STEP_UUID=f"{{{_UUID.format(3)}}}",
            BITBUCKET_REPO_UUID=f"{{{_UUID.format(4)}}}",
            BITBUCKET_WORKSPACE_UUID=f"{{{_UUID.format(5)}}}",
            BITBUCKET_STEP_TRIGGERER_UUID=f"{{{_UUID.format(6)}}}",
            BITBUCKET_STEP_RUN_NUMBER="1",
            BITBUCKET_STEP_OIDC_TOKEN=_TOKENS[2],
        )

    @property
    def values(self) -> dict[str, str]:
        """What CircleCI writes for `<< pipeline.x >>` before the job starts."""
        return {
            BRANCH: self.branch,
            TAG: self.tag,
            "pipeline.git.revision": self.commit,
            "pipeline.number": "17",
            "pipeline.id": _UUID.format(1),
            "pipeline.git.repo_name": "shop",
            "pipeline.git.repo_owner": "acme",
            "pipeline.project.git_url": "https://bitbucket.org/acme/shop",
        }


def _set(**values: str) -> dict[str, str]:
    """The variables that have a value: one for which there is nothing to say is not set."""
    return {name: value for name, value in values.items() if value}


def of(job: Job) -> Event | None:
    """An event that starts a job, as far as its own filters say; None if none was found."""
    filters = job.filters
    branches = [*_NAMES, *(p.text for p in filters.branches.patterns if not p.is_regex)]
    tags = [*_TAGS, *(p.text for p in (filters.tags.patterns if filters.tags else ()) if not p.is_regex)]
    events = [Event(name) for name in branches if filters.branches.admits(name)]
    events += [Event("", name) for name in tags if filters.tags is not None and filters.tags.admits(name)]
    return next((one for one in events if evaluate(filters.condition, one.facts) == TRUE), None)


def may_run(condition: object, event: Event) -> bool:
    """Whether a step below a condition runs, where the condition asks for the name only."""
    return evaluate(condition, event.facts) != FALSE  # type: ignore[arg-type]
