"""What git says in a script that asks for changed paths (circleci.md, section 6): commits, and their difference.

Known are the commit that was pushed, the one before it, and where it left the base branch. The paths that an event
changes are those since the latter or, on the base branch itself, since the commit before. Any other question has no
answer here.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

HEAD, PARENT, FORK, TIP = "\0head", "\0parent", "\0fork", "\0tip"
"""The commits; no text of a script is equal to one."""
_NAMES = {"HEAD": HEAD, "HEAD~": PARENT, "HEAD~1": PARENT, "HEAD^": PARENT, "HEAD^1": PARENT, "FETCH_HEAD": TIP}
_QUIET = {"-q", "--quiet"}
Words = Sequence[str | None]


class Changes(NamedTuple):
    """The paths that an event changes, and the names of the base branches that they are compared with."""

    paths: tuple[str, ...] = ()
    bases: frozenset[str] = frozenset()


class Repository:
    """A clone at an event; `at_base` tells whether it is the base branch where that has no name that is known."""

    def __init__(self, changes: Changes, branch: str | None, *, at_base: bool) -> None:
        """Nothing has been fetched yet."""
        self.changes, self.branch, self.at_base = changes, branch, at_base
        self.fetched = ""

    def fetch(self, words: Words, written: Sequence[str]) -> bool:
        """`git fetch origin NAME`; `written` are the words before they are expanded."""
        named = [(word, text) for word, text in zip(words, written, strict=True) if word is None or word[:1] != "-"]
        if len(named) != 2 or named[0][0] != "origin":  # noqa: PLR2004 - the remote, and the branch
            return False
        word, text = named[1]
        self.fetched = word or text.strip('"')
        if word is not None:
            self.at_base = word == self.branch
        return self.fetched in self.changes.bases

    def output(self, words: Words) -> str | None:
        """What a command prints; None if that is not known."""
        if len(words) < 3 or words[0] != "git":  # noqa: PLR2004 - git, what it is asked, and of which commit
            return None
        asked, named = words[1], [word for word in words[2:] if word not in _QUIET]
        if asked == "rev-parse" and len(named) == 1:
            return self.commit(named[0])
        if asked == "merge-base" and len(named) == 2:  # noqa: PLR2004 - of two commits
            return self.fork(*map(self.commit, named))
        if asked == "diff" and named[0] == "--name-only":
            paths = self.paths(named[1:])
            return None if paths is None else "\n".join(paths)
        return None

    def commit(self, word: str | None) -> str | None:
        """The commit that a word names."""
        if word in {HEAD, PARENT, FORK, TIP}:
            return word
        if self.fetched and word == f"origin/{self.fetched}":
            return TIP
        return _NAMES.get(word or "") if word != "FETCH_HEAD" or self.fetched in self.changes.bases else None

    def fork(self, one: str | None, other: str | None) -> str | None:
        """Where two commits parted."""
        if {one, other} == {TIP, HEAD}:
            return HEAD if self.at_base else FORK
        return one if one == other else None

    def paths(self, commits: Words) -> tuple[str, ...] | None:
        """The paths that differ between a commit and the one that was pushed."""
        first, *rest = commits or ("",)
        dots = (first or "").split("...")
        if len(dots) == 2 and not rest:  # noqa: PLR2004 - since they parted
            since = self.fork(self.commit(dots[0]), self.commit(dots[1] or "HEAD"))
        elif not rest or [self.commit(word) for word in rest] == [HEAD]:
            since = self.commit(first)
        else:
            return None
        if since == HEAD:
            return ()
        # The last commit alone is less than a branch has changed.
        return self.changes.paths if since == (PARENT if self.at_base else FORK) else None


def worlds(changes: Changes, branch: str | None) -> Iterator[Repository]:
    """A clone of a branch that is the base, and one of a branch that is not."""
    yield Repository(changes, branch, at_base=False)
    if changes.bases:
        yield Repository(changes, branch, at_base=True)
