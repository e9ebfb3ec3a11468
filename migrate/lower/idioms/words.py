"""The words of a command as the variables of its pipe, as the table `mappings/idioms.yml` has them."""

import posixpath
from typing import NamedTuple

from migrate.catalog.idioms import EXTRA, Idiom
from migrate.lower.directories import is_relative
from migrate.shell.standing import Standing

_TRUE = "true"


class Called(NamedTuple):
    """What a call says to its pipe, by variable; or `reason`, why that cannot be said."""

    variables: dict[str, str]
    reason: str = ""


def read(call: Standing, idiom: Idiom, directory: str) -> Called:
    """The variables for a call in a directory, which is relative to the clone directory."""
    words = list(zip(call.words, call.values, strict=True))[idiom.arguments(call.words) :]
    found: dict[str, str] = {}
    places = list(idiom.words)
    passed: list[str] = []
    given: set[str] = set()
    while words:
        written, value = words.pop(0)
        if value is None:
            return Called({}, _unsure(written))
        option, equals, own = value.partition("=")
        if not value.startswith("-"):
            if not places:
                return Called({}, f"the pipe has no variable for '{written}'")
            found[places.pop(0)] = value
            continue
        given.add(option)
        if value in idiom.flags or value in idiom.passed_flags:
            found |= {idiom.flags[value]: _TRUE} if value in idiom.flags else {}
            passed += [] if value in idiom.flags else [value]
            continue
        if option not in idiom.options and option not in idiom.passed:
            return Called({}, f"the pipe has no variable for '{option}'")
        if not equals:
            written, following = words.pop(0) if words else ("", "")
            own = following or ""
        if not own:
            return Called({}, _unsure(written) if written else f"'{option}' has no value")
        found |= {idiom.options[option]: own} if option in idiom.options else {}
        passed += [] if option in idiom.options else [option, own]
    lacking = next((option for option in idiom.wants if option not in given), "")
    if lacking:
        return Called({}, f"without '{lacking}' it does something else than the pipe")
    return _placed(found, " ".join(passed), idiom, directory)


def _unsure(word: str) -> str:
    return f"{word} is more than letters and variables, and may reach the pipe as something else"


def _placed(found: dict[str, str], extra: str, idiom: Idiom, directory: str) -> Called:
    """The variables, with what the pipe puts before them left out, and the folder as seen from the clone directory."""
    more = {EXTRA: extra} if extra else {}
    for name, begins in idiom.begins.items():
        value = found.get(name, "")
        if not value.startswith(begins) or value == begins:
            return Called({}, f"'{value}' does not begin with '{begins}'" if value else f"it has no '{begins}…'")
        found[name] = value.removeprefix(begins)
    if not idiom.folder:
        return Called(found | more)
    folder = found.get(idiom.folder, ".")
    path = posixpath.normpath(posixpath.join(directory or ".", folder))
    if "$" in path or "'" in path or '"' in path or ":" in path:
        return Called({}, f"'{folder}' may lie outside the clone directory, which is all that the pipe sees")
    if not is_relative(path) or path.startswith(".."):
        return Called({}, f"'{path}' lies outside the clone directory, which is all that the pipe sees")
    if idiom.folder in found or path != ".":
        found[idiom.folder] = path
    return Called(found | more)
