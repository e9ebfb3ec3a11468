"""Which values are taken for secrets, and that no report shows them."""

import json

import pytest

from migrate import Source, convert
from migrate.catalog import Catalog
from migrate.lower.secrets import is_secret
from migrate.report import json as as_json
from migrate.report import markdown, terminal
from migrate.report.markup import Links
from migrate.report.summary import summarise

CATALOG = Catalog()
TOKEN = "a8f5f167f44f4964e6c998dee827110c"  # noqa: S105 - nobody's
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("API_TOKEN", TOKEN), ("apiToken", TOKEN), ("DB_PASSWORD", "P4ssw0rd!"), ("APIKEY", "Tr0ub4dor&3")),
        *(("X", "ghp_0123456789abcdefghij"), ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("X", PEM)),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY0a1"),
        ("NUGET_KEY", "a8f5f167-f44f-4964-e6c9-98dee827110c"),
    ],
)
def test_secrets(name: str, value: str) -> None:
    """By their beginning, or by the name and what they are made of."""
    assert is_secret(name, value, CATALOG)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("POSTGRES_PASSWORD", "postgres"), ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"), ("TOKEN", ""), ("PASS", "a1b2")),
        *(("CACHE_KEY", "v1-2-dependencies-node18"), ("KEY_FILE", "/home/u1a2b3/x"), ("TOKEN", "$X1Y2Z3W4")),
        *(("KEYSTORE", "a1b2c3d4e5"), ("AUTHOR", "a1b2c3d4e5"), ("BUILD", TOKEN), ("API_KEY", "test_api_key")),
        *(
            ("AUTH", "https://u1s2:3r@x.example"),
            ("KEY", "a1b2 c3d4 e5f6"),
            ("X", "eyJ"),
            ("ACCOUNT_KEY", "MyAccountKey"),
        ),
    ],
)
def test_no_secrets(name: str, value: str) -> None:
    """Words, names of files, and what only the name makes suspicious."""
    assert not is_secret(name, value, CATALOG)


@pytest.mark.parametrize("secret", [TOKEN, PEM])
@pytest.mark.parametrize("owner", ["job", "step", "service"])
def test_no_report_shows_a_secret(secret: str, owner: str) -> None:
    """Also where another note quotes a command that has it; the pipelines keep it, so that they run."""
    environment = {"API_TOKEN": secret}
    run = {"name": f"login {secret}", "command": "make", "when": "always"}
    job = {"docker": [{"image": "x"}, {"image": "y"}], "steps": ["checkout", {"run": "make"}, {"run": run}]}
    owners = {"job": job, "step": run, "service": job["docker"][1]}  # type: ignore[index]
    owners[owner]["environment"] = environment
    outcome = convert(Source("config.yml", json.dumps({"version": 2.1, "jobs": {"build": job}})))
    summary = summarise(outcome, "1")
    reports = [
        markdown.render(summary, Links(frozenset())),
        as_json.render(summary),
        terminal.render(summary),
        *(str(note) for note in outcome.notes),
    ]
    lines = [line for line in secret.splitlines() if line]

    assert any(note.code.id == "plain-secret" for note in outcome.notes)
    assert all(line in (outcome.text or "") for line in lines)
    assert not [line for line in lines for report in reports if line in report]
    assert any("***" in report for report in reports)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (f"export API_TOKEN={TOKEN}", True),
        (f"tool --api-token='{TOKEN}' x", True),
        ("curl -H 'Authorization: token ghp_0123456789abcdefghij' https://x.example", True),
        ("git clone https://me:Tr0ub4dor3x@x.example/y", True),
        ("git clone https://Tr0ub4dor3x@x.example/y", True),
        ('git clone "https://me:$TOKEN@x.example/y"', False),
        ("git clone git@x.example:a1b2c3d4e5/y", False),
        (f"git checkout {TOKEN}", False),
        ("export API_TOKEN=$(a1b2c3d4 get)", False),
        ("curl https://x.example/?a=b:c@d", False),
    ],
)
def test_secrets_in_commands(command: str, shown: bool) -> None:
    """A word that gives away a secret is told of, without showing it."""
    job = {"docker": [{"image": "x"}], "steps": [{"run": {"name": command, "command": command}}]}
    outcome = convert(Source("config.yml", json.dumps({"version": 2.1, "jobs": {"build": job}})))
    notes = [note for note in outcome.notes if note.code.id == "plain-secret"]

    assert bool(notes) is shown
    assert not [note for note in outcome.notes if shown and ("Tr0ub4dor3x" in str(note) or TOKEN in str(note))]
