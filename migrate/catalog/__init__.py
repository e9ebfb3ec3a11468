"""The catalogue: `mappings/` as typed tables, with complaints that name file and line.

The tables ship with the package; a folder of the user's can lie on top, and its rows win.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from migrate.catalog.idioms import Idiom
from migrate.catalog.idioms import read as read_idioms
from migrate.catalog.images import Images
from migrate.catalog.packages import Manager
from migrate.catalog.packages import read as read_managers
from migrate.catalog.pipes import PipeFacts
from migrate.catalog.pipes import read as read_pipes
from migrate.catalog.rows import listed, load, table, texts
from migrate.catalog.rows import text as text_of
from migrate.diagnostics import CatalogError
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Node


class Variable(NamedTuple):
    """What stands for one of CircleCI's variables or pipeline values.

    Another `variable`, what a shell has `computed` (as it stands between double quotes), a `value` that the converter
    knows, or `nothing` and what to do.
    """

    name: str
    variable: str = ""
    value: str = ""
    nothing: str = ""
    differs: str = ""
    computed: str = ""

    @property
    def held(self) -> str:
        """The variable that holds it in a script; "" if there is none."""
        return self.variable or (self.name.upper().replace(".", "_") if self.computed else "")


class ResourceClass(NamedTuple):
    """A resource class: CPUs, memory in GB, the step size with as much memory, and what the cloud lacks.

    `arch` is the processor that the step must ask for, if not the common one.
    """

    name: str
    cpus: str = ""
    memory: str = ""
    size: str = ""
    gpu: str = ""
    os: str = ""
    arch: str = ""


SEPARATOR = "\n---\n"
"""What parts the two documents of a mapping file: the orb, and its examples, which are for tests and readers."""


class Catalog:
    """All tables. `folders` are searched in order, the user's own first."""

    def __init__(self, overlay: Path | None = None) -> None:
        """Take the shipped mappings, below those of the folder `overlay`."""
        here = Path(__file__).resolve().parents[1]
        shipped = here / "mappings" if (here / "mappings").is_dir() else here.parent / "mappings"
        self.folders = ((overlay,) if overlay else ()) + (shipped,)
        self._trees: dict[str, Node | None] = {}

    def tree(self, path: str) -> Node | None:
        """The tree of the mapping file `path`, from the first folder that has it."""
        if path not in self._trees:
            files = (folder / path for folder in self.folders)
            self._trees[path] = next((load(file, f"mappings/{path}") for file in files if file.is_file()), None)
        return self._trees[path]

    def orb(self, name: str) -> tuple[str, str] | None:
        """The name and the text of the mapping of an orb such as `circleci/node`, if there is one."""
        found = self.orb_file(name)
        return (found[0], found[1].partition(SEPARATOR)[0]) if found else None

    def orb_file(self, name: str) -> tuple[str, str] | None:
        """The name and the whole text of the mapping file of an orb, from the first folder that has it."""
        path = f"orbs/{name}.yml"
        for folder in self.folders:
            if (folder / path).is_file():
                shown = f"mappings/{path}" if folder == self.folders[-1] else (folder / path).as_posix()
                return shown, (folder / path).read_text(encoding="utf-8")
        return None

    def maps(self, orb: str) -> bool:
        """Whether there is a mapping of an orb."""
        return any((folder / f"orbs/{orb}.yml").is_file() for folder in self.folders)

    def orbs(self) -> tuple[str, ...]:
        """The names of all orbs that have a mapping, sorted."""
        files = ((base / "orbs", file) for base in self.folders for file in (base / "orbs").glob("*/*.yml"))
        return tuple(sorted({file.relative_to(base).with_suffix("").as_posix() for base, file in files}))

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of the mapping files in `folder`, sorted."""
        return tuple(sorted({file.stem for base in self.folders for file in (base / folder).glob("*.yml")}))

    @cached_property
    def variables(self) -> dict[str, Variable]:
        """CircleCI's variables and pipeline values by name."""
        rows = [*self._rows("environment.yml", "circleci"), *self._rows("environment.yml", "pipeline")]
        return {name: Variable(name, **texts(row)) for name, row in rows}

    def variable(self, name: str) -> Variable | None:
        """The row of a name, or of all names that begin as it does."""
        ends = (at for at in range(len(name), 0, -1) if f"{name[:at]}*" in self.variables)
        return self.variables.get(name) or next((self.variables[f"{name[:at]}*"] for at in ends), None)

    @cached_property
    def computed(self) -> dict[str, Variable]:
        """What a shell computes, by the variable that holds it."""
        return {row.held: row for row in self.variables.values() if row.computed}

    @cached_property
    def known_variables(self) -> frozenset[str]:
        """Variables that nobody has to create."""
        return frozenset(self._text("environment.yml", "known").split())

    @cached_property
    def values_of_repository(self) -> frozenset[str]:
        """Pipeline values that are the same in every pipeline of one repository."""
        return frozenset(self._text("environment.yml", "of-repository").split())

    @cached_property
    def templates(self) -> frozenset[str]:
        """Variables that Bitbucket puts in when it reads the file."""
        return frozenset(self._text("environment.yml", "templates").split())

    @cached_property
    def secret_words(self) -> tuple[str, ...]:
        """Words in the name of a variable that is a secret."""
        return tuple(self._text("environment.yml", "secret").split())

    @cached_property
    def secret_beginnings(self) -> tuple[str, ...]:
        """What the tokens of well-known services begin with."""
        return tuple(self._text("environment.yml", "secret-beginnings").split())

    @cached_property
    def resource_classes(self) -> dict[str, ResourceClass]:
        """The resource classes by name."""
        return {n: ResourceClass(n, **texts(row)) for n, row in self._rows("resource_classes.yml", "classes")}

    def resource_class(self, name: str, *, machine: bool) -> ResourceClass | None:
        """A resource class by name; some of a virtual machine have more memory than those of a container."""
        return (self.machine_classes.get(name) if machine else None) or self.resource_classes.get(name)

    @cached_property
    def machine_classes(self) -> dict[str, ResourceClass]:
        """The resource classes of Linux machines that are not those of containers."""
        return {n: ResourceClass(n, **texts(row)) for n, row in self._rows("resource_classes.yml", "machine-classes")}

    @cached_property
    def words_without_bash(self) -> tuple[str, ...]:
        """Words in the names of images that have no bash."""
        return tuple(self._text("images.yml", "without-bash").split())

    @cached_property
    def installers(self) -> frozenset[str]:
        """Programs that change the system, and do not care about the directory that they run in."""
        return frozenset(self._text("images.yml", "installers").split())

    @cached_property
    def image_tools(self) -> dict[str, dict[str, str]]:
        """What is known of build images, by how their names begin: the programs that they have, and that they lack."""
        return {begins: texts(row) for begins, row in self._rows("images.yml", "tools")}

    def tools(self, image: str, column: str = "has") -> frozenset[str]:
        """The programs that an image is known to have, or those that it `lacks`."""
        rows = (row for begins, row in self.image_tools.items() if image.startswith(begins))
        return frozenset(name for row in rows for name in row.get(column, "").split())

    @cached_property
    def images(self) -> Images:
        """What is known of CircleCI's own images."""
        return Images(self._root("images.yml"))

    @cached_property
    def service_images(self) -> dict[str, dict[str, str]]:
        """What is known of images beside a job, by the last part of their names: `ports`, and what each `starts`."""
        return {name: texts(row) for name, row in self._rows("services.yml", "images")}

    @cached_property
    def as_root(self) -> dict[str, str]:
        """Programs that refuse to run as root, and the option with which they do not; "" if there is none."""
        return texts(peek(self._root("images.yml"), "as-root"))

    @cached_property
    def of_machines(self) -> frozenset[tuple[str, ...]]:
        """The beginnings of commands that want a machine of their own: a word, or two."""
        return frozenset(tuple(text.split()) for text in listed(self._root("images.yml"), "of-machines"))

    @cached_property
    def runs_others(self) -> frozenset[str]:
        """Programs that run what a config does not show."""
        return frozenset(self._text("docker.yml", "runs-others").split())

    @cached_property
    def refused_by_docker(self) -> dict[str, str]:
        """What the docker service refuses, and what to do about it."""
        return texts(peek(self._root("docker.yml"), "refused"))

    @property
    def compose_url(self) -> str:
        """Where Docker Compose is fetched from, as a shell reads it between double quotes."""
        return self._text("docker.yml", "compose-url")

    @cached_property
    def constant_key_parts(self) -> tuple[str, ...]:
        """Parts of CircleCI's cache keys that are the same in all builds."""
        return tuple(self._text("caches.yml", "constant").split())

    @cached_property
    def key_parts_of_run(self) -> frozenset[str]:
        """Parts of CircleCI's cache keys that are one value in all jobs of a run, and another in the next."""
        return frozenset(self._text("caches.yml", "of-run").split())

    @cached_property
    def predefined_caches(self) -> dict[str, str]:
        """The paths of the caches that Bitbucket knows by name."""
        root = self._root("caches.yml")
        return texts(peek(root, "predefined") or root)

    @cached_property
    def pipes(self) -> dict[str, PipeFacts]:
        """The pipes by their reference without version."""
        return read_pipes(self._root("pipes.yml"))

    @cached_property
    def idioms(self) -> tuple[Idiom, ...]:
        """The commands that a pipe may stand for."""
        return read_idioms(self._root("idioms.yml"), self.pipes)

    @cached_property
    def package_managers(self) -> dict[str, Manager]:
        """The package managers by name."""
        return read_managers(self._root("package_managers.yml"))

    @cached_property
    def shells(self) -> dict[str, str]:
        """What makes a program read a text that is no file, by the program's name."""
        return {name: text_of(row, "takes") for name, row in self._rows("shells.yml", "shells")}

    @cached_property
    def uploads(self) -> tuple[tuple[str, ...], ...]:
        """The beginnings of commands that upload a build."""
        return tuple(tuple(text.split()) for text in listed(self._root("uploads.yml"), "uploads"))

    @cached_property
    def signs(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """The beginnings of commands that show what a repository is, by what they show."""
        signs = table(self._root("signs.yml"), "signs")
        return {name: tuple(tuple(text.split()) for text in listed(signs, name)) for name in signs.keys}

    @cached_property
    def plans(self) -> dict[str, int]:
        """The build minutes a month that Bitbucket's plans hold, by their names."""
        return {name: int(texts(row)["minutes"]) for name, row in self._rows("plans.yml", "plans")}

    @cached_property
    def block_of_minutes(self) -> tuple[int, float]:
        """How many more minutes can be bought at once, and for how many US dollars."""
        row = texts(peek(self._root("plans.yml"), "block"))
        return int(row["minutes"]), float(row["price"])

    def _root(self, path: str) -> Mapping:
        tree = self.tree(path)
        if not isinstance(tree, Mapping):
            message = f"{path}: a mapping file holds a mapping"
            raise CatalogError(message)
        return tree

    def _rows(self, path: str, name: str) -> Iterator[tuple[str, Node]]:
        yield from ((entry.key.text, entry.value) for entry in table(self._root(path), name).entries)

    def _text(self, path: str, key: str) -> str:
        return text_of(self._root(path), key)
