"""The containers beside a job's first one become services, each defined once (reference bitbucket.md, section 3.6)."""

from migrate.bitbucket.model import Image, Pipe, Service
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Container, Draft, Run, StepDraft
from migrate.lower.missing import fail
from migrate.lower.started import can_be_started, is_name, ports, start, told

_DOCS = (
    "https://circleci.com/docs/using-docker/",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
)
SERVICE = declare(
    "service",
    Fate.APPROXIMATED,
    "A further container becomes a service",
    """On CircleCI the containers share the memory of the job, on Bitbucket each service has an amount of its own.

    The service starts beside the step and listens on localhost, as in CircleCI. The step lacks the memory that it
    takes.

    Set 'memory' in the service's definition where it has too little, or takes too much.""",
    *_DOCS,
)
SERVICE_HOST = declare(
    "service-host",
    Fate.APPROXIMATED,
    "A container is called by a name",
    """Bitbucket's services have no names but localhost.

    The script gives them one in /etc/hosts. That is seen by the step's own commands; the services, and containers that
    the step starts, do not see it.

    Where one of these calls another, let it call localhost.""",
    *_DOCS,
)
SERVICE_PORT = declare(
    "service-port",
    Fate.MANUAL,
    "Two containers listen on one port",
    """All services of a step share one network.

    Two that listen on the same port get in each other's way: one of them does not start.

    Give one of them another port with a variable that its image knows, or use one for both purposes.""",
    *_DOCS,
)
SERVICE_COMMAND = declare(
    "service-command",
    Fate.MANUAL,
    "A service has a command or an entrypoint of its own",
    """Bitbucket's services start as their images say; no key changes that.

    The service has its defaults now, because nothing says on which port it listens, or because its image wants keys of
    AWS.

    Set what the command set with a variable that the image knows, build an image with this command, or start it with
    'docker run' in the script.""",
    "https://circleci.com/docs/configuration-reference/#docker",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
)
SERVICE_STARTED = declare(
    "service-started",
    Fate.APPROXIMATED,
    "The script starts a container",
    """A service has no command of its own, and a step five services at most, so the script starts the container in the
    docker service.

    The container's ports are on localhost, as those of a service. Its memory is that of docker's service, which has
    more of it if all steps with docker can do with that; it does not see the services of the step. It begins to start
    when the script does, and docker holds its ports from then on, so that a wait that only opens a port ends too early.

    Ask the program itself whether it is there ('pg_isready', 'redis-cli ping').""",
    *_DOCS,
    "https://support.atlassian.com/bitbucket-cloud/docs/run-docker-commands-in-bitbucket-pipelines/",
)
SERVICE_VARIABLE = declare(
    "service-variable",
    Fate.MANUAL,
    "A service's variable has a name that Bitbucket refuses",
    """Names of a service's variables consist of letters, digits and '_'.

    The service has none of this name.

    Build an image that sets it, or start the container with 'docker run -e' in the script.""",
    *_DOCS,
)
SERVICE_DOLLAR = declare(
    "service-dollar",
    Fate.APPROXIMATED,
    "A service's variable has a '$' in its value",
    """CircleCI hands the value on as it is written, Bitbucket puts the value of a repository variable in its place.

    The value differs if a repository variable has that name.

    If there is none of that name, write the value without '$', or keep it in a variable.""",
    "https://circleci.com/docs/env-vars/",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
)
SERVICE_MISSING = declare(
    "service-missing",
    Fate.ERROR,
    "A step has more than five containers beside it",
    """A step has at most five services, the docker service among them, and nothing says on which port a further one
    listens, so that 'docker run' could publish it.

    The script fails on purpose where it would begin without them.

    Start them with 'docker run' in the docker service, or split the job.""",
    *_DOCS,
)
LOCAL = "127.0.0.1"
"""Where services are found."""
_HOSTS = "the commands call a container by this name"
_MOST = 5
_EACH, _STEP, _LEAST = 1024, 4096, 128
_DOCKER = "docker"
_FEWEST = 2
"""Gigabytes that docker has at least where containers run in it: its own, and one for them."""


def settle(draft: Draft) -> None:
    """Give every step its services, once all that it needs is known."""
    for step in draft.steps.values():
        if step.containers:
            _settle(step)
        if step.hosts:
            _name_hosts(step)
    _give_docker(draft)


def _settle(step: StepDraft) -> None:
    addresses = _addresses(step)
    started, kept, rest = _shared_out(addresses, step)
    if started:
        step.services[_DOCKER] = None
    docker = _docker(step)
    memory = _memory(len(kept), docker, step)
    names: list[str] = []
    for container in kept:
        name = _registered(container, memory, step.draft)
        names.append(name)
        has = f"{memory or _EACH} MB of memory"
        step.note(SERVICE, container.trail, f"'{container.image.name}' is the service '{name}', with {has}")
        _note_defaults(container, name, step)
    step.services = dict.fromkeys(names) | step.services
    step.started = len(started)
    step.free = _whole(step) - len(kept) * (memory or _EACH)
    _note_twins([*kept, *(one for one in started if one not in addresses)], step)
    step.script[:0] = [_start(container, addresses.get(container, ""), step) for container in started]
    if rest:
        missing = ", ".join(f"'{container.image.name}'" for container in rest)
        said = f"a step has at most {_MOST} services; {missing} would be one too many, so the step fails"
        step.note(SERVICE_MISSING, rest[0].trail, said)
        fail(f"the container {rest[0].name}", step, rest[0].trail)
        step.script.insert(0, step.script.pop())


def _shared_out(
    addresses: dict[Container, str], step: StepDraft
) -> tuple[list[Container], list[Container], list[Container]]:
    """The containers that the script starts, those that become services, and those for which there is no place."""
    able = [one for one in step.containers if can_be_started(one, step)]
    started = [one for one in able if told(one, step) or one in addresses]
    services = [one for one in step.containers if one not in started]
    while len(services) + max(bool(started), _docker(step)) > _MOST and any(one in able for one in services):
        last = next(one for one in reversed(services) if one in able)
        services.remove(last)
        started.append(last)
    most = _MOST - max(bool(started), _docker(step))
    started.sort(key=step.containers.index)
    return started, services[:most], services[most:]


def _docker(step: StepDraft) -> int:
    """Whether docker is one of the step's services: pipes want it, too."""
    return int(_DOCKER in step.services or any(isinstance(item, Pipe) for item in step.script))


def _addresses(step: StepDraft) -> dict[Container, str]:
    """Addresses of their own for containers that listen on one port and have names: all of them are this machine.

    Each must be started at its address only, the first one too, because a service would listen at all of them.
    """
    found: dict[Container, str] = {}
    for place, container in enumerate(step.containers):
        mine = set(ports(container, step))
        before = [one for one in step.containers[:place] if mine & set(ports(one, step)) and can_be_started(one, step)]
        if container.host and before and can_be_started(container, step):
            found = dict.fromkeys(before, LOCAL) | found
            found[container] = step.hosts[container.host] = f"127.0.0.{len(before) + 1}"
    return found


def _start(container: Container, address: str, step: StepDraft) -> Run:
    """The command that starts a container, with a note that says where it is found."""
    command = " ".join((*container.entrypoint, *container.command))
    does = f" with '{command}'" if command else ""
    place = f"port {' and '.join(ports(container, step))} of {address or 'localhost'}"
    said = f"the script starts '{container.image.name}'{does} in the docker service, on {place}"
    step.note(SERVICE_STARTED, container.trail, said)
    return start(container, step, address)


def _note_defaults(container: Container, name: str, step: StepDraft) -> None:
    """Say what of a container its service does not have: what it starts, and the dollars in its variables."""
    for key, words in (("entrypoint", container.entrypoint), ("command", container.command)):
        if words and told(container, step):
            said = f"'{key}: {' '.join(words)}' cannot be given to the service '{name}', which starts as its image says"
            step.note(SERVICE_COMMAND, container.trail, said)
    for variable, value in container.variables:
        if not is_name(variable):
            said = f"'{variable}={value}' cannot be given to the service '{name}': the name has other characters"
            step.note(SERVICE_VARIABLE, container.trail, said)
        elif "$" in value:
            said = f"the value of {variable} has a '$'; Bitbucket looks for such a variable"
            step.note(SERVICE_DOLLAR, container.trail, said)


def _give_docker(draft: Draft) -> None:
    """Let docker have the memory of the containers that scripts start in it, as far as their steps have it.

    There is one definition for all steps with docker: where others have it, too, it stays as it is.
    """
    using = [step for step in draft.steps.values() if _docker(step)]
    if using and all(step.started for step in using):
        most = max(_FEWEST, *(step.started for step in using))
        size = min(most, *(step.free // _EACH for step in using))
        if size > 1:
            draft.services[_DOCKER] = Service(_DOCKER, Image(""), memory=size * _EACH)


def _whole(step: StepDraft) -> int:
    """The memory that a step's services share; it keeps as much itself as one of them has."""
    return _STEP * int(step.size.removesuffix("x") or 1) - _EACH


def _memory(count: int, docker: int, step: StepDraft) -> int:
    """The memory of each service, if what Bitbucket gives is too much for the step."""
    whole = _whole(step)
    if (count + docker) * _EACH <= whole:
        return 0
    return (whole - docker * _EACH) // count // _LEAST * _LEAST


def _registered(container: Container, memory: int, draft: Draft) -> str:
    """The name of the service's definition: an equal one has it already, or no other has it."""
    name, number = container.name, 2
    variables = tuple(pair for pair in container.variables if is_name(pair[0]))
    service = Service(name, container.image, variables, memory)
    while name == _DOCKER or draft.services.get(name, service) != service:
        name, number = f"{container.name}-{number}", number + 1
        service = service._replace(name=name)
    draft.services[name] = service
    return name


def _note_twins(containers: list[Container], step: StepDraft) -> None:
    """Say which services listen on one port."""
    seen: dict[str, Container] = {}
    for container in containers:
        listening = ports(container, step) or (container.kind,)
        other = next((seen[one] for one in listening if one in seen), None)
        if other:
            said = f"'{other.image.name}' and '{container.image.name}' both listen on the same port of localhost"
            step.note(SERVICE_PORT, container.trail, said)
        seen |= dict.fromkeys(listening, container)


def _name_hosts(step: StepDraft) -> None:
    """Let the step's commands find its containers under their names."""
    root = not (step.image and step.image.user)
    append = ">> /etc/hosts" if root else "| sudo tee -a /etc/hosts > /dev/null"
    lines = []
    for address in dict.fromkeys(step.hosts.values()):
        names = " ".join(name for name, at in step.hosts.items() if at == address)
        lines.append(f'echo "{address} {names}" {append}')
    step.script.insert(0, Run("\n".join(lines), "hosts", _HOSTS, step.job.trail))
