"""The containers beside a job's first one become services, each defined once (reference bitbucket.md, section 3.6)."""

from migrate.bitbucket.model import Pipe, Service
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import Container, Draft, Run, StepDraft
from migrate.lower.missing import fail

_DOCS = (
    "https://circleci.com/docs/using-docker/",
    "https://support.atlassian.com/bitbucket-cloud/docs/databases-and-service-containers/",
)
SERVICE = declare(
    "service",
    Fate.APPROXIMATED,
    "A further container becomes a service",
    """The service starts beside the step and listens on localhost, as in CircleCI. There the containers share the
    memory of the job, here each service has an amount of its own, which the step lacks: 'memory' in its definition.""",
    *_DOCS,
)
SERVICE_HOST = declare(
    "service-host",
    Fate.APPROXIMATED,
    "A container is called by a name",
    """Bitbucket's services have no names but localhost, so the script gives them one in /etc/hosts. That is seen by
    the step's own commands; the services, and containers that the step starts, do not see it.""",
    *_DOCS,
)
SERVICE_PORT = declare(
    "service-port",
    Fate.MANUAL,
    "Two containers of one image",
    """All services of a step share one network, so two that listen on the same port get in each other's way. Give one
    of them another port with a variable that its image knows, or use one for both purposes.""",
    *_DOCS,
)
SERVICE_MISSING = declare(
    "service-missing",
    Fate.ERROR,
    "A step has more than five containers beside it",
    """A step has at most five services, the docker service among them. The script fails on purpose where it would begin
    without the others. Start them with 'docker run' in the docker service, or split the job.""",
    *_DOCS,
)
_HOSTS = "the commands call a container by this name"
_MOST = 5
_EACH, _STEP, _LEAST = 1024, 4096, 128


def settle(draft: Draft) -> None:
    """Give every step its services, once all that it needs is known."""
    for step in draft.steps.values():
        if step.containers:
            _settle(step)
        if step.hosts:
            _name_hosts(step)


def _settle(step: StepDraft) -> None:
    docker = 1 if "docker" in step.services or any(isinstance(item, Pipe) for item in step.script) else 0
    kept, rest = step.containers[: _MOST - docker], step.containers[_MOST - docker :]
    memory = _memory(len(kept), docker, step)
    names: list[str] = []
    for container in kept:
        name = _registered(container, memory, step.draft)
        names.append(name)
        has = f"{memory or _EACH} MB of memory"
        step.note(SERVICE, container.trail, f"'{container.image.name}' is the service '{name}', with {has}")
    step.services = dict.fromkeys(names) | step.services
    _note_twins(kept, step)
    if rest:
        missing = ", ".join(f"'{container.image.name}'" for container in rest)
        said = f"a step has at most {_MOST} services; {missing} would be one too many, so the step fails"
        step.note(SERVICE_MISSING, rest[0].trail, said)
        fail(f"the container {rest[0].name}", step, rest[0].trail)
        step.script.insert(0, step.script.pop())


def _memory(count: int, docker: int, step: StepDraft) -> int:
    """The memory of each service, if what Bitbucket gives is too much for the step, which keeps as much itself."""
    whole = _STEP * int(step.size.removesuffix("x") or 1) - _EACH
    if (count + docker) * _EACH <= whole:
        return 0
    return (whole - docker * _EACH) // count // _LEAST * _LEAST


def _registered(container: Container, memory: int, draft: Draft) -> str:
    """The name of the service's definition: an equal one has it already, or no other has it."""
    name, number = container.name, 2
    service = Service(name, container.image, container.variables, memory)
    while name == "docker" or draft.services.get(name, service) != service:
        name, number = f"{container.name}-{number}", number + 1
        service = service._replace(name=name)
    draft.services[name] = service
    return name


def _note_twins(containers: list[Container], step: StepDraft) -> None:
    seen: set[str] = set()
    for container in containers:
        image = container.image.name.partition("@")[0].rpartition("/")[2].partition(":")[0]
        if image in seen:
            said = f"there are two services of '{image}', and both listen on the same port of localhost"
            step.note(SERVICE_PORT, container.trail, said)
        seen.add(image)


def _name_hosts(step: StepDraft) -> None:
    """Let the step's commands find its containers under their names."""
    names = " ".join(step.hosts)
    root = not (step.image and step.image.user)
    append = ">> /etc/hosts" if root else "| sudo tee -a /etc/hosts > /dev/null"
    step.script.insert(0, Run(f'echo "127.0.0.1 {names}" {append}', "hosts", _HOSTS, step.job.trail))
