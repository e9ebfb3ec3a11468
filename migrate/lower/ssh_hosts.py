"""The hosts that commands reach by SSH, as far as the commands name them (ssh(1), scp(1), rsync(1), git-clone(1)).

Bitbucket keeps a list of known hosts for each repository, and ssh refuses a host that is not in it (reference
bitbucket.md, section 3.13). A port is not told: who adds a host that listens elsewhere writes `[host]:port`.
"""

from collections.abc import Iterable, Iterator

_WORDS = "-B -D -E -F -I -J -L -O -P -Q -R -S -W -b -c -e -i -l -m -o -p -w"
_VALUED = frozenset(_WORDS.split())
"""Options of ssh that have a word of their own (ssh(1))."""
_SCHEMES = frozenset({"git+ssh", "ssh", "ssh+git"})
_COPIES = frozenset({"rsync", "scp", "sftp"})


def hosts(calls: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """The hosts of calls, the first word of each being the program; one that only a variable names is not told."""
    for words in calls:
        name, rest = words[0], list(words[1:])
        found: list[str] = []
        if name == "ssh":
            while rest and rest[0].startswith("-"):
                rest = rest[2 if rest[0] in _VALUED else 1 :]
            found = rest[:1]
        elif name in _COPIES:
            found = [word.partition(":")[0] for word in rest if ":" in word and not word.startswith(("-", "/", "."))]
        elif name == "git" and "config" not in rest:
            found = [word.partition(":")[0] for word in rest if _is_path(word)]
        for word in rest:
            scheme, _, address = word.partition("://")
            if scheme in _SCHEMES:
                found.append(address.partition("/")[0].partition(":")[0])
        yield from (host for one in found if (host := one.rpartition("@")[2]) and _is_host(host))


def _is_path(word: str) -> bool:
    """Whether a word is `user@host:path`, as git takes it; an address of somebody's mail has no colon."""
    user, colon, _ = word.partition(":")
    return "@" in user and bool(colon) and "://" not in word


def _is_host(text: str) -> bool:
    return all(char.isalnum() or char in ".-" for char in text)


__all__ = ["hosts"]
