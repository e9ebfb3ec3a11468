"""`circle2bb setup`: the plan in its formats, and what the command does with it; against a server on loopback."""

import json
import os
import pty
import select
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hcl2
import pytest
from click.testing import CliRunner, Result

from migrate import Outcome, Source, convert
from migrate.bitbucket.model import Image, Service
from migrate.cli import main
from migrate.cli.bitbucket_api import Clock
from migrate.lower.draft import Schedule
from migrate.report.checklist import Environment
from migrate.setup import curl, markdown, terraform
from migrate.setup import plan as plans
from migrate.setup.known_hosts import HostKey, find
from migrate.setup.plan import Decided, KnownHost, Plan, plan
from tests.bitbucket_api import (
    BASIC,
    CUT_AFTER,
    CUT_BEFORE,
    EMAIL,
    REPOSITORY,
    ROOT,
    TOKEN,
    WORKSPACE,
    WRITE,
    Answer,
    Bitbucket,
    Fault,
    error,
    serving,
)

FOLDER = Path(__file__).parent / "fixtures" / "setup"
CONFIG = str(FOLDER / ".circleci" / "config.yml")
KNOWN = ["--known-hosts", str(FOLDER / "known_hosts")]
GOLDENS = {"markdown": "setup.md", "curl": "setup.sh", "terraform": "setup.tf", "json": "setup.json"}
BIN = Path(sysconfig.get_path("scripts"))
WHERE = f"{WORKSPACE}/{REPOSITORY}"
NAMES = (
    *("AWS_ACCESS_KEY_ID", "AWS_ACCOUNT_ID", "AWS_DEFAULT_REGION", "AWS_SECRET_ACCESS_KEY", "CACHE_ZONE"),
    *("ECR_REPOSITORY", "HOOK_TOKEN", "PYPI_PASSWORD", "PYPI_USER", "REGISTRY_PASSWORD", "REGISTRY_USER"),
)
NASTY = 'a "b" \\c\n$HOME `id` \t{"x": 1} é \'\'& %s'
GIVEN = {f"CIRCLE2BB_VALUE_{name}": f"value-of-{name}" for name in NAMES} | {"CIRCLE2BB_VALUE_HOOK_TOKEN": NASTY}


def invoke(*words: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["setup", *words])


@pytest.fixture
def bitbucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bitbucket]:
    """A repository without anything, and an environment with a login and all values."""
    for name in list(os.environ):
        if name.startswith(("CIRCLE2BB_", "BITBUCKET_")):
            monkeypatch.delenv(name)
    with serving(Bitbucket(login=BASIC)) as server:
        for name, value in {
            **GIVEN,
            "CIRCLE2BB_API": server.address,
            "CIRCLE2BB_TOKEN": TOKEN,
            "CIRCLE2BB_EMAIL": EMAIL,
        }.items():
            monkeypatch.setenv(name, value)
        yield server


def apply(*words: str) -> Result:
    """Carry out the plan of the config, with keys of hosts."""
    return invoke(CONFIG, *KNOWN, "--repository", WHERE, "--apply", *words)


@pytest.mark.parametrize("form", GOLDENS)
def test_the_plan_in_each_format(form: str, update_goldens: bool) -> None:
    """To the letter; the same bytes each time."""
    done = invoke(CONFIG, *KNOWN, "--format", form, "--in-workspace", "packages", "--build-number", "1201")
    golden = FOLDER / GOLDENS[form]
    if update_goldens:
        golden.write_text(done.output, encoding="utf-8")

    assert done.exit_code == 0
    assert done.output == golden.read_text(encoding="utf-8")


def test_a_plan_is_written_to_a_file(tmp_path: Path) -> None:
    """Over none that exists, unless that is asked for."""
    file = tmp_path / "plan.json"
    asked = [CONFIG, "--format", "json", "-o", str(file)]
    assert invoke(*asked).exit_code == 0
    assert json.loads(file.read_text(encoding="utf-8"))["schema"] == 1
    assert invoke(*asked).exit_code == 2
    assert invoke(*asked, "--force").exit_code == 0


def test_a_variable_belongs_where_the_fewest_see_it() -> None:
    """An environment's own, if only steps read it that deploy there; the workspace's, if the user says so."""
    made = json.loads(invoke(CONFIG, "--format", "json").output)["variables"]
    scopes = {one["name"]: (one["scope"], one["environment"]) for one in made}
    assert scopes["AWS_ACCESS_KEY_ID"] == ("deployment", "Production")
    assert {scopes[name] for name in NAMES if not name.startswith(("AWS", "ECR"))} == {("repository", None)}

    shared = ["--in-workspace", "packages", "--in-workspace", "AWS_ACCOUNT_ID"]
    made = json.loads(invoke(CONFIG, "--format", "json", *shared).output)["variables"]
    own = {one["name"] for one in made if one["scope"] == "workspace"}
    assert own == {"AWS_ACCOUNT_ID", "PYPI_PASSWORD", "PYPI_USER", "REGISTRY_PASSWORD", "REGISTRY_USER"}, (
        "what may be from another context as well is not shown to everybody"
    )


def test_what_is_read_around_a_script_is_the_repository_s() -> None:
    """An image is pulled, and a service started, perhaps before a step has the variables of its environment."""
    outcome = _outcome()
    for text, scope in (("$ECR_REPOSITORY", "repository"), ("${ECR_REPOSITORY}", "repository"), ("x", "deployment")):
        around = (Service("db", Image("postgres"), (("NAME", text),)), Service("db", Image("x", text, "y")))
        for service in around:
            pipelines = outcome.pipelines._replace(services=(service,))
            made = plan(outcome._replace(pipelines=pipelines))
            assert next(one.scope for one in made.variables if one.name == "ECR_REPOSITORY") == scope


def test_environments_that_look_alike_have_sources_of_their_own() -> None:
    """`eu-1` and `eu_1` do not get each other's secrets."""
    own = plans._OwnSources()
    found = [own.of(place, "TOKEN") for place in ("eu-1", "eu_1", "eu-1", "EU.1")]
    assert found[0] == found[2] == "CIRCLE2BB_VALUE_EU_1__TOKEN"
    assert len(set(found)) == 3


def test_what_nobody_needs_is_not_planned() -> None:
    """A config without variables, hosts and schedules has a plan of one line."""
    config = "{version: 2.1, jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}}"
    made = plan(convert(Source("config.yml", config)))

    assert made == Plan("config.yml")
    assert markdown.render(made).count("- [ ]") == 1
    assert "variable()" not in curl.render(made)


def test_the_shell_script_has_nothing_that_shellcheck_finds() -> None:
    """Nor bash itself; in all its parts, and with names that are nasty."""
    nasty = 'it\'s $(id) `id` "x" & \\'
    made = Plan(
        f"{nasty}\nid",
        tuple(plan(_outcome(), Decided(("PYPI_USER",))).variables),
        (Environment("Production", "Production"), Environment(nasty, "Test")),
        (KnownHost("example.com", ("a",), HostKey("ssh-rsa", "AAAA")), KnownHost("example.org", ("a",))),
        (Schedule("", "0 0 3 * * ? *", nasty, nasty),),
        (Schedule("", "", "", nasty),),
        build_number=3,
    )
    for one in (made, Plan("x"), plan(_outcome())):
        script = curl.render(one).encode()
        for checked in (["bash", "-n"], [str(BIN / "shellcheck"), "-"]):
            done = subprocess.run(checked, input=script, capture_output=True, check=False)
            assert not done.returncode, done.stdout + done.stderr


def _outcome() -> Outcome:
    texts = [FOLDER / ".circleci" / "config.yml", FOLDER / "circle2bb.yml"]
    return convert(*(Source(path.name, path.read_text(encoding="utf-8")) for path in texts))


def test_terraform_reads_as_hcl() -> None:
    """Each thing of the plan is a resource; texts that look like templates are texts."""
    made = plan(_outcome(), Decided(("PYPI_USER",)))
    nasty = 'a "b" ${x} %{y} \\ é'
    made = made._replace(
        environments=(
            *made.environments,
            Environment(nasty, "Test"),
            Environment("a", "Test"),
            Environment("A", "Test"),
        ),
        schedules=(*made.schedules, Schedule("", "0 0 3 * * ? *", nasty, "nightly")),
        hosts=(*made.hosts, KnownHost("x.example.com", (), HostKey("ssh-rsa", "AAAA"))),
    )
    read = hcl2.loads(terraform.render(made, (WORKSPACE, REPOSITORY)))

    resources: dict[str, list[dict[str, Any]]] = {}
    for one in read["resource"]:
        for kind, labels in one.items():
            resources.setdefault(kind.strip('"'), []).extend(labels.values())
    count = {kind.removeprefix("bitbucket_"): len(found) for kind, found in resources.items()}
    assert count == {
        "deployment": 4,
        "deployment_variable": 5,
        "repository_variable": 5,
        "workspace_variable": 1,
        "pipeline_ssh_known_host": 3,
        "pipeline_schedule": 2,
    }
    text = terraform.render(made)
    assert 'name       = "a \\"b\\" $${x} %%{y} \\\\ é"' in text
    secret = next(one for one in resources["bitbucket_repository_variable"] if "HOOK_TOKEN" in one["key"])
    assert "var.hook_token" in secret["value"]
    assert 'variable "hook_token" {\n  description' in text
    assert "sensitive   = true" in text


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="ssh-keygen is not here")
def test_a_file_of_known_hosts_is_read_as_ssh_reads_it(tmp_path: Path) -> None:
    """Names, lists of names, hashed names; the best key; no markers and no comments."""
    text = """
# example.com ssh-ed25519 COMMENT
@revoked example.com ssh-ed25519 REVOKED
example.com ssh-rsa RSA
other.example.com,example.com ecdsa-sha2-nistp256 ECDSA
[example.com]:2222 ssh-ed25519 PORT
broken
|1|not base64|at all ssh-ed25519 BROKEN
"""
    assert find(text, "example.com") == ("ecdsa-sha2-nistp256", "ECDSA")
    assert find(text, "Other.Example.com") == ("ecdsa-sha2-nistp256", "ECDSA")
    assert find(text, "example.org") is None

    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    kind, public, *_ = (tmp_path / "key.pub").read_text(encoding="utf-8").split()
    known = tmp_path / "known_hosts"
    known.write_text(f"example.com {kind} {public}\nexample.org {kind} OTHER\n", encoding="utf-8")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", known], check=True, capture_output=True)
    hashed = known.read_text(encoding="utf-8")
    assert "example" not in hashed
    assert find(hashed, "example.com") == (kind, public)
    assert find(hashed, "example.net") is None


def test_it_is_applied_over_http(bitbucket: Bitbucket) -> None:
    """All of it, with an API token and its email; then nothing more. A host without a key is left to a person."""
    first = apply("--no-input")
    state = bitbucket.state()
    assert first.exit_code == 1, "a host's key is missing"
    assert "left: the key of the host 'cache.example.com' is not known" in first.output
    assert len(bitbucket.written) == 1 + 11 + 1 + 1
    tokens = [one for one in bitbucket.lists[f"{ROOT}/pipelines_config/variables"] if one["key"] == "HOOK_TOKEN"]
    assert [bitbucket.values[one["uuid"]] for one in tokens] == [NASTY]

    bitbucket.asked.clear()
    second = apply("--no-input")
    assert not bitbucket.written
    assert bitbucket.state() == state
    for one in (first, second):
        assert TOKEN not in one.output
        assert EMAIL not in one.output
        assert "value-of-" not in one.output


def test_trouble_over_http_is_survived(bitbucket: Bitbucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """429, 500 and connections that really break: one run does all of it, each thing once."""
    waited: list[float] = []
    monkeypatch.setattr("migrate.cli.bitbucket_api.Clock", lambda: Clock(time.time, waited.append))
    with serving(Bitbucket(login=BASIC)) as whole, monkeypatch.context() as other:
        other.setenv("CIRCLE2BB_API", whole.address)
        apply("--no-input")
    bitbucket.faults = [
        Fault(Answer(429, headers={"retry-after": "11"}), WRITE, skip=1),
        Fault(CUT_BEFORE, WRITE, skip=3),
        Fault(CUT_AFTER, WRITE, skip=5),
        Fault(Answer(500), "GET", "schedules"),
        Fault(CUT_AFTER, "POST", "schedules"),
    ]

    done = apply("--no-input")

    assert not bitbucket.faults, done.output
    assert bitbucket.state() == whole.state()
    assert 11.0 in waited


def test_a_dry_run_sends_nothing(bitbucket: Bitbucket) -> None:
    """With --apply or without; it shows requests without values, and does not ask."""
    for words in (["--apply", "--dry-run"], ["--dry-run"]):
        done = invoke(CONFIG, *KNOWN, "--repository", WHERE, *words)
        assert "changes to make; nothing was sent: 14; left to you: 1" in done.output
        assert '"value": "***"' in done.output
        assert "value-of-" not in done.output
    assert not bitbucket.written


def test_what_is_refused_ends_with_3(bitbucket: Bitbucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wrong token, a missing scope, no such repository; without a traceback and without the token."""
    bitbucket.faults = [Fault(error(403, "No."), "PUT")]
    done = apply()
    assert done.exit_code == 3
    assert "the token lacks a scope: admin:repository:bitbucket" in done.output

    monkeypatch.setenv("CIRCLE2BB_TOKEN", "wrong-secret-token")
    done = apply()
    assert done.exit_code == 3
    assert "401" in done.output
    assert "wrong-secret" not in done.output
    monkeypatch.setenv("CIRCLE2BB_TOKEN", TOKEN)
    done = invoke(CONFIG, "--repository", "acme/other", "--apply")
    assert done.exit_code == 3
    assert "404" in done.output
    assert "there is no such repository" in done.output


def test_the_token_comes_from_either_variable(bitbucket: Bitbucket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an email it is an access token; one that no header can have is refused unseen."""
    monkeypatch.delenv("CIRCLE2BB_TOKEN")
    monkeypatch.delenv("CIRCLE2BB_EMAIL")
    assert "there is no token: set CIRCLE2BB_TOKEN" in apply().output
    monkeypatch.setenv("BITBUCKET_TOKEN", TOKEN)
    assert "401" in apply().output
    monkeypatch.setenv("BITBUCKET_EMAIL", EMAIL)
    assert "changes made: 14" in apply("--no-input").output
    monkeypatch.setenv("BITBUCKET_TOKEN", "geheim-é")
    done = apply()
    assert done.exit_code == 2
    assert "geheim" not in done.output


WRONG: dict[str, tuple[list[str], str]] = {
    "no repository": (["--apply"], "need --repository"),
    "no workspace": (["--apply", "--repository", "site"], "it must be WORKSPACE/REPOSITORY"),
    "too many words": (["--apply", "--repository", "a/b/c"], "it must be WORKSPACE/REPOSITORY"),
    "a way out": (["--apply", "--repository", "../x"], "it must be WORKSPACE/REPOSITORY"),
    "a format": (["--apply", "--repository", WHERE, "--format", "json"], "write no plan"),
    "a file": (["--dry-run", "--repository", WHERE, "-o", "x"], "write no plan"),
    "nothing to overwrite": (["--overwrite"], "are for --apply"),
    "nobody asks": (["--no-input"], "are for --apply"),
    "no such context": (
        ["--in-workspace", "pakages"],
        "there is no variable and no context 'pakages'; there are: 'AWS",
    ),
    "no number": (["--build-number", "0"], "0 is not in the range"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage_ends_with_2(name: str) -> None:
    """It says what is wrong, and nothing is asked."""
    words, said = WRONG[name]
    done = invoke(CONFIG, *words)
    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize("address", ["http://example.com/2.0", "ftp://127.0.0.1", "x", "https://a:b@example.com/2.0"])
def test_a_token_is_not_sent_in_the_clear(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be asked without encryption."""
    monkeypatch.setenv("CIRCLE2BB_TOKEN", TOKEN)
    monkeypatch.setenv("CIRCLE2BB_API", address)
    done = invoke(CONFIG, "--repository", WHERE, "--apply")
    assert done.exit_code == 2
    assert "must be the https:// address of the API" in done.output


def test_a_config_that_is_refused_has_no_plan(tmp_path: Path) -> None:
    """As with convert: 3, and why."""
    config = tmp_path / "config.yml"
    config.write_text("{version: 2.1, jobs: {build: {}}}", encoding="utf-8")
    done = invoke(str(config))
    assert done.exit_code == 3
    assert "build" in done.output


def test_values_are_typed_in_unseen(bitbucket: Bitbucket) -> None:
    """On a terminal, for what has no value; Enter leaves one out. What is typed is not echoed."""
    environment = {
        **{name: value for name, value in os.environ.items() if name not in GIVEN},
        **{name: value for name, value in GIVEN.items() if "HOOK" not in name and "ZONE" not in name},
    }
    child, terminal = pty.fork()
    if not child:
        words = [sys.executable, "-m", "migrate", "setup", CONFIG, *KNOWN, "--repository", WHERE, "--apply"]
        os.execve(sys.executable, words, environment)  # noqa: S606 - it is our own program
    seen = b""
    for prompt, typed in ((b"CACHE_ZONE", b"\n"), (b"HOOK_TOKEN", b"typed-in-secret\n")):
        seen += _until(terminal, prompt + b"' of the repository (Enter leaves it out)")
        os.write(terminal, typed)
    seen += _until(terminal, b"left to you: ")
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 1
    assert b"typed-in" not in seen
    keys = {one["key"]: one["uuid"] for one in bitbucket.lists[f"{ROOT}/pipelines_config/variables"]}
    assert "CACHE_ZONE" not in keys
    assert bitbucket.values[keys["HOOK_TOKEN"]] == "typed-in-secret"


def _until(terminal: int, text: bytes) -> bytes:
    """What the program says until it has said this."""
    seen = b""
    while text not in seen:
        assert select.select([terminal], [], [], 30)[0], seen
        seen += os.read(terminal, 4096)
    return seen


needs_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("jq")), reason="curl and jq are not here")

SPY = """#!{bash}
printf '%s\\n' "$0" "$@" >>"$SPIED"
PATH=${{PATH#*:}} exec {name} "$@"
"""


def script(bitbucket: Bitbucket, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the script of curl's calls, with spies before curl and jq that write their arguments down."""
    spies = folder / "spies"
    spies.mkdir(exist_ok=True)
    for name in ("curl", "jq"):
        (spies / name).write_text(SPY.format(bash="/bin/bash", name=name), encoding="utf-8")
        (spies / name).chmod(0o755)
    file = folder / "setup.sh"
    file.write_text(invoke(CONFIG, *KNOWN, "--format", "curl").output, encoding="utf-8")
    environment = {**os.environ, "PATH": f"{spies}:{os.environ['PATH']}", "SPIED": str(folder / "spied")}
    done = subprocess.run(
        ["bash", file, WHERE], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    spied = (folder / "spied").read_text(encoding="utf-8")
    assert "curl" in spied
    for text in (spied, done.stdout, done.stderr):
        assert TOKEN not in text
        assert "value-of-" not in text
        assert NASTY not in text
    return done


@needs_curl
def test_the_script_does_what_apply_does(bitbucket: Bitbucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same state, and no secret in any argument; run again, it changes nothing."""
    with serving(Bitbucket(login=BASIC)) as other, monkeypatch.context() as patched:
        patched.setenv("CIRCLE2BB_API", other.address)
        apply("--no-input")

    done = script(bitbucket, tmp_path)
    assert done.returncode == 1, done.stderr
    assert "no key of the host cache.example.com" in done.stderr
    assert bitbucket.state() == other.state()

    bitbucket.asked.clear()
    again = script(bitbucket, tmp_path)
    assert again.returncode == 1
    assert [method for method, _ in bitbucket.written] == ["PUT"], "Pipelines are enabled once more"
    assert bitbucket.state() == other.state()


@needs_curl
@pytest.mark.parametrize("what", [CUT_BEFORE, CUT_AFTER, error(403, f"No, {TOKEN}.")], ids=["before", "after", "403"])
def test_a_script_that_broke_off_is_run_again(bitbucket: Bitbucket, tmp_path: Path, what: Answer | str) -> None:
    """It stops at once and says where; the next run does the rest, and nothing is there twice."""
    bitbucket.faults = [Fault(what, "POST", skip=3), Fault(what, "POST", "schedules")]
    stopped = [script(bitbucket, tmp_path), script(bitbucket, tmp_path)]
    done = script(bitbucket, tmp_path)

    assert all("did not succeed; what was done stays, run this again" in one.stderr for one in stopped)
    assert not bitbucket.faults
    assert "no key of the host" in done.stderr
    assert len(bitbucket.lists[f"{ROOT}/pipelines_config/schedules"]) == 1
    assert sum(len(found) for path, found in bitbucket.lists.items() if path.endswith("variables")) == 11


@needs_curl
def test_the_script_wants_a_repository_and_a_token(bitbucket: Bitbucket, tmp_path: Path) -> None:
    """And says so, before it asks anything."""
    file = tmp_path / "setup.sh"
    file.write_text(curl.render(Plan("config.yml")), encoding="utf-8")
    for words, token in (([], TOKEN), (["site"], TOKEN), (["../x/y"], TOKEN), ([WHERE], ""), ([WHERE], 'a" b')):
        environment = {**os.environ, "CIRCLE2BB_TOKEN": token}
        done = subprocess.run(["bash", file, *words], env=environment, capture_output=True, check=False)
        assert done.returncode == 2, words
    assert not bitbucket.asked
