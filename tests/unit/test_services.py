"""Services: how much memory each gets, what they are called, and which variables their logins want."""

from itertools import pairwise
from typing import Any

import pytest

from migrate import Outcome, Source, convert
from tests import laws

JOB = "  {name}:\n    docker: [{{image: python}}, {containers}]\n    resource_class: xlarge\n    steps: [{steps}]\n"


def outcome(*jobs: str, choices: str = "") -> Outcome:
    """What comes of jobs that all run."""
    names = ", ".join(job.partition(":")[0].strip() for job in jobs)
    text = f"version: 2.1\njobs:\n{''.join(jobs)}workflows: {{w: {{jobs: [{names}]}}}}\n"
    found = convert(Source("config.yml", text), Source("circle2bb.yml", choices) if choices else None)
    assert [complaint for law in laws.LAWS for complaint in law(text, found)] == []
    return found


def services(*jobs: str, choices: str = "") -> dict[str, Any]:
    """The definitions of services."""
    return dict(laws.document(outcome(*jobs, choices=choices))["definitions"].get("services", {}))


def job(name: str, *images: str, steps: str = "checkout") -> str:
    """A job with these containers beside its first."""
    return JOB.format(name=name, containers=", ".join(f"{{image: {image}}}" for image in images), steps=steps)


@pytest.mark.parametrize(
    ("count", "steps", "choices", "memory"),
    [
        (3, "checkout", "", None),
        (4, "checkout", "", 768),
        (5, "checkout", "", 512),
        (2, "checkout, setup_remote_docker", "", None),
        (3, "checkout, setup_remote_docker", "", 640),
        (5, "checkout", "sizes: map", None),
    ],
)
def test_services_leave_the_step_a_gigabyte(count: int, steps: str, choices: str, memory: int | None) -> None:
    """As long as the default fits, nothing is said; else each has as much, in steps of 128 MB."""
    found = services(job("a", *(f"i{n}" for n in range(count)), steps=steps), choices=choices)

    assert [service.get("memory") for service in found.values()] == [memory] * count


def test_equal_services_are_one_and_others_have_names_of_their_own() -> None:
    """The same container in two jobs is defined once; another of that name gets a number, and so does 'docker'."""
    found = services(job("a", "redis:7", "redis:6"), job("b", "redis:6"), job("c", "docker:dind"))

    assert {name: service["image"] for name, service in found.items()} == {
        "redis": "redis:7",
        "redis-2": "redis:6",
        "docker-2": "docker:dind",
    }


def test_services_of_jobs_that_are_left_out_are_not_defined() -> None:
    """Only what a step names is defined."""
    away = job("a", "redis").replace("resource_class: xlarge", "machine: {image: windows-server-2022-gui:current}")
    away = away.replace("docker: [{image: python}, {image: redis}]\n    ", "")

    assert services(away, job("b", "postgres")).keys() == {"postgres"}


def test_the_variables_of_logins_are_needed() -> None:
    """A variable that only an image's login reads is one that a person must create."""
    found = outcome(job("a", "redis, auth: {username: $REDIS_USER, password: '${REDIS_PASSWORD}'}"))

    assert [(one.name, one.secret) for one in found.variables] == [("REDIS_PASSWORD", True), ("REDIS_USER", False)]


@pytest.mark.parametrize(
    ("container", "steps", "published"),
    [
        ("{image: 'mongo:6', command: 'mongod -v'}", "checkout", ["27017"]),
        ("{image: 'redis', command: [redis-server, --port, '6380']}", "checkout", ["6380"]),
        ("{image: 'redis', command: [redis-server, --port=6380]}", "checkout", ["6380"]),
        ("{image: 'redis', command: [redis-server, --port, x]}", "checkout", ["6379"]),
        ("{image: maildev/maildev, command: -v}", "checkout", ["1025", "1080"]),
        ("{image: acme/x, command: serve}", "run: 'curl localhost:9999/ready'", ["9999"]),
        ("{image: acme/x, command: serve}", "run: 'nc -z localhost 9999; curl mylocalhost:1234'", ["9999"]),
        ("{image: acme/x, command: serve}", "run: {command: make, environment: {URL: '127.0.0.1:80'}}", ["80"]),
        ("{image: acme/x, name: x, command: serve}", "run: 'curl http://x:81 localhost:82 ax:83'", ["81"]),
        ("{image: acme/x, command: serve}, {image: acme/y}", "run: curl localhost:9999", []),
        ("{image: acme/x, command: serve}, {image: redis}", "run: curl localhost:6379", []),
        ("{image: acme/x, command: serve}", "run: curl localhost:99999", []),
        ("{image: acme/x, command: 'serve ''it'}", "run: curl localhost:9", ["9"]),
    ],
)
def test_the_ports_of_a_container(container: str, steps: str, published: list[str]) -> None:
    """They stand in its command, are those of its image, or are those at which the job looks for it."""
    text = f"  a:\n    docker: [{{image: python}}, {container}]\n    steps: [{steps}]\n"
    step = next(iter(laws.steps(laws.document(outcome(text)))))
    started = [line for line in step["script"] if line.startswith("docker run")]
    words = " ".join(started).split()

    assert [word.partition(":")[0] for option, word in pairwise(words) if option == "-p"] == published


def test_each_of_many_containers_is_somewhere() -> None:
    """Whatever has no place among five services is started by the script, if its ports are known."""
    images = ("acme/x", "redis", "postgres", "mysql", "mongo", "memcached", "rabbitmq")
    found = outcome(job("a", *images, steps="checkout, setup_remote_docker"))
    step = next(iter(laws.steps(laws.document(found))))
    started = [line.split()[4] for line in step["script"] if line.startswith("docker run")]

    assert step["services"] == ["x", "redis", "postgres", "mysql", "docker"]
    assert started == ["mongo", "memcached", "rabbitmq"]
    assert {note.code.fate for note in found.notes} <= {"approximated", "rewritten", "dropped"}


@pytest.mark.parametrize(
    ("images", "choices", "memory"),
    [
        (("redis, command: a",), "", 2048),
        (("redis, command: a", "mongo, command: b"), "", 2048),
        (("redis, command: a", "mongo, command: b", "mysql, command: c"), "", 3072),
        (("redis, command: a", "acme/x"), "", 2048),
        (("redis, command: a", "acme/x", "acme/y"), "", None),
        (("redis, command: a", "mongo, command: b", "mysql, command: c", "acme/x"), "", 2048),
        (("redis, command: a", "mongo, command: b", "mysql, command: c", "acme/x"), "sizes: map", 3072),
    ],
)
def test_docker_has_the_memory_of_what_runs_in_it(images: tuple[str, ...], choices: str, memory: int | None) -> None:
    """A gigabyte for each container that the script starts, as far as the step has it; else what it has anyway."""
    found = services(job("a", *images), choices=choices)

    assert found.get("docker", {}).get("memory") == memory


def test_docker_has_what_it_has_where_other_steps_have_it() -> None:
    """Its one definition holds for all steps: those that start nothing keep their memory."""
    building = job("b", "acme/x", steps="setup_remote_docker")

    assert "docker" not in services(job("a", "redis, command: a"), building)
    assert services(job("a", "redis, command: a"), job("b", "acme/x"))["docker"] == {"memory": 2048}
