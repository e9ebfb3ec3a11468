"""What a job hands on through `$BASH_ENV`, as export lines: one script is one shell, and needs no file in between.

That is the same where the commands write nothing but plain exports to the file, each at its end, and nobody else looks
at it: bash would read the same lines before each later command (reference circleci.md, section 4.1).
"""

from collections.abc import Sequence

from migrate.lower.draft import Run
from migrate.shell import analyse
from migrate.shell.appended import Appended, appended

_FILE = "BASH_ENV"


def plain(runs: Sequence[Run], after: Sequence[Run]) -> list[Appended] | None:
    """Each command without what it writes to the file, and the exports to be made behind it instead.

    None where the file is needed: `after` are the commands of the after-script, which is another shell.
    """
    effects = [analyse(run.text) for run in runs]
    writing = [_FILE in one.mentions for one in effects]
    found = [appended(run.text) if wrote else Appended(run.text) for run, wrote in zip(runs, writing, strict=True)]
    exports = [analyse(said.exports) for said in found]
    names = {name for one in exports for name in one.exports | one.reads}
    if not any(said.exports for said in found) or any(_FILE in said.rest or _is_dynamic(said) for said in found):
        return None
    once = all(_is_simple(run) for run, wrote in zip(runs, writing, strict=True) if wrote)
    changed = {name for said in found for name in analyse(said.rest).changes}
    given = {name for run in runs for name, _ in run.environment}
    if not once or names & (changed | given):
        return None
    return found if all(run.ours for run in after) else None


def _is_simple(run: Run) -> bool:
    """Whether a command runs once, in order, whatever happens; without `-e` it hides how what is left ends."""
    goes_on = run.options is not None and "e" not in run.options
    return not (run.background or run.environment or run.test or goes_on)


def _is_dynamic(said: Appended) -> bool:
    """Whether the exports may come to something else here than before a later command."""
    exports, rest = analyse(said.exports), analyse(said.rest)
    only = all(words[0] == "export" and "=" in " ".join(words) for words in exports.calls)
    return not (exports.valid and only) or bool(exports.reads & rest.sets) or bool(exports.sources)
