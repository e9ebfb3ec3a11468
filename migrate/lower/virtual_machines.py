"""What a job on a virtual machine has in a container, once its commands are known.

Docker's service where they may use it, no `sudo` where the image has none (a step runs as root), and a word about what
CircleCI's machine has and the image has not (reference circleci.md, section 1.3; bitbucket.md, sections 3.3 and 3.6).
"""

from migrate.diagnostics import Fate, declare
from migrate.lower import docker_use, programs
from migrate.lower.draft import Draft, Run, StepDraft
from migrate.lower.keys.layer_caching import settle as cache_layers
from migrate.shell import without_program
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping

_DOCS = (
    "https://circleci.com/docs/configuration-reference/#machine",
    "https://support.atlassian.com/bitbucket-cloud/docs/run-docker-commands-in-bitbucket-pipelines/",
)
_IMAGES = (
    "https://circleci.com/developer/images?imageType=machine",
    "https://support.atlassian.com/bitbucket-cloud/docs/use-docker-images-as-build-environments/",
)
MACHINE = declare(
    "machine",
    Fate.APPROXIMATED,
    "A virtual machine becomes a container",
    """Bitbucket's cloud has containers only.

    The step runs in a general image, and has the docker service if its commands use docker; privileged operations,
    system services and other kernels do not work there. Where the image has another Ubuntu than the machine had,
    packages may have other names and versions.

    Look at the other notes of the job, which name the commands that want more than a container; such a job can run on a
    runner of your own.""",
    *_DOCS,
)
MACHINE_DOCKER = declare(
    "machine-docker",
    Fate.APPROXIMATED,
    "A machine's commands may use docker, or not",
    """No command in the config names docker, but one runs a script or a recipe of the repository, which may.

    The step has the docker service, so that it works either way. It takes 1 GB of the step's memory.

    Take the service out if nothing uses it.""",
    *_DOCS,
)
MACHINE_SUDO = declare(
    "machine-sudo",
    Fate.REWRITTEN,
    "A command does without sudo",
    """The step's commands run as root, and its image has no sudo.

    The script calls what stood behind it.

    Scripts of the repository that call sudo want it installed: 'apt-get update && apt-get install -y sudo'.""",
    *_IMAGES,
)
MACHINE_TOOL = declare(
    "machine-tool",
    Fate.MANUAL,
    "A program of CircleCI's machine may be missing",
    """CircleCI's machine image has the program, and the list of what the step's image has does not name it.

    Where the image lacks it, the step fails at the command.

    Install it in the script, or give the job an image that has it: the line says which, if that is known.""",
    *_IMAGES,
)
MACHINE_SYSTEM = declare(
    "machine-system",
    Fate.MANUAL,
    "A command wants a whole machine",
    """A container has the kernel of its host and no service manager, so that modules, kernel settings, firewalls,
    mounts and system services cannot be had there.

    The command is written as it was, and fails there.

    Leave the command out if it only prepared the machine, or run the job on a runner of your own.""",
    *_IMAGES,
)
_INSTALLING = {"apt": "apt-get update && apt-get install -y {}", "npm": "npm install -g {}"}
"""How a package is installed, by the column that names it (manuals of apt-get and npm)."""


def settle(draft: Draft) -> None:
    """Give every step what its commands need of a machine, of docker and of its caches."""
    for step in draft.steps.values():
        if step.machine:
            _settle(step)
        docker_use.settle(step)
        cache_layers(step)


def _settle(step: StepDraft) -> None:
    where, image = step.machine, step.image.name if step.image else ""
    found = docker_use.use(step)
    runs = f"the job runs in {image}{_released(step, image)}"
    if found.named or found.perhaps:
        step.services["docker"] = None
        step.note(MACHINE, where, f"{runs} with the docker service")
    else:
        step.note(MACHINE, where, f"{runs}; no command of it uses docker")
    if found.perhaps:
        said = f"no command names docker, but '{found.perhaps}' may use it; if it does not, take the service out"
        step.note(MACHINE_DOCKER, where, said)
    _do_without_sudo(step, image)
    _note_missing(step, image)


def _released(step: StepDraft, image: str) -> str:
    """Which Ubuntu the image has, where the machine had another."""
    named = peek(step.job.keys, "machine")  # its room has claimed it
    named = peek(named, "image") if isinstance(named, Mapping) else named
    images = step.draft.catalog.images
    had, has = images.machine(getattr(named, "text", "")), images.releases.get(image, "")
    if not (had.release and has) or had.release == has:
        return ""
    like = f", as '{had.base}' has it" if had.base else ""
    return f" (Ubuntu {has}; the machine's was {had.release}{like})"


def _do_without_sudo(step: StepDraft, image: str) -> None:
    """Take `sudo` out of the commands, where the image has none and the command comes to the same without it."""
    if "sudo" not in step.draft.catalog.tools(image, "lacks"):
        return
    changed: list[Run] = []
    for items in (step.script, step.after_script):
        for place, run in enumerate(items):
            text = without_program(run.text, "sudo") if isinstance(run, Run) else ""
            if isinstance(run, Run) and text != run.text:
                items[place] = run._replace(text=text)
                changed.append(run)
    if changed:
        said = f"{len(changed)} of the commands run without 'sudo': they run as root, and '{image}' lists no sudo"
        step.note(MACHINE_SUDO, changed[0].trail, said)


def _note_missing(step: StepDraft, image: str) -> None:
    """Say which programs of the machine the commands use, and the image may lack, unless the job installs them."""
    catalog = step.draft.catalog
    lacking = catalog.tools(image, "lacks") - {docker_use.COMPOSES}
    installed = " ".join(word for _, words in programs.of_step(step) if _installs(words, step) for word in words[1:])
    told: set[str] = set()
    for run, words in programs.of_step(step):
        name = words[0]
        if name in told:
            continue
        if name in lacking and name not in installed:
            said = f"'{name}' is on CircleCI's machine, and not on the list of what '{image}' has"
            step.note(MACHINE_TOOL, run.trail, f"{said}{_elsewhere(name, step)}")
        elif {words[:1], words[:2]} & catalog.of_machines:
            step.note(MACHINE_SYSTEM, run.trail, f"'{' '.join(words[:3])}' wants more than a container has")
        else:
            continue
        told.add(name)


def _installs(words: tuple[str, ...], step: StepDraft) -> bool:
    return words[0] in step.draft.catalog.installers or words[0] in docker_use.FETCHING


def _elsewhere(name: str, step: StepDraft) -> str:
    """Where a program can be had: what installs it, and an image that has it."""
    row = step.draft.catalog.images.programs.get(name, {})
    ways = [f"'{command.format(row[key])}' installs it" for key, command in _INSTALLING.items() if key in row]
    ways += [f"the image '{row['image']}' has it"] if "image" in row else []
    return f": {', or '.join(ways)}" if ways else ""
