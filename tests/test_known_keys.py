"""Every key that CircleCI knows is claimed: it changes the output, or a note of its own says what became of it.

The tables follow the reference (circleci.md, sections 1.3 to 1.7). Each row is a config in which the key stands,
compared with the config without it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from migrate import Outcome, Source, convert
from migrate.circleci import schema
from migrate.circleci.shapes import Either, Items, Keys, Shape
from tests import laws

SILENT = ("unread-key", "extraneous-key", "wrong-type", "wrong-value", "unsupported-step", "missing-key")
"""What no row may be told: that nobody read the key, or that it is none."""

JOB = """version: 2.1
jobs:
  build:
    {machine}
    {key}
    steps:
      - checkout
      - run: make
      - save_cache: {{key: v1, paths: [a]}}
workflows:
  w:
    jobs:
      - build
"""
INVOCATION = """version: 2.1
jobs:
  build:
    docker: [{{image: alpine}}]
    steps: [checkout]
workflows:
  w:
    jobs:
      - build:
          name: build
          {key}
"""
STEP = """version: 2.1
jobs:
  build:
    docker: [{{image: alpine}}]
    steps:
      - checkout
      - {step}
      - run: make
workflows:
  w:
    jobs:
      - build
"""
DOCKER = "docker: [{image: 'alpine:3'}]"


class Row(NamedTuple):
    """A construct's key with a value, the config that has it, and the one that lacks it."""

    construct: str
    key: str
    value: str
    with_it: str
    without: str
    choices: str = ""

    @property
    def id(self) -> str:
        """The name of its test."""
        return f"{self.construct}.{self.key}={self.value} {self.choices}".strip()


JOB_KEYS = (
    ("resource_class", "large"),
    ("resource_class", "arm.medium"),
    ("resource_class", "someone/runner"),
    ("shell", "/bin/sh"),
    ("shell", "[/bin/sh, -e]"),
    ("environment", "{A: b}"),
    ("environment", "[{A: b}, {C: 1}]"),
    ("environment", "['A=b', 'C=d']"),
    ("environment", "'A=b'"),
    ("environment", "{A: yes, B: 010, C: 2019-01-01, D: null}"),
    ("environment", "{a-b: c}"),
    ("parallelism", "4"),
    ("parallelism", "'4'"),
    ("circleci_ip_ranges", "true"),
    ("retention", "{caches: 3d}"),
    ("branches", "{only: main}"),
)
CONTAINER_KEYS = (
    ("name", "app"),
    ("entrypoint", "/start"),
    ("entrypoint", "[/start, now]"),
    ("command", "serve"),
    ("command", "[serve, now]"),
    ("user", "someone"),
    ("user", "1000"),
    ("environment", "{A: b}"),
    ("environment", "[{A: b}, 'C=d']"),
    ("auth", "{username: $U, password: $P}"),
    ("aws_auth", "{aws_access_key_id: AKIA, aws_secret_access_key: $SECRET}"),
    ("aws_auth", "{oidc_role_arn: 'arn:aws:iam::1:role/a'}"),
    ("gcp_auth", "{oidc_service_account: a@b, workload_identity_pool: p, workload_identity_provider: q}"),
)
MACHINES = (
    ("machine", "true"),
    ("machine", "'ubuntu-2204:current'"),
    ("machine", "{image: 'ubuntu-2204:current'}"),
    ("machine", "{enabled: true}"),
    ("machine", "{image: default, docker_layer_caching: true}"),
    ("machine", "{image: default, resource_class: large}"),
    ("machine", "{image: default, shell: /bin/sh}"),
    ("machine", "{image: default, code_signing: [{name: a}]}"),
    ("machine", "{image: 'windows-server-2022-gui:current', resource_class: windows.large, shell: powershell.exe}"),
    ("macos", "{xcode: 15.4}"),
    ("macos", "{xcode: '15.4', code_signing: [{name: a}], resource_class: m4pro.medium, shell: /bin/zsh}"),
)
INVOCATION_KEYS = (
    ("context", "org-global"),
    ("context", "[a, b]"),
    ("serial-group", "deploy/production"),
    ("pre-steps", "[run: 'true']"),
    ("post-steps", "[run: 'true']"),
    ("filters", "{branches: {only: main}}"),
)
CACHE, PATH = "key: 'v1-{{ checksum \"a\" }}', paths: [b]", "path: a"
STEP_KEYS = (
    ("run", "command: make", "name", "Build"),
    ("run", "command: make", "shell", "/bin/sh"),
    ("run", "command: make", "shell", "[python3]"),
    ("run", "command: make", "environment", "{A: b}"),
    ("run", "command: make", "environment", "['A=b']"),
    ("run", "command: make", "background", "true"),
    ("run", "command: make", "working_directory", "sub"),
    ("run", "command: make", "no_output_timeout", "30m"),
    ("run", "command: make", "when", "always"),
    ("run", "command: make", "when", "on_fail"),
    ("run", "command: make", "max_auto_reruns", "3"),
    ("run", "command: make, max_auto_reruns: 3", "auto_rerun_delay", "2m"),
    ("run", "command: make", "teardown", "[run: 'true', store_artifacts: {path: a}]"),
    ("run", "command: make", "pwd", "sub"),
    ("run", "command: make", "path", "sub"),
    ("checkout", "", "path", "sub"),
    ("checkout", "", "method", "blobless"),
    ("checkout", "", "method", "full"),
    ("checkout", "", "name", "Get it"),
    ("checkout", "", "when", "always"),
    ("setup_remote_docker", "", "version", "20.10.24"),
    ("setup_remote_docker", "", "docker_layer_caching", "true"),
    ("setup_remote_docker", "", "prefer_same_region", "true"),
    ("setup_remote_docker", "", "resource_class", "large"),
    ("setup_remote_docker", "", "name", "Docker"),
    ("setup_remote_docker", "", "when", "always"),
    ("save_cache", CACHE, "name", "Keep"),
    ("save_cache", CACHE, "when", "always"),
    ("save_cache", CACHE, "when", "on_fail"),
    ("restore_cache", "key: v1", "name", "Restore"),
    ("restore_cache", "key: v1", "keys", "[v1, v]"),
    ("restore_cache", "keys: [v]", "key", "v1"),
    ("restore_cache", "key: v1", "when", "always"),
    ("store_artifacts", PATH, "destination", "there"),
    ("store_artifacts", PATH, "name", "Keep"),
    ("store_artifacts", "path: /tmp/a", "name", "Fetch"),
    ("store_artifacts", PATH, "when", "on_success"),
    ("store_artifacts", PATH, "when", "on_fail"),
    ("store_test_results", PATH, "name", "Tests"),
    ("store_test_results", "path: test-results", "name", "Found"),
    ("store_test_results", PATH, "when", "on_fail"),
    ("persist_to_workspace", "root: .", "paths", "[a]"),
    ("persist_to_workspace", "root: .", "paths", "a"),
    ("persist_to_workspace", "root: .", "path", "a"),
    ("persist_to_workspace", "root: .", "name", "Keep"),
    ("persist_to_workspace", "root: .", "when", "always"),
    ("attach_workspace", "at: .", "name", "Get"),
    ("attach_workspace", "at: .", "when", "always"),
    ("add_ssh_keys", "", "fingerprints", "['SHA256:abc']"),
    ("add_ssh_keys", "", "name", "Keys"),
    ("add_ssh_keys", "", "when", "always"),
    ("with_tool_cache", "steps: [run: 'true']", "tool", "gradle"),
    ("with_tool_cache", "steps: [run: 'true']", "name", "Cached"),
    ("with_tool_cache", "steps: [run: 'true']", "when", "always"),
)
ALONE = (
    "deploy: make",
    "add_ssh_keys",
    "add_ssh_keys: all",
    "install_signing_bundle",
    "setup_remote_docker",
    "persist_to_workspace: {root: a, paths: [b], name: Keep, when: always}",
    "attach_workspace: {at: a, name: Get, when: always}",
    "run: ''",
    "run: '# later'",
    "run: {command: '# later', background: true}",
    "with_tool_cache: {tool: gradle, steps: [checkout, [run: a], {run: {command: b}}, {store_artifacts: {path: a}}]}",
)


def rows() -> Iterator[Row]:
    """Every key in a config of its own."""
    for key, value in JOB_KEYS:
        with_it = JOB.format(machine=DOCKER, key=f"{key}: {value}")
        yield Row("job", key, value, with_it, JOB.format(machine=DOCKER, key=""))
    yield Row(
        "job",
        "working_directory",
        "~/other",
        JOB.format(machine=DOCKER, key="working_directory: ~/other").replace("run: make", "run: make -C ~/other"),
        JOB.format(machine=DOCKER, key="").replace("run: make", "run: make -C ~/other"),
    )
    for first, rest in (("", ""), ("{image: alpine}, ", "the second: ")):
        for key, value in CONTAINER_KEYS:
            with_it = JOB.format(machine=f"docker: [{first}{{image: redis, {key}: {value}}}]", key="")
            without = JOB.format(machine=f"docker: [{first}{{image: redis}}]", key="")
            yield Row(f"{rest}docker", key, value, with_it, without)
    for key, value in MACHINES:
        for choices in ("", "unsupported-executors: self-hosted\n"):
            with_it = JOB.format(machine=f"{key}: {value}", key="")
            yield Row("machine", key, value, with_it, JOB.format(machine=DOCKER, key=""), choices)
    for key, value in INVOCATION_KEYS:
        with_it = INVOCATION.format(key=f"{key}: {value}")
        yield Row("invocation", key, value, with_it, INVOCATION.format(key=""))
    for step, given, key, value in STEP_KEYS:
        keys = ", ".join(filter(None, (given, f"{key}: {value}")))
        for name in ("run", "deploy") if step == "run" else (step,):
            with_it, without = (STEP.format(step=f"{name}: {{{inside}}}") for inside in (keys, given))
            yield Row(name, key, value, with_it, without)


ROWS = tuple(rows())


def converted(text: str, choices: str = "") -> Outcome:
    """The outcome of a config that CircleCI takes."""
    outcome = convert(Source("config.yml", text), Source("circle2bb.yml", choices) if choices else None)
    said = [str(note) for note in outcome.notes if note.code.id in SILENT or note.refusal]
    assert not said, said
    assert outcome.text is not None
    complaints = [complaint for law in laws.LAWS for complaint in law(text, outcome)]
    assert not complaints, complaints
    return outcome


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_a_key_is_told_or_changes_the_output(row: Row) -> None:
    """The key is claimed, and either the file differs from the one without it, or a note of the key's own does."""
    outcome = converted(row.with_it, row.choices)
    before = convert(Source("config.yml", row.without))

    told = {(note.code.id, note.detail) for note in outcome.notes} - {(n.code.id, n.detail) for n in before.notes}
    assert before.text is not None
    assert outcome.text != before.text or told


@pytest.mark.parametrize("step", ALONE)
def test_a_step_without_keys_is_known(step: str) -> None:
    """The short forms of steps are read, and what they become can run."""
    converted(STEP.format(step=step))


def test_a_release_fails_in_its_place() -> None:
    """A release job is a step that fails, and a note says which plan it started."""
    text = """version: 2.1
jobs:
  build: {docker: [{image: alpine}], steps: [checkout]}
  ship: {type: release, plan_name: "a \\"plan\\" $x", validation: {enabled: true, webhooks: [{name: a}]}}
workflows: {w: {jobs: [build, ship: {requires: [build]}]}}
"""
    outcome = converted(text)

    (note,) = [note for note in outcome.notes if note.code.id == "release-job"]
    assert 'a "plan" $x' in note.detail
    assert "'validation'" in note.detail
    (step,) = [s for s in laws.steps(laws.document(outcome)) if s["name"] == "ship"][:1]
    assert step["script"][-1].endswith("false")


def test_branches_of_a_job_without_workflows_hold() -> None:
    """Without workflows the key is the job's filter, and nothing is said of it."""
    text = "version: 2.1\njobs: {build: {docker: [{image: a}], branches: {only: main}, steps: [checkout]}}\n"
    outcome = converted(text)

    assert not [note for note in outcome.notes if note.code.id == "branches-ignored"]
    assert list(laws.document(outcome)["pipelines"]["branches"]) == ["main"]


@pytest.mark.parametrize(("keys", "depth"), [("{method: shallow, depth: 3}", 3), ("{method: full}", "full")])
def test_the_depth_of_a_checkout_is_that_of_the_clone(keys: str, depth: int | str) -> None:
    """A checkout that says how much history it wants gets as much."""
    outcome = converted(STEP.format(step=f"checkout: {keys}"))

    assert [step["clone"] for step in laws.steps(laws.document(outcome))] == [{"depth": depth}] * 2


TRIED = {(row.construct.removeprefix("the second: "), row.key) for row in ROWS}
ELSEWHERE = {
    "job": {"docker", "machine", "macos", "type", "executor", "steps", "parameters", "description"},
    "docker": {"image"},
    "invocation": {"name", "type", "matrix", "override-with", "requires"},
    "checkout": {"depth"},
    "when": {"condition", "steps"},
    "unless": {"condition", "steps"},
}
"""The keys that every row has, those that are gone when the config has been expanded, and what has its own test."""


def _keys(shape: Shape) -> Iterator[str]:
    """The keys that a shape knows and does not require: what it requires, every row above has."""
    if isinstance(shape, Keys):
        yield from (key for key in shape.keys if key not in shape.required)
    elif isinstance(shape, Either):
        yield from (key for one in shape if isinstance(one, Keys) for key in _keys(one))


def test_every_key_of_the_tables_is_tried() -> None:
    """No key that the front end lets pass is missing above."""
    containers = schema.JOB.keys["docker"]
    assert isinstance(containers, Items)
    tables = {"job": schema.JOB, "docker": containers.of, "invocation": schema.INVOCATION, **schema.STEPS}
    known = {(construct, key) for construct, shape in tables.items() for key in _keys(shape)}
    known -= {(construct, key) for construct, keys in ELSEWHERE.items() for key in keys}

    assert known - TRIED == set()
