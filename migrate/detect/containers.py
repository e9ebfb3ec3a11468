"""Container images: Dockerfiles, and the commands that push to registries and deploy to Amazon ECS.

Source: docs.docker.com/reference/cli/docker, docs.aws.amazon.com/cli (ecs update-service, ecr).
"""

from collections.abc import Iterator

from migrate.detect.commands import Command, filters_of, jobs, known, of_kind, replaceable
from migrate.detect.finding import Finding, Repository, Seen, Value

_REGISTRY = ".dkr.ecr."
_CLUSTER, _SERVICE, _IMAGE = "YOUR-CLUSTER", "YOUR-SERVICE", "YOUR-ACCOUNT/YOUR-IMAGE"


def ecs_service(repository: Repository) -> Iterator[Finding]:
    """`ecs-deploy`: in place of the jobs that tell ECS of a new image."""
    deploys = [one for one in of_kind(repository, "deploys-to-ecs") if replaceable(one, repository)]
    for command in {one.job.name: one for one in deploys}.values():
        arguments: dict[str, Value] = {"replaces": command.job.name}
        arguments["cluster"] = command.option("--cluster") or _CLUSTER
        arguments["service"] = command.option("--service") or _SERVICE
        pushed = [one for one in of_kind(repository, "pushes-image") if _image(one)]
        ecr = next((one for one in pushed if _REGISTRY in _image(one)), None)
        seen = [command.seen()]
        if ecr:
            registry, _, name = _image(ecr).partition("/")
            arguments |= {"registry": registry, "repository": name}
            seen.append(Seen(ecr.where, f"'{ecr.job.called}' pushes '{name}' to ECR"))
        if command.option("--region"):
            arguments["region"] = command.option("--region")
        would = (
            "The image is built, pushed to ECR under the tag of the commit, and that very tag is deployed, in place "
            f"of '{command.job.name}'. Its other commands are kept: look whether they build an image, too."
        )
        yield Finding("add", "ecs-deploy", tuple(seen), would, tuple(arguments.items()))


def docker_image(repository: Repository) -> Iterator[Finding]:
    """`docker-publish`: a Dockerfile whose image no job pushes."""
    files = [path for path in repository.files if _is_dockerfile(path)]
    if not files or of_kind(repository, "pushes-image") or not jobs(repository):
        return
    file = min(files, key=lambda path: (path.count("/"), path))
    folder = file.rpartition("/")[0]
    built = next((one for one in _builds(repository)), None)
    tag = built.option("-t", "--tag") if built else ""
    arguments: dict[str, Value] = {"image-name": _untagged(tag) or _IMAGE}
    if file != "Dockerfile":
        arguments |= {"dockerfile": file, **({"build-context": folder} if folder else {})}
    if built:
        arguments |= dict(filters_of(built.job.filters))
    seen = (Seen(file, "a Dockerfile, and no job pushes its image"), *((built.seen(short=2),) if built else ()))
    would = (
        "It builds the image, tags it with the commit, and pushes it to Docker Hub, or to the 'registry' that you name."
    )
    yield Finding("add", "docker-publish", seen, would, tuple(arguments.items()))


def _builds(repository: Repository) -> Iterator[Command]:
    """Builds of an image that get a name."""
    yield from (one for one in of_kind(repository, "builds-image") if one.option("-t", "--tag"))


def _is_dockerfile(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "Dockerfile" or name.endswith(".dockerfile") or name.startswith("Dockerfile.")


def _image(command: Command) -> str:
    """What a `docker push` pushes, without its tag; "" if only the shell knows it."""
    return _untagged(known(command.plain[-1])) if command.plain[:2] == ("docker", "push") else ""


def _untagged(image: str) -> str:
    folder, slash, name = image.rpartition("/")
    return f"{folder}{slash}{name.partition(':')[0]}"
