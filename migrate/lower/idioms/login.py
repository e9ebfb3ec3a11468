"""How a job's commands log in, and whether a pipe can do that, too (`logins` of `mappings/idioms.yml`)."""

from typing import NamedTuple

from migrate.catalog.idioms import Login
from migrate.lower import programs
from migrate.lower.draft import StepDraft
from migrate.shell import analyse


class Credentials(NamedTuple):
    """What a pipe is given to log in, by variable; or `reason`, why it cannot log in as the job does."""

    variables: dict[str, str]
    reason: str = ""


def credentials(login: Login, step: StepDraft) -> Credentials:
    """What the pipe takes in this job."""
    texts = [run.text for run in programs.runs(step)]
    named = step.environment.keys() | {name for text in texts for name in analyse(text).mentions}
    named |= {name for run in programs.runs(step) for name, _ in run.environment}
    other = sorted(login.other & named)
    if other:
        return Credentials({}, f"the job names {other[0]}, which the pipe does not take")
    for words in (words for text in texts for words in programs.calls(text)):
        found = next((call for call in login.calls if words[: len(call)] == call), None)
        if found:
            return Credentials({}, f"'{' '.join(found)}' logs in, which the pipe does not see")
    variables = dict(login.variables)
    if not login.token:
        return Credentials(variables)
    tokens = {_seen(token, text, login) for text in texts for token in _tokens(text, login.token)}
    if len(tokens) != 1 or not next(iter(tokens)):
        return Credentials({}, f"no command of the job writes one variable as '{login.token}'")
    (token,) = tokens
    return Credentials({name: value or token for name, value in variables.items()})


def _tokens(text: str, mark: str) -> list[str]:
    """What commands write behind the mark: `$NAME`, or "" where it is something else, or stands behind another mark."""
    found = []
    general = mark.rpartition(":")[2]
    for words in programs.calls(text):
        for place, word in enumerate(words):
            before, _, behind = word.partition(general)
            if general not in word:
                continue
            value = behind.removeprefix("=") or next(iter(words[place + 1 :]), "")
            found.append(_variable(value) if before.endswith(mark.removesuffix(general)) else "")
    return found


def _seen(token: str, text: str, login: Login) -> str:
    """The token, if the pipe finds it, too; one that no shell puts in is looked for among the pipe's own variables."""
    own = {name for name, _ in login.variables}
    return token if token[1:] in analyse(text).reads | own else ""


def _variable(value: str) -> str:
    """The variable that a text is, as `$NAME`; "" if it is something else."""
    name = value.strip("\"'").removesuffix("\\n").removeprefix("$").removeprefix("{").removesuffix("}")
    return f"${name}" if name.isidentifier() and "$" in value else ""
