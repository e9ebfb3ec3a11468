"""Whose home and rights the commands of a job rely on, where CircleCI runs them as the user `circleci`.

CircleCI's images and machines have that user, with /home/circleci and a sudo that asks for nothing; a step of
Bitbucket's runs as root, with /root (reference circleci.md, section 4.1; bitbucket.md, section 1.3). That is told only
where a command shows it: most do not care. What an image keeps in that home, by its own variables, stays there
(mappings/images.yml, homes).
"""

from collections.abc import Iterator

from migrate.catalog.images import Home
from migrate.diagnostics import Fate, Trail, declare
from migrate.lower import programs
from migrate.lower.directories import HOMES
from migrate.lower.draft import Draft, Run, StepDraft

IMAGE_USER = declare(
    "image-user",
    Fate.APPROXIMATED,
    "A command relies on the user 'circleci'",
    """CircleCI runs the job's commands as the image's own user, Bitbucket as root, whose home is /root.

    The command looks in another home. sudo still works where the image has it.

    'run-as-user: 3434' below the name of a CircleCI image brings its user back; see then that it may write in the clone
    directory.""",
    "https://circleci.com/docs/using-docker/",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
IMAGE_HOME = declare(
    "image-home",
    Fate.REWRITTEN,
    "The home directory gets what the image keeps in its user's",
    """The image has folders of its own in /home/circleci, where its user, and programs that run as that user, find
    them as '~/…'. A step runs as root, with another home directory.

    The script links them there.""",
    "https://circleci.com/docs/using-docker/",
    "https://support.atlassian.com/bitbucket-cloud/docs/docker-image-options/",
)
_HOME = "/home/circleci"
_USER = "circleci"
_NO_HOME = Home("", "")
_ASKING = frozenset({"id", "logname", "whoami"})


def settle(draft: Draft) -> None:
    """Say what relies on the user, once for each job and reason."""
    for step in draft.steps.values():
        if not step.own_user or (step.image and step.image.user):
            continue
        _link_home(step)
        told: set[str] = set()
        for trail, said in _reliances(step):
            if said not in told:
                told.add(said)
                step.note(IMAGE_USER, trail, said)


def at_home(path: str, step: StepDraft) -> str:
    """A path from `~`, by its whole name if that is a folder that the image keeps in its user's home."""
    home, _, rest = path.partition("/")
    kept = home == "~" and rest.partition("/")[0] in _home(step).keeps.split()
    return f"{_HOME}/{rest}" if kept else path


def _home(step: StepDraft) -> Home:
    """What the step's image keeps in its user's home, if the job ran as that user, and the step does not."""
    name = step.image.name.partition("@")[0].partition(":")[0] if step.image and step.own_user else ""
    return step.draft.catalog.images.homes.get(name, _NO_HOME)


def _link_home(step: StepDraft) -> None:
    """Link what the image keeps in its user's home, where programs or the job's commands look for it."""
    home = _home(step)
    texts = [run.text for run in programs.runs(step)]
    texts += [*(one.at for one in step.attached), *(one.root for one in step.persisted)]
    wanted = [
        one for one in home.keeps.split() if one in home.finds.split() or any(_named(one, text) for text in texts)
    ]
    if wanted and step.image:
        places = " ".join(f"{_HOME}/{one}" for one in wanted)
        title = "the image has these in its user's home directory"
        step.script.insert(0, Run(f"ln -s {places} ~", "image-home", title, step.job.trail, ours=True))
        where = step.draft.pulled[step.image.name][step.job.id]
        said = (
            f"the script links {' and '.join(f'~/{one}' for one in wanted)} to what '{step.image.name}' has in {_HOME}"
        )
        step.note(IMAGE_HOME, where, said)


def _named(folder: str, text: str) -> bool:
    """Whether a text names a folder of the home directory by `~`; a longer name that begins so is another one."""
    rests = (rest for home in HOMES[:3] for rest in f"{text} ".split(f"{home}/{folder}")[1:])
    return any(not (rest[:1].isalnum() or rest[:1] in {"-", ".", "_"}) for rest in rests)


def _reliances(step: StepDraft) -> Iterator[tuple[Trail, str]]:
    for name, value in step.environment.items():
        for path in _foreign(value, step):
            yield step.job.trail, f"{name} names '{path}', and the home directory is /root here"
    for run in programs.runs(step):
        for path in _foreign(run.text, step):
            yield run.trail, f"'{path}' is named, and the home directory is /root here"
    for run, words in programs.of_step(step):
        name = words[0]
        option = step.draft.catalog.as_root.get(name)
        if option is not None and (not option or option not in words):
            yield run.trail, f"'{name}' refuses to run as root{f' without {option!r}' if option else ''}"
        elif name in _ASKING:
            yield run.trail, f"'{' '.join(words[:2])}' says root, not 'circleci'"
        elif any(word.partition(":")[0] == _USER for word in words[1:]) and name in {"chown", "su", "usermod"}:
            yield run.trail, f"'{' '.join(words[:3])}' names a user that the commands do not run as"
        elif name.startswith("pip") and "--user" in words:
            yield (
                run.trail,
                "'pip install --user' puts programs into /root/.local/bin, which PATH may lack: drop '--user'",
            )


def _foreign(text: str, step: StepDraft) -> Iterator[str]:
    """The paths below the home directory that a text names; the checkout is found there under its name."""
    for piece in text.split(_HOME)[1:]:
        end = next((place for place, char in enumerate(piece) if not (char.isalnum() or char in "/._-")), len(piece))
        path = _HOME + piece[:end].rstrip("/.")
        if (
            step.inside(path) is None
            and not piece[:1].isalnum()
            and at_home(f"~{path.removeprefix(_HOME)}", step) != path
        ):
            yield path
