"""The rules of the house, read off the source with `ast`: who may import whom, who may speak, what is long.

Each rule is a function from the folder of a package called `migrate` to the offences found there, a line
each. So it runs over the real package and, further down, over small trees that break it.
"""

import ast
import builtins
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "migrate"

LAYERS = (
    ("__main__",),
    ("cli",),
    ("audit", "setup"),
    ("__init__",),  # the façade
    ("compiler",),
    ("detect", "report"),
    ("lower", "validate", "verify"),
    ("bitbucket", "catalog", "choices", "circleci", "shell"),
    ("yamlio",),
    ("diagnostics",),
)
"""From top to bottom. A module imports from its own package and the lines below, never from its own line."""

DOORS = {
    "click": ("cli/",),
    "check_jsonschema": ("validate/schema.py",),
    "jsonschema": ("validate/schema.py",),
    "httpx": ("cli/bitbucket_api.py", "cli/registry.py"),
    "grandalf": ("report/html/layout.py",),
    "networkx": ("circleci/plan.py", "lower/plan/order.py"),
    "rich": ("cli/audit.py", "cli/tree.py"),
    "ruamel": ("yamlio/write.py",),
    "tree_sitter": ("shell/",),
    "tree_sitter_bash": ("shell/",),
    "yaml": ("yamlio/read.py",),
}
"""Which files may import what is neither ours nor Python's; what is missing here, nobody may import."""

HEAVY = {"networkx"}
"""Imported only inside functions: loading it takes longer than a conversion."""

GRAMMARS = {"tree_sitter", "tree_sitter_bash"}
"""Imported by one module only: whichever of shell/ it is, the others ask it."""

LOUD_MODULES = {
    *("logging", "warnings", "time"),
    *("ftplib", "http", "httpx", "requests", "smtplib", "socket", "ssl", "urllib.request", "urllib3"),
}
LOUD_NAMES = {
    *(f"builtins.{name}" for name in ("breakpoint", "exit", "input", "print", "quit", "SystemExit")),
    *(f"sys.{name}" for name in ("argv", "exit", "stderr", "stdin", "stdout")),
    *(f"os.{name}" for name in ("_exit", "environ", "environb", "getenv", "putenv")),
    *(f"datetime.datetime.{name}" for name in ("now", "today", "utcnow")),
    "datetime.date.today",
}
"""What only the command line may touch: streams, exits, environment, clock, network."""

FOREIGN = {"bitbucket": "circleci", "circleci": "bitbucket"}
"""The package of each language, and the word that it must not know."""

MODULE_LINES, FUNCTION_LINES = 300, 40

VAGUE = {"common", "handler", "handlers", "helper", "helpers", "manager", "managers", "util", "utils"}

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Rule = Callable[[Path], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Module:
    """One file of the package; `place` is its path below `migrate/`."""

    place: str
    text: str
    tree: ast.Module

    @property
    def layer(self) -> str:
        """The name in LAYERS that this file goes by, if it stands there."""
        return self.place.split("/", maxsplit=1)[0].removesuffix(".py")

    def absolute(self, level: int, name: str) -> str:
        """The dotted name that a relative import means; level 0 is an absolute one."""
        folders = ["migrate", *self.place.split("/")[:-1]]
        return ".".join([*folders[: len(folders) - level + 1], name] if level else [name]).strip(".")

    def at(self, line: int, offence: str) -> str:
        """An offence, the way compilers show it."""
        return f"migrate/{self.place}:{line}: {offence}"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `target` is dotted and absolute.

    `local` is the name that it binds and `meaning` what that name stands for (`import os.path` binds `os`).
    `deferred` says that nothing is imported when the module is loaded.
    """

    target: str
    local: str
    meaning: str
    line: int
    deferred: bool

    @property
    def top(self) -> str:
        """The package that it comes from."""
        return self.target.split(".", maxsplit=1)[0]


@cache
def modules(package: Path) -> tuple[Module, ...]:
    """All Python files of the package, in the order of their paths."""
    texts = {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")}
    return tuple(Module(place, text, ast.parse(text)) for place, text in sorted(texts.items()))


def imports(module: Module) -> Iterator[Import]:
    """Every import of the module, wherever it stands."""
    stack: list[tuple[ast.AST, bool]] = [(module.tree, False)]
    while stack:
        node, deferred = stack.pop()
        for target, local, meaning in imported(module, node):
            yield Import(target, local, meaning, getattr(node, "lineno", 1), deferred)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            stack += [(child, True) for child in node.body] + [(child, deferred) for child in node.orelse]
        else:
            later = deferred or isinstance(node, Definition | ast.Lambda)
            stack += [(child, later) for child in ast.iter_child_nodes(node)]


def imported(module: Module, node: ast.AST) -> Iterator[tuple[str, str, str]]:
    """What this one node imports: target, local name and its meaning, as in `Import`."""
    match node:
        case ast.Import(names=aliases):
            for alias in aliases:
                top = alias.name.split(".", maxsplit=1)[0]
                yield alias.name, alias.asname or top, alias.name if alias.asname else top
        case ast.ImportFrom(module=source, names=aliases, level=level):
            for alias in aliases:
                target = f"{module.absolute(level, source or '')}.{alias.name}"
                yield target, alias.asname or alias.name, target
        case ast.Call(func=called, args=[ast.Constant(value=str(name)), *_]):
            if ast.unparse(called).endswith(("import_module", "__import__")):
                dots = len(name) - len(name.lstrip("."))
                yield module.absolute(dots, name[dots:]), "", ""


def meanings(module: Module) -> Iterator[tuple[str, ast.expr]]:
    """The names that the module reads, as far as they are imported or built in, with their full names."""
    known = {name: f"builtins.{name}" for name in dir(builtins)}
    known |= {each.local: each.meaning for each in imports(module)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name | ast.Attribute):
            first, dot, rest = ast.unparse(node).partition(".")
            if first in known:
                yield f"{known[first]}{dot}{rest}", node


def within(name: str, others: set[str]) -> bool:
    """Whether the dotted name is one of the others or lies below one."""
    return any(f"{name}.".startswith(f"{other}.") for other in others)


def layers(package: Path) -> Iterator[str]:
    """Imports point down, siblings leave each other alone, and every module belongs to a layer."""
    depth = {name: number for number, line in enumerate(LAYERS) for name in line}
    present = {module.layer for module in modules(package)}
    for module in modules(package):
        if module.layer not in depth:
            yield module.at(1, f"'{module.layer}' is no layer; there are {', '.join(sorted(depth))}")
            continue
        for each in imports(module):
            if each.top != "migrate":
                continue
            named = (each.target.split(".")[1:] or ["__init__"])[0]
            other = named if named in depth or named in present else "__init__"  # an attribute of the façade
            if other not in depth:
                yield module.at(each.line, f"imports '{other}', which is no layer")
            elif other != module.layer and depth[other] <= depth[module.layer]:
                how = "beside" if depth[other] == depth[module.layer] else "above"
                yield module.at(each.line, f"imports '{other}', which stands {how} '{module.layer}'")


def doors(package: Path) -> Iterator[str]:
    """What is neither ours nor Python's comes in through its door, and what is heavy only when it is used."""
    parsers: dict[str, str] = {}
    for module in modules(package):
        for each in imports(module):
            if each.top == "migrate" or each.top in sys.stdlib_module_names:
                continue
            allowed = DOORS.get(each.top, ())
            if not any(module.place == door or module.place.startswith(f"{door.rstrip('/')}/") for door in allowed):
                yield module.at(each.line, f"imports '{each.top}', whose doors are: {', '.join(allowed) or 'none'}")
            if each.top in HEAVY and not each.deferred:
                yield module.at(each.line, f"imports '{each.top}' when loaded; do it in the function that needs it")
            if each.top in GRAMMARS:
                parsers[module.place] = module.at(each.line, f"imports '{each.top}', and so does another module")
    if len(parsers) > 1:
        yield from parsers.values()


def silence(package: Path) -> Iterator[str]:
    """Only the command line talks, exits, and looks at the environment, the clock and the network."""
    for module in modules(package):
        if module.layer in {"cli", "__main__"}:
            continue
        for each in imports(module):
            if within(each.target, LOUD_MODULES):
                yield module.at(each.line, f"imports '{each.target}', which is for migrate/cli only")
        for name, node in meanings(module):
            if name in LOUD_NAMES:
                yield module.at(node.lineno, f"uses '{name}', which is for migrate/cli only")


def tongues(package: Path) -> Iterator[str]:
    """Neither language has heard of the other: not in names, strings, docstrings, comments or file names."""
    for module in modules(package):
        word = FOREIGN.get(module.layer, "\0")
        for number, line in enumerate([module.place.partition("/")[2], *module.text.splitlines()]):
            if word in line.casefold():
                yield module.at(number or 1, f"'{module.layer}' says '{word}'")


def sizes(package: Path) -> Iterator[str]:
    """A module is a few screens long, a function one."""
    for module in modules(package):
        lines = len(module.text.splitlines())
        if lines > MODULE_LINES:
            yield module.at(1, f"the module has {lines} lines, more than {MODULE_LINES}")
        for node in ast.walk(module.tree):
            if isinstance(node, Definition):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    yield module.at(node.lineno, f"{node.name}() has {lines} lines, more than {FUNCTION_LINES}")


def docstrings(package: Path) -> Iterator[str]:
    """Every module, and every public class, function and method in it, says what it is for."""
    for module in modules(package):
        if not ast.get_docstring(module.tree):
            yield module.at(1, "the module has no docstring")
        bodies: list[list[ast.stmt]] = [module.tree.body]
        while bodies:
            for node in bodies.pop():
                if not isinstance(node, Definition | ast.ClassDef) or node.name.startswith("_"):
                    continue
                marks = {ast.unparse(mark).rpartition(".")[2] for mark in node.decorator_list}
                if not ast.get_docstring(node) and not marks & {"overload", "setter"}:
                    yield module.at(node.lineno, f"'{node.name}' is public and has no docstring")
                if isinstance(node, ast.ClassDef):
                    bodies.append(node.body)


def names(package: Path) -> Iterator[str]:
    """The name of a file says what is in it."""
    for module in modules(package):
        words = module.place.casefold().removesuffix(".py").replace("/", "_").split("_")
        for word in sorted(VAGUE.intersection(words)):
            yield module.at(1, f"'{word}' says nothing; name the file after what it does")


def templates(package: Path) -> Iterator[str]:
    """`<<` belongs to a parser: outside circleci/template.py no regular expression looks for it."""
    for module in modules(package):
        if module.place == "circleci/template.py":
            continue
        full = {id(node): name for name, node in meanings(module)}
        constants = {
            target.id: node.value
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call) or not within(full.get(id(node.func), ""), {"re", "regex"}):
                continue
            words = [*node.args, *(keyword.value for keyword in node.keywords)]
            words += [constants.get(word.id, word) for word in words if isinstance(word, ast.Name)]
            texts = [str(part.value) for word in words for part in ast.walk(word) if isinstance(part, ast.Constant)]
            if any("<<" in text.replace("\\", "") or "<{2" in text for text in texts):
                yield module.at(node.lineno, "a regular expression looks for '<<'; ask circleci/template.py")


RULES: tuple[Rule, ...] = (layers, doors, silence, tongues, sizes, docstrings, names, templates)

NX = "def order() -> None:\n    import networkx\n"
LONG = "def long() -> None:\n" + "    pass\n" * FUNCTION_LINES

BROKEN: tuple[tuple[Rule, str, str, str], ...] = (
    (layers, "colours.py", "", "'colours' is no layer"),
    (layers, "diagnostics.py", "import migrate.yamlio", "'yamlio', which stands above 'diagnostics'"),
    (layers, "yamlio/read.py", "from migrate import catalog", "'catalog', which stands above 'yamlio'"),
    (layers, "circleci/plan.py", "from migrate.shell import read", "'shell', which stands beside 'circleci'"),
    (layers, "choices.py", "from .catalog import find", "'catalog', which stands beside 'choices'"),
    (layers, "shell/read.py", "from .. import bitbucket", "'bitbucket', which stands beside 'shell'"),
    (
        layers,
        "lower/steps/run.py",
        "def f():\n    from ...report import html",
        "'report', which stands above",
    ),
    (
        layers,
        "lower/draft.py",
        "if TYPE_CHECKING:\n    import migrate.compiler",
        "'compiler', which stands above",
    ),
    (layers, "lower/registry.py", "import_module('migrate.cli')", "'cli', which stands above 'lower'"),
    (layers, "report/json.py", "from migrate import __version__", "'__init__', which stands above 'report'"),
    (layers, "verify/events.py", "from migrate.lower import lower", "'lower', which stands beside 'verify'"),
    (layers, "verify/events.py", "import migrate.report.summary", "'report', which stands above 'verify'"),
    (layers, "detect/sites.py", "from migrate.report import summary", "'report', which stands beside 'detect'"),
    (layers, "lower/sizes.py", "from migrate import detect", "'detect', which stands above 'lower'"),
    (layers, "__init__.py", "from migrate.cli import main", "'cli', which stands above '__init__'"),
    (doors, "yamlio/write.py", "import yaml", "'yaml', whose doors are: yamlio/read.py"),
    (doors, "yamlio/read.py", "from ruamel.yaml import YAML", "'ruamel', whose doors are: yamlio/write.py"),
    (doors, "compiler.py", "from click import echo", "'click', whose doors are: cli/"),
    (doors, "bitbucket/model.py", "import tree_sitter_bash", "'tree_sitter_bash', whose doors are: shell/"),
    (doors, "lower/plan/names.py", NX, "'networkx', whose doors are: circleci/plan.py, lower/plan/order.py"),
    (doors, "circleci/plan.py", "import networkx as nx", "'networkx' when loaded"),
    (doors, "cli/audit.py", "import colorama", "'colorama', whose doors are: none"),
    (silence, "compiler.py", "print()", "uses 'builtins.print'"),
    (silence, "__init__.py", "raise SystemExit(2)", "uses 'builtins.SystemExit'"),
    (silence, "lower/draft.py", "import sys\nsys.exit(1)", "2: uses 'sys.exit'"),
    (silence, "lower/draft.py", "from sys import exit as leave\nleave(1)", "2: uses 'sys.exit'"),
    (silence, "catalog.py", "import os as o\no.environ.get('X')", "2: uses 'os.environ'"),
    (
        silence,
        "report/json.py",
        "from datetime import datetime\ndatetime.now()",
        "uses 'datetime.datetime.now'",
    ),
    (silence, "report/json.py", "import time", "imports 'time'"),
    (silence, "verify/events.py", "from logging import info", "imports 'logging.info'"),
    (silence, "circleci/orbs.py", "from urllib import request", "imports 'urllib.request'"),
    (silence, "circleci/orbs.py", "import httpx", "imports 'httpx'"),
    (tongues, "circleci/plan.py", '"""What Bitbucket wants."""', "'circleci' says 'bitbucket'"),
    (tongues, "circleci/plan.py", "X = 1\nto_bitbucket = 2  # :-(", "plan.py:2: 'circleci' says 'bitbucket'"),
    (tongues, "circleci/bitbucket.py", "", "'circleci' says 'bitbucket'"),
    (tongues, "bitbucket/model.py", "KEY = 'CircleCI'", "'bitbucket' says 'circleci'"),
    (sizes, "compiler.py", "\n" * (MODULE_LINES + 1), f"the module has {MODULE_LINES + 1} lines"),
    (sizes, "compiler.py", LONG, f"long() has {FUNCTION_LINES + 1} lines"),
    (docstrings, "compiler.py", "X = 1", "the module has no docstring"),
    (docstrings, "compiler.py", "'''M.'''\ndef f(): ...", "2: 'f' is public"),
    (
        docstrings,
        "compiler.py",
        "'''M.'''\nclass C:\n    '''C.'''\n    async def m(self): ...",
        "4: 'm' is public",
    ),
    (names, "lower/utils.py", "", "'utils' says nothing"),
    (names, "report/html_helpers.py", "", "'helpers' says nothing"),
    (names, "lower/common/run.py", "", "'common' says nothing"),
    (templates, "circleci/expand.py", "import re\nre.compile(r'<<\\s*')", "2: a regular expression"),
    (
        templates,
        "lower/steps/run.py",
        "from re import sub\nsub(pattern='\\\\<\\\\<', repl='')",
        "a regular expression",
    ),
    (templates, "shell/read.py", "import re\nP = '<{2}'\nre.search(P, '')", "3: a regular expression"),
)
"""Rule, file, what stands in it, and part of the one offence that the rule must find there."""

SOUND: tuple[tuple[Rule, str, str], ...] = (
    (layers, "cli/convert.py", "from migrate import __version__, compiler, verify\nfrom . import audit"),
    (layers, "__init__.py", "from migrate.compiler import convert\nfrom .diagnostics import Note"),
    (layers, "__main__.py", "from migrate.cli import main"),
    (
        layers,
        "lower/steps/run.py",
        "from migrate import bitbucket, catalog, circleci, shell\nfrom ..draft import Draft",
    ),
    (layers, "compiler.py", "import migrate.verify.events"),
    (layers, "detect/sites.py", "from migrate.lower import programs"),
    (layers, "report/summary.py", "from migrate.verify import Verdict"),
    (layers, "verify/events.py", "import json\nfrom migrate import bitbucket, choices, circleci, shell"),
    (doors, "lower/plan/order.py", NX),
    (doors, "circleci/plan.py", f"if TYPE_CHECKING:\n    import networkx\n{NX}"),
    (doors, "shell/read.py", "import tree_sitter\nimport tree_sitter_bash"),
    (doors, "cli/audit.py", "import click\nimport csv"),
    (silence, "cli/convert.py", "import sys, time\nprint(sys.argv)"),
    (
        silence,
        "lower/draft.py",
        "time = requests = 1\nprint_ = time\nself.print()\nfrom urllib.parse import quote",
    ),
    (tongues, "lower/draft.py", "'circleci bitbucket'"),
    (sizes, "compiler.py", LONG.replace("    pass\n", "", 1)),
    (
        docstrings,
        "compiler.py",
        "'''M.'''\ndef _f(): ...\nclass C:\n    '''C.'''\n    def __len__(self): ...",
    ),
    (names, "lower/commonly.py", ""),
    (templates, "circleci/template.py", "import re\nre.compile('<<')"),
    (templates, "lower/steps/run.py", "import re\nre.compile('<')\nprint('<<')"),
)
"""Rule, file, and what may well stand in it."""


def tree(folder: Path, files: dict[str, str]) -> Path:
    """A package of these files."""
    for place, text in files.items():
        path = folder / "migrate" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "migrate"


@pytest.mark.parametrize("rule", RULES)
def test_the_package_keeps_the_rules(rule: Rule) -> None:
    """No module of the package offends against a rule."""
    offences = list(rule(PACKAGE))

    assert not offences, "\n".join(offences)


def test_the_walk_sees_the_package() -> None:
    """The rules above did not pass for want of modules to look at."""
    seen = {module.layer for module in modules(PACKAGE)}

    assert seen >= {"__init__", "cli", "compiler", "lower", "circleci", "bitbucket", "yamlio", "diagnostics"}


@pytest.mark.parametrize(("rule", "place", "text", "said"), BROKEN)
def test_an_offence_is_found(rule: Rule, place: str, text: str, said: str, tmp_path: Path) -> None:
    """A module that breaks the rule is named once, with the line and the reason."""
    offences = list(rule(tree(tmp_path, {place: text})))

    assert len(offences) == 1, offences
    assert offences[0].startswith(f"migrate/{place}:")
    assert said in offences[0]


@pytest.mark.parametrize(("rule", "place", "text"), SOUND)
def test_what_is_allowed_passes(rule: Rule, place: str, text: str, tmp_path: Path) -> None:
    """A module that keeps the rule is left alone, however near it comes."""
    assert list(rule(tree(tmp_path, {place: text}))) == []


def test_one_module_parses_shell(tmp_path: Path) -> None:
    """Two modules of shell/ that both import the parser are one too many."""
    package = tree(tmp_path, {"shell/read.py": "import tree_sitter", "shell/grammar.py": "import tree_sitter_bash"})

    assert len(list(doors(package))) == 2


def test_an_unknown_layer_is_no_way_round(tmp_path: Path) -> None:
    """A module that stands in no layer may not be imported either."""
    package = tree(tmp_path, {"colours.py": "", "compiler.py": "from migrate import colours"})

    assert "migrate/compiler.py:1: imports 'colours', which is no layer" in list(layers(package))


def test_every_rule_is_tried() -> None:
    """Each rule has at least one tree that breaks it and one that does not."""
    assert set(RULES) == {rule for rule, *_ in BROKEN} == {rule for rule, *_ in SOUND}
