"""The keys of jobs, executors, steps, workflows and parameters: closed tables, as CircleCI's schema has them.

Reference circleci.md, sections 1.3 to 1.7, and 8 for what is refused. `OPEN` steps are those of which running
configs hold keys that nothing reads, such as `paths` of `restore_cache`: they are reported, not refused.
"""

import re
from collections.abc import Mapping as Table

from migrate.circleci.shapes import Anything, Count, Either, Flag, Items, Keys, Named, Shape, Text
from migrate.yamlio.nodes import Mapping, Scalar

TEXT = Text()
ANYTHING = Anything()
ENVIRONMENTS = ("docker", "machine", "macos")
"""What a job can run in: exactly one of them (section 1.3)."""
_LONGEST_DELAY = 600
"""Seconds between two tries: ten minutes (section 1.5)."""
_FIELDS = 5
_DAYS = (2, 4)
"""The fields of a cron that say days: of the month, of the week."""
WHEN = Text(("always", "on_fail", "on_success"))
_ENVIRONMENT = Either(TEXT, Items(Either(TEXT, None, Named(Either(TEXT)))), Named(Either(TEXT)))
_TEXTS = Items(TEXT, bare=True)


def _given(node: Mapping, key: str) -> str:
    """The text of a key, empty where it is absent or no scalar."""
    found = next((entry.value for entry in node.entries if entry.key.text == key), None)
    return found.text if isinstance(found, Scalar) and found.kind != "null" else ""


def _lasts(text: str) -> str:
    """What is wrong with an `auto_rerun_delay`; ten minutes are the longest (section 1.5)."""
    found = re.fullmatch(r"0*([1-9][0-9]{0,3})([sm])", text)
    if found is None or int(found[1]) * {"s": 1, "m": 60}[found[2]] > _LONGEST_DELAY:
        return f"'{text}' is no delay from 1s to 10m; write seconds (30s) or minutes (2m)"
    return ""


def _kept(text: str) -> str:
    return "" if re.fullmatch(r"([1-9]|[12][0-9]|30)d", text) else f"'{text}' is no number of days from 1d to 30d"


def _key(text: str) -> str:
    """What is wrong with the name of a lock (sections 1.3 and 1.7)."""
    if text.strip() and re.fullmatch(r"[A-Za-z0-9.:/_-]{1,512}", text):
        return ""
    return f"'{text[:40]}' is no key of 1 to 512 letters, digits and . : / _ -"


def _cron(text: str) -> str:
    """What is wrong with a `cron`: five fields of POSIX, no steps, no ranges of days or in lists (section 3)."""
    fields = text.split()
    posix = len(fields) == _FIELDS and all(re.fullmatch(r"\*|[0-9A-Za-z,-]+", field) for field in fields)
    ranges = [index for index, field in enumerate(fields) if "-" in field]
    if posix and not any(index in _DAYS or "," in fields[index] for index in ranges):
        return ""
    return f"'{text}' is no cron that CircleCI takes: five fields, no steps (*/5), no ranges of days, none in a list"


def _delay_alone(node: Mapping) -> str:
    if _given(node, "auto_rerun_delay") and not _given(node, "max_auto_reruns"):
        return "auto_rerun_delay needs max_auto_reruns beside it"
    return ""


def _background_again(node: Mapping) -> str:
    again = {"max_auto_reruns", "auto_rerun_delay"}.intersection(node.keys)
    both = _given(node, "background") == "true" and again
    return "a step with 'background: true' takes neither max_auto_reruns nor auto_rerun_delay" if both else ""


def _depth(node: Mapping) -> str:
    shallow = _given(node, "method") == "shallow"
    if shallow and not _given(node, "depth"):
        return "'method: shallow' needs a depth"
    return "a depth needs 'method: shallow'" if _given(node, "depth") and not shallow else ""


def _one_environment(node: Mapping) -> str:
    given = [key for key in (*ENVIRONMENTS, "executor") if key in node.keys]
    two = [key for key in given if key != "executor"]
    if not given or len(two) > 1:
        has = " and ".join(two) or "none"
        return f"0 subschemas matched instead of one: a job wants docker, machine, macos or an executor; it has {has}"
    return ""


_DOCKER = Keys(
    {
        "image": TEXT,
        "name": TEXT,
        "entrypoint": _TEXTS,
        "command": _TEXTS,
        "user": TEXT,
        "environment": _ENVIRONMENT,
        "auth": Keys({"username": TEXT, "password": TEXT}),
        "aws_auth": Keys({"aws_access_key_id": TEXT, "aws_secret_access_key": TEXT, "oidc_role_arn": TEXT}),
        "gcp_auth": Keys(
            {"oidc_service_account": TEXT, "workload_identity_pool": TEXT, "workload_identity_provider": TEXT}
        ),
    },
    ("image",),
)
_MACHINE = Keys(
    {
        "image": TEXT,
        "enabled": Flag(),
        "docker_layer_caching": Flag(),
        "resource_class": TEXT,
        "shell": _TEXTS,
        "code_signing": ANYTHING,
    }
)
_MACOS = Keys({"xcode": TEXT, "code_signing": ANYTHING, "resource_class": TEXT, "shell": _TEXTS}, ("xcode",))
_MACHINES: Table[str, Shape] = {
    "docker": Items(_DOCKER, least=1),
    "machine": Either(TEXT, None, _MACHINE),
    "macos": _MACOS,
    "resource_class": TEXT,
    "shell": _TEXTS,
    "working_directory": TEXT,
    "environment": _ENVIRONMENT,
    "parameters": ANYTHING,
    "description": TEXT,
}
EXECUTOR = Keys(_MACHINES)
JOB = Keys(
    {
        **_MACHINES,
        "type": TEXT,
        "executor": Either(TEXT, None, Keys({"name": TEXT}, ("name",), open=True)),
        "steps": Either(TEXT, ANYTHING),
        "parallelism": Count(1),
        "circleci_ip_ranges": Flag(),
        "retention": Keys({"caches": Text(complaint=_kept)}),
        "branches": ANYTHING,
    },
    ("steps",),
    (_one_environment,),
)
COMMAND = Keys({"description": TEXT, "parameters": ANYTHING, "steps": Either(TEXT, ANYTHING)}, ("steps",))
GROUP = Keys({"description": TEXT, "jobs": Items(ANYTHING, least=1)}, ("jobs",))
DEFINITIONS: Table[str, Shape] = {"commands": COMMAND, "executors": EXECUTOR, "job-groups": GROUP}
"""What definitions look like, but for jobs: those have types."""
TYPES: Table[str, Shape] = {
    "approval": ANYTHING,
    "build": JOB,
    "lock": Keys({"key": Text(complaint=_key)}, ("key",), open=True),
    "no-op": ANYTHING,
    "release": Keys({"plan_name": TEXT}, ("plan_name",), open=True),
    "unlock": Keys({"key": Text(complaint=_key)}, ("key",), open=True),
}
"""The types of jobs; all but `build` and `release` are only there for the order of others."""

PARAMETER = Keys({"type": TEXT, "description": TEXT, "default": ANYTHING, "enum": Items(TEXT)}, ("type",))
_CONDITIONAL = Keys({"condition": ANYTHING, "steps": ANYTHING}, ("condition", "steps"))
_NAMED: Table[str, Shape] = {"name": TEXT, "when": WHEN}
_RUN = Keys(
    {
        **_NAMED,
        "command": TEXT,
        "shell": _TEXTS,
        "environment": _ENVIRONMENT,
        "background": Flag(),
        "working_directory": TEXT,
        "pwd": TEXT,
        "path": TEXT,
        "no_output_timeout": TEXT,
        "max_auto_reruns": Count(1, 5),
        "auto_rerun_delay": Text(complaint=_lasts),
        "teardown": ANYTHING,
    },
    ("command",),
    (_delay_alone, _background_again),
)


def _open(keys: Table[str, Shape], *required: str) -> Keys:
    return Keys({**_NAMED, **keys}, required, open=True)


STEPS: Table[str, Shape] = {
    "add_ssh_keys": Either(TEXT, None, _open({"fingerprints": _TEXTS})),
    "attach_workspace": _open({"at": TEXT}, "at"),
    "checkout": Either(
        TEXT,
        None,
        Keys(
            {**_NAMED, "path": TEXT, "method": Text(("blobless", "full", "shallow")), "depth": Count(1)},
            rules=(_depth,),
        ),
    ),
    "deploy": Either(TEXT, None, _RUN),
    "install_signing_bundle": ANYTHING,
    "persist_to_workspace": _open({"root": TEXT, "paths": _TEXTS, "path": TEXT}, "root"),
    "restore_cache": _open({"key": TEXT, "keys": _TEXTS}),
    "run": Either(TEXT, None, _RUN),
    "save_cache": _open({"key": TEXT, "paths": _TEXTS}, "key", "paths"),
    "setup_remote_docker": Either(
        TEXT, None, _open({"version": TEXT, "docker_layer_caching": Flag(), "prefer_same_region": Flag()})
    ),
    "store_artifacts": _open({"path": TEXT, "destination": TEXT}, "path"),
    "store_test_results": _open({"path": TEXT}, "path"),
    "unless": _CONDITIONAL,
    "when": _CONDITIONAL,
    "with_tool_cache": _open({"tool": Text(("bazel", "gradle", "turborepo", "xcode")), "steps": ANYTHING}, "steps"),
}
"""The built-in steps, each with what may stand under it."""

_SCHEDULE = Keys({"cron": Text(complaint=_cron), "filters": ANYTHING}, ("cron", "filters"))
WORKFLOW = Keys(
    {
        "jobs": Items(ANYTHING, least=1),
        "when": ANYTHING,
        "unless": ANYTHING,
        "triggers": Items(Keys({"schedule": _SCHEDULE}, ("schedule",))),
        "max_auto_reruns": Count(1, 5),
        "version": TEXT,
    },
    rules=(lambda node: "a workflow has 'when' or 'unless', not both" if {"when", "unless"} <= set(node.keys) else "",),
)
_NAMES = Keys({"only": _TEXTS, "ignore": _TEXTS})
INVOCATION = Keys(
    {
        "name": TEXT,
        "type": TEXT,
        "context": _TEXTS,
        "filters": Either(TEXT, None, Keys({"branches": _NAMES, "tags": _NAMES})),
        "matrix": Keys(
            {"parameters": Named(ANYTHING), "exclude": Items(Named(ANYTHING)), "alias": TEXT}, ("parameters",)
        ),
        "override-with": TEXT,
        "serial-group": Text(complaint=_key),
    },
    open=True,
)
"""A job's entry in a workflow; what else stands there are arguments, which the job's parameters check."""
STATUSES = ("canceled", "failed", "not_run", "success", "terminal", "unauthorized")
"""How a job that another one requires may have ended; `terminal` is all of them (section 1.7)."""
