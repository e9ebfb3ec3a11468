"""Containers that the script starts with `docker run`, because no service can be what they are.

A service takes no command, there are five at most, and all are found at one address (reference bitbucket.md, section
3.6). What the docker service runs is reached on localhost through the ports that it publishes, so these must be known.
"""

from collections.abc import Iterator
from itertools import pairwise

from migrate.lower import programs
from migrate.lower.draft import Container, Run, StepDraft
from migrate.shell import analyse, quote

_LINE = 100
_LOCALS = ("localhost", "127.0.0.1", "0.0.0.0")  # noqa: S104 - nobody listens there, it is looked for in texts
_HIGHEST = 65535


def told(container: Container, step: StepDraft) -> bool:
    """Whether a container is told what no service can be: to start something else, or variables with other names."""
    row = step.draft.catalog.service_images.get(container.kind, {})
    usual = ((), tuple(row.get("starts", "").split()))
    odd = any(not is_name(name) for name, _ in container.variables)
    return odd or bool(container.entrypoint) or container.command not in usual


def is_name(text: str) -> bool:
    """Whether a variable has a name that a service can have: `discovery.type` is none."""
    return text.isascii() and text.isidentifier()


def ports(container: Container, step: StepDraft) -> tuple[str, ...]:
    """The ports on which a container listens, as far as anything says: its command, its image, or who calls it."""
    named = tuple(_commanded(container.command))
    row = step.draft.catalog.service_images.get(container.kind, {})
    return named or tuple(row.get("ports", "").split()) or _called(container, step)


def _commanded(words: tuple[str, ...]) -> Iterator[str]:
    """The values of options that name a port: `--port 6380`, `--smtp-port=1026`."""
    for word, following in pairwise((*words, "")):
        option, equals, value = word.partition("=")
        if option.startswith("-") and (option == "-p" or "port" in option.lower()):
            value = value if equals else following
            if _is_port(value):
                yield value


def _called(container: Container, step: StepDraft) -> tuple[str, ...]:
    """The ports at which the job looks for a container: behind its name, or on localhost if it is the only one."""
    known = step.draft.catalog.service_images
    alone = [other for other in step.containers if other.kind not in known and not other.host] == [container]
    hosts = (container.host,) if container.host else _LOCALS if alone else ()
    found: dict[str, None] = {}
    texts = [*step.environment.values(), *(value for run in programs.runs(step) for _, value in run.environment)]
    for host in hosts:
        for text in (*texts, *(run.text for run in programs.runs(step))):
            found |= dict.fromkeys(_behind(f"{host}:", text))
        for _, words in programs.of_step(step):
            found |= dict.fromkeys(port for word, port in pairwise(words) if word == host and _is_port(port))
    taken = {port for other in step.containers for port in known.get(other.kind, {}).get("ports", "").split()}
    return tuple(port for port in found if container.host or port not in taken)


def _behind(mark: str, text: str) -> Iterator[str]:
    """The ports that stand behind a host in a text; a longer name that ends so is another host."""
    before, *rest = text.split(mark)
    for piece in rest:
        digits = piece[: len(piece) - len(piece.lstrip("0123456789"))]
        if _is_port(digits) and not (before[-1:].isalnum() or before[-1:] in {"-", ".", "_"}):
            yield digits
        before = piece


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and 0 < int(text) <= _HIGHEST


def can_be_started(container: Container, step: StepDraft) -> bool:
    """Whether `docker run` can stand for a container: its ports are known, and its image can be pulled."""
    return bool(ports(container, step)) and not container.image.aws


def start(container: Container, step: StepDraft, address: str = "") -> Run:
    """The command that starts a container, and logs in to its registry before, if it must; at an address of its own."""
    image = container.image
    where = f"{address}:" if address else ""
    words = ["docker run -d", f"--name {quote(container.name)}"]
    words += [f"-p {where}{port}:{port}" for port in ports(container, step)]
    words += [f"-e {quote(f'{name}={value}')}" for name, value in container.variables]
    words += [f"--user {image.user}"] if image.user else []
    words += [f"--entrypoint {quote(container.entrypoint[0])}"] if container.entrypoint else []
    words.append(" ".join(map(quote, (image.name, *container.entrypoint[1:], *container.command))))
    line = " ".join(words)
    lines = [*_login(container), line if len(line) <= _LINE else " \\\n  ".join(words)]
    return Run("\n".join(lines), f"start-{container.name}", f"CircleCI's container '{container.name}'", step.job.trail)


def _login(container: Container) -> Iterator[str]:
    """The line that logs in to the registry of a container's image."""
    image = container.image
    if image.username:
        host = image.name.partition("/")[0]
        registry = f" {host}" if "/" in image.name and ("." in host or ":" in host) else ""
        login = f"docker login --username {_word(image.username)} --password-stdin{registry}"
        yield f"echo {_word(image.password)} | {login}"


def _word(text: str) -> str:
    """A login's text as a word: CircleCI puts variables in there, as a shell does between double quotes."""
    return f'"{text}"' if analyse(f'echo "{text}"').reads else quote(text)
