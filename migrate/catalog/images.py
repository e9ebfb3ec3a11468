"""The rows of `mappings/images.yml` about CircleCI's images of before 2022: what came after each, and its tags."""

from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from migrate.catalog.rows import rows, table, texts
from migrate.yamlio.nodes import Mapping

_PREFIX = "circleci/"


class LegacyImage(NamedTuple):
    """One of CircleCI's older images: the `successor`, and how its tags come of the older ones.

    `library` is Docker's own image that it was made from. `tags` are versions, or versions from one to another within a
    number (`10.14-10.24`), in their order; `names` are tags that are no version, old and new in turn; `like` stands for
    all tags; with `same` the versions are those of before. `variants` are what may stand behind a version.
    """

    name: str
    successor: str
    evidence: str
    checked: str
    library: str = ""
    tags: str = ""
    names: str = ""
    like: str = ""
    same: str = ""
    variants: str = ""

    def tag(self, old: str) -> str:
        """The successor's tag that comes nearest to an older one; "" if there is none."""
        version, *words = old.split("-")
        variant = next((f"-{one}" for one in self.variants.split() if one in words), "")
        names = self.names.split()
        if self.like:
            found = self.like
        elif not version[:1].isdecimal():
            found = dict(zip(names[::2], names[1::2], strict=True)).get(version, "")
        else:
            found = version if self.same else self._version(version)
        return f"{found}{variant}" if found else ""

    def variant(self, old: str) -> str:
        """The variant that an older tag asks for; "" if it is the plain image."""
        return next((one for one in self.variants.split() if one in old.split("-")), "")

    def first(self, old: str) -> str:
        """The oldest version that the successor has, if a tag asks for one that is older still."""
        oldest, wanted = self.tags.split(" ")[0].partition("-")[0], _numbers(old.partition("-")[0])
        return oldest if wanted and wanted < _numbers(oldest)[: len(wanted)] else ""

    def _version(self, version: str) -> str:
        """The minor version that the successor has; of a major one, or of one before its first minor, the last."""
        wanted = _numbers(version)[:2]
        found = ""
        for one in self.tags.split():
            first, _, last = one.partition("-")
            if len(wanted) == 1 and _numbers(first)[:1] == wanted:
                found = last or first
            elif _numbers(first) <= wanted <= _numbers(last or first):
                return f"{wanted[0]}.{wanted[1]}"
            elif last and len(wanted) > 1 and wanted[0] == _numbers(first)[0] and wanted < _numbers(first):
                found = last
        return found


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with: 8 of `8u131`."""
    found: list[int] = []
    for part in version.split("."):
        digits = "".join(takewhile(str.isdecimal, part))
        if digits:
            found.append(int(digits))
        if digits != part:
            break
    return tuple(found)


class Machine(NamedTuple):
    """The machine images whose names begin so: the `image` of the step, or what Bitbucket's cloud lacks.

    `arm` is the image of a step with an Arm processor, if that is another; `release` is the Ubuntu of the machine, and
    `base` an image that has it, too, and few programs.
    """

    begins: str
    evidence: str
    checked: str
    image: str = ""
    arm: str = ""
    release: str = ""
    base: str = ""
    gpu: str = ""
    os: str = ""


class Home(NamedTuple):
    """What an image keeps in the home directory of its user.

    `keeps` are folders that stay there, because the image's variables name them; `finds` are those of them that its
    programs look for in the home directory all the same.
    """

    evidence: str
    checked: str
    keeps: str = ""
    finds: str = ""


class Images:
    """The tables of `mappings/images.yml` about CircleCI's own images."""

    def __init__(self, root: Mapping) -> None:
        """Read the tables of the file whose tree this is, when they are asked for."""
        self._root = root

    @cached_property
    def legacy(self) -> dict[str, LegacyImage]:
        """The images of before 2022, by their names without a tag."""
        entries = table(self._root, "legacy").entries
        return {_PREFIX + one.key.text: LegacyImage(one.key.text, **texts(one.value)) for one in entries}

    @cached_property
    def variants_differ(self) -> dict[str, str]:
        """In what a variant of the newer images differs from that of the older ones."""
        return texts(table(self._root, "variants-differ"))

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """CircleCI's machine images; the first whose name fits holds, and the last fits all."""
        return tuple(Machine(**texts(row)) for row in rows(self._root, "machines"))

    def machine(self, name: str) -> Machine:
        """What is known of a machine image."""
        return next(row for row in self.machines if name.startswith(row.begins))

    @cached_property
    def releases(self) -> dict[str, str]:
        """The Ubuntu of Bitbucket's own images."""
        return texts(table(self._root, "releases"))

    @cached_property
    def programs(self) -> dict[str, dict[str, str]]:
        """Where programs that a machine had can be had: a package (`apt`, `npm`), or an `image`."""
        return {one.key.text: texts(one.value) for one in table(self._root, "programs").entries}

    @cached_property
    def homes(self) -> dict[str, Home]:
        """What images keep in the home directory of their user, by their names without a tag."""
        return {one.key.text: Home(**texts(one.value)) for one in table(self._root, "homes").entries}
