"""The calls of Bitbucket's REST API 2.0 that the plan comes to: paths and bodies (reference bitbucket.md, section 6).

https://developer.atlassian.com/cloud/bitbucket/rest/api-group-pipelines/ and …/api-group-deployments/. Paths are
relative to the API's address. Mind that the workspace's variables have a hyphen where the repository's have an
underscore.
"""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from migrate.lower.draft import Schedule
from migrate.report.checklist import Environment
from migrate.setup.known_hosts import HostKey

API = "https://api.bitbucket.org/2.0"
WRITES = "admin:pipeline:bitbucket"
ENABLES = "admin:repository:bitbucket"
READS = "read:pipeline:bitbucket"
SCOPES = (READS, WRITES, ENABLES)
"""The scopes that a token must have: to read, to write variables, environments and schedules, to enable Pipelines."""
Body = Mapping[str, object]


class Paths(NamedTuple):
    """The paths of one repository; both names are safe in a path as they are."""

    workspace: str
    repository: str

    @property
    def _root(self) -> str:
        return f"repositories/{self.workspace}/{self.repository}"

    @property
    def config(self) -> str:
        """Whether Pipelines is enabled."""
        return f"{self._root}/pipelines_config"

    @property
    def build_number(self) -> str:
        """The number of the next build; it can only be written."""
        return f"{self.config}/build_number"

    @property
    def newest(self) -> str:
        """The pipelines that have run, the newest first."""
        return f"{self._root}/pipelines?sort=-created_on&pagelen=1"

    @property
    def variables(self) -> str:
        """The repository's variables."""
        return f"{self.config}/variables"

    @property
    def workspace_variables(self) -> str:
        """The workspace's variables."""
        return f"workspaces/{self.workspace}/pipelines-config/variables"

    @property
    def environments(self) -> str:
        """The deployment environments."""
        return f"{self._root}/environments"

    def deployment_variables(self, uuid: str) -> str:
        """The variables of the environment with this UUID, braces and all."""
        return f"{self._root}/deployments_config/environments/{quote(uuid, safe='$')}/variables"

    @property
    def known_hosts(self) -> str:
        """The hosts that steps know."""
        return f"{self.config}/ssh/known_hosts"

    @property
    def schedules(self) -> str:
        """The schedules."""
        return f"{self.config}/schedules"


def below(path: str, uuid: str) -> str:
    """The path of one of a list; the braces of its UUID are escaped."""
    return f"{path}/{quote(uuid, safe='')}"


def variable(name: str, value: str, *, secured: bool) -> Body:
    """The body that creates or changes a variable."""
    return {"key": name, "value": value, "secured": secured}


def environment(one: Environment) -> Body:
    """The body that creates an environment."""
    return {"name": one.name, "environment_type": {"name": one.type}, "restrictions": {"admin_only": False}}


def known_host(host: str, key: HostKey) -> Body:
    """The body that makes a host known by a key."""
    public = {"type": "pipeline_ssh_public_key", "key_type": key.type, "key": key.key}
    return {"type": "pipeline_known_host", "hostname": host, "public_key": public}


def schedule(one: Schedule) -> Body:
    """The body that creates a schedule; it is for a custom pipeline, and has no variables (section 6.3)."""
    selector = {"type": "custom", "pattern": one.pipeline}
    target = {"type": "pipeline_ref_target", "ref_type": "branch", "ref_name": one.branch, "selector": selector}
    return {"target": target, "cron_pattern": one.cron, "enabled": True}


__all__ = [
    "API",
    "ENABLES",
    "READS",
    "SCOPES",
    "WRITES",
    "Body",
    "Paths",
    "below",
    "environment",
    "known_host",
    "schedule",
    "variable",
]
