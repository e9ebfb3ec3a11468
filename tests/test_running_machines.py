"""Jobs on machines, with docker and beside services, run twice: as CircleCI runs them, and as Bitbucket does."""

from pathlib import Path

import pytest

from tests.test_running import Case, differences, job, outcome_of, run

MACHINE = """\
version: 2.1
jobs:
  build:
    machine: {image: 'ubuntu-2204:current'}
    environment: {A: one}
    steps:
      - checkout
      - run: |
          %s
"""


def machine(*lines: str, told: str = "") -> Case:
    """A job on a machine that runs these lines."""
    return Case(MACHINE % "\n          ".join(lines), tuple(told.split()))


def beside(containers: str, told: str = "") -> Case:
    """A job with these containers beside its own."""
    config = machine("make one", "cat src/main.txt").config
    docker = f"docker: [{{image: 'python:3.12'}}, {containers}]"
    return Case(config.replace("machine: {image: 'ubuntu-2204:current'}", docker), tuple(told.split()))


CASES: dict[str, Case] = {
    "sudo": machine("sudo apt-get update; sudo -E B=2 make all | sudo tee log > /dev/null"),
    "sudo and a here-document": machine("sudo tee made \\<<END", "$A", "END", "if sudo -n make; then sudo make b; fi"),
    "sudo and what the shell does itself": machine("sudo cd src || ls"),
    "sudo as somebody else": machine("sudo -u www make", told="machine-tool"),
    "sudo in the text for another shell": machine("bash -c 'sudo make'", told="machine-tool"),
    "sudo in CircleCI's image": Case(
        machine("sudo make", "sudo -E X=1 make", "sudo -u www make").config.replace(
            "machine: {image: 'ubuntu-2204:current'}", "docker: [{image: 'cimg/base:2024.01'}]"
        )
    ),
    "what an image keeps in its user's home": Case(
        machine("cargo build", "cargo test && (rustup show)").config.replace(
            "machine: {image: 'ubuntu-2204:current'}", "docker: [{image: 'cimg/rust:1.77'}]"
        ),
        ("image-home",),
    ),
    "Go's folder in its image": Case(
        machine("go build -o ~/go/bin/app", "cat $HOME/go/bin/app").config.replace(
            "machine: {image: 'ubuntu-2204:current'}", "docker: [{image: 'cimg/go:1.22'}]"
        ),
        ("image-home",),
    ),
    "a container with a command": beside("{image: 'mongo:6', command: 'mongod --nojournal'}"),
    "a container beside the job": beside("{image: 'mongo:6', command: mongod}"),
    "containers with a login, on one port": beside(
        "{image: 'postgres:16', name: a, auth: {username: $A, password: $B}}, {image: 'postgres:16', name: b}",
        told="service-host",
    ),
    "a token": job("run: login $CIRCLE_OIDC_TOKEN", told="oidc variable-differs"),
    "a token that CircleCI's program prints": job(
        run('T=$(circleci run oidc get --claims \'{"aud": "x"}\'); login "$T"\ncircleci run oidc get > token'),
        told="oidc",
    ),
    "Compose": machine("docker compose up -d", "docker-compose down", told="docker-compose-fetched"),
}


@pytest.mark.parametrize("title", CASES)
def test_case(title: str, tmp_path: Path) -> None:
    """Both sides do the same, or differ as the notes say."""
    case = CASES[title]
    found = differences(case, outcome_of(case), tmp_path / "machine")

    assert [each for each, codes in found if not codes] == []
    assert {code for _, codes in found for code in codes} == set(case.told)
