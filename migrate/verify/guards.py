"""The head of a script: what ends the step well before its first command, for names that are none of its business.

A guard is a test with `exit` behind it, an `if`, or a `case`; assignments may stand before. Whatever else a script
begins with is its work, and the step runs. A test of the event's variables that is not understood makes the answer
None: verify says so, and never takes it for a yes (reference bitbucket.md, sections 2.2 and 3.1). What git says of
changed paths is answered by the event, too.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from migrate.shell.node import Node
from migrate.shell.tree import parse
from migrate.shell.words import command_words
from migrate.verify import bash_tests
from migrate.verify.repository import Changes, Repository, worlds
from migrate.verify.words import Variables, found_in, names, pattern, pieces, value


class End(Enum):
    """How a statement ends if not with success or failure."""

    EXIT = "exit"
    WORK = "work"
    UNKNOWN = "unknown"


Result = bool | End
EVENT = frozenset(
    {"BITBUCKET_BRANCH", "BITBUCKET_TAG", "BITBUCKET_PR_ID", "BITBUCKET_PR_DESTINATION_BRANCH"},
)
"""What the event sets, or leaves unset."""
_QUIET = {"echo", "printf", "set", "export", ":", "true", "shopt"}
_ASSIGNING = {"variable_assignment", "declaration_command"}
_NO_CHANGES = Changes()


@dataclass(frozen=True, slots=True, eq=False)
class Guard:
    """The statements at the head of a script up to its first command, and the variables that they ask for."""

    statements: tuple[Node, ...]
    asks: frozenset[str]

    @property
    def asks_for_paths(self) -> bool:
        """Whether it asks for changed paths."""
        return any(_is_git(node, "diff") for statement in self.statements for node in statement.below())

    @property
    def expressions(self) -> tuple[str, ...]:
        """The regular expressions that it looks for, as they are written."""
        if not self.asks_for_paths:
            return ()
        looking = (node for statement in self.statements for node in statement.below() if node.kind == "command")
        found = (words for words in map(command_words, looking) if words and words[0].text == "grep")
        return tuple(words[-1].literal for words in found if words[-1].literal is not None)

    def admits(self, variables: Variables, changes: Changes = _NO_CHANGES) -> bool | None:
        """Whether the script goes on to its work; None if that is not known."""
        if not self.asks_for_paths:
            return self.admitted(_Run(variables, Repository(changes, None, at_base=False)))
        branch = variables("BITBUCKET_BRANCH")
        found = {self.admitted(_Run(variables, repository)) for repository in worlds(changes, branch)}
        return found.pop() if len(found) == 1 else None

    def admitted(self, run: "_Run") -> bool | None:
        """The same, if nothing but what the run knows has to be known."""
        for statement in self.statements:
            result = run.of(statement)
            if result is End.UNKNOWN:
                return None
            if result is End.EXIT:
                return False
            if result is End.WORK or (result is False and statement.kind != "list"):
                return True  # it works, or fails: `set -e` ends a script at a test that fails by itself
        return True


OPEN = Guard((), frozenset())
"""The head of a script that asks nothing."""


def read(script: Sequence[object]) -> Guard:
    """The guard of a script's items; what is no text is a pipe, and work."""
    texts: list[str] = []
    for item in script:
        if not isinstance(item, str):
            break
        texts.append(item)
    while texts and "exit" not in texts[-1]:
        texts.pop()
    return _read(tuple(texts)) if texts else OPEN


@lru_cache(maxsize=1024)
def _read(texts: tuple[str, ...]) -> Guard:
    found: list[Node] = []
    for text in texts:
        for statement in parse(text).root.parts:
            found.append(statement)
            if _is_work(statement):
                return _guard(found)
    return _guard(found)


def fails(script: Sequence[object]) -> str:
    """The command with which a script fails before it does anything, whatever the event; empty if it does not."""
    for item in script:
        for statement in parse(item).root.parts if isinstance(item, str) else ():
            body = statement.parts[0] if statement.kind == "redirected_statement" else statement
            words = command_words(body) if body.kind == "command" else ()
            name, *rest = (word.literal for word in words[:2]) if words else ("",)
            if name == "false" or (name == "exit" and rest not in ([], ["0"])):
                return name
            if name not in _QUIET and statement.kind not in _ASSIGNING:
                return ""
        if not isinstance(item, str):
            return ""
    return ""


def _guard(statements: list[Node]) -> Guard:
    while statements and not _ends_well(statements[-1]):
        statements.pop()  # behind the last that may end the step well, nothing decides whether it works
    asked = {name for statement in statements for name in names(statement)}
    return Guard(tuple(statements), frozenset(asked)) if statements else OPEN


def _ends_well(statement: Node) -> bool:
    """Whether a statement may end the step, and well: an `exit 1` fails it, as any other command may."""
    commands = (command_words(node) for node in statement.below() if node.kind == "command")
    return any(
        words[0].text == "exit" and (len(words) == 1 or words[1].literal in {"0", None}) for words in commands if words
    )


def _is_work(statement: Node) -> bool:
    """Whether a statement is a plain command that does something."""
    if statement.kind != "command":
        return False
    words = command_words(statement)
    return not words or (words[0].text not in {*_QUIET, "test", "exit"} and not _is_git(statement, "fetch"))


def _is_git(node: Node, asked: str) -> bool:
    words = command_words(node) if node.kind == "command" else ()
    return [word.text for word in words[:2]] == ["git", asked]


class _Run:
    """Follows statements; `own` are the variables that they have set themselves, None for what is not known."""

    def __init__(self, variables: Variables, repository: Repository) -> None:
        self.variables, self.repository = variables, repository
        self.own: dict[str, str | None] = {}

    def get(self, name: str) -> str | None:
        if name.startswith("$("):
            commands = parse(name[2:-1]).root.parts
            return self.repository.output(self.values(commands[0])) if len(commands) == 1 else None
        return self.own[name] if name in self.own else self.variables(name)

    def values(self, command: Node) -> list[str | None]:
        """The words of a command; none of a statement that is more than one."""
        words = command.children if command.kind == "command" else ()
        return [value(word, self.get) for word in words if word.start < word.end]

    def all(self, statements: Iterable[Node]) -> Result:
        result: Result = True
        for statement in statements:
            result = self.of(statement)
            if isinstance(result, End):
                return result
        return result

    def of(self, node: Node) -> Result:
        """How a statement ends."""
        match node.kind:
            case "list":
                return self.list(node)
            case "test_command" | "negated_command" | "pipeline":
                return self.test(node)
            case "command":
                return self.command(node)
            case "if_statement":
                return self.choice(node)
            case "case_statement":
                return self.case(node)
            case "compound_statement":
                return self.all(node.parts)
            case "variable_assignment" | "declaration_command":
                self.assign(node)
                return True
        return End.WORK

    def assign(self, node: Node) -> None:
        for part in (node, *node.parts):
            name, text = part.child("name"), part.child("value")
            if part.kind == "variable_assignment" and name:
                self.own[name.text] = "" if text is None else value(text, self.get)

    def list(self, node: Node) -> Result:
        result: Result = True
        sign = ""
        for child in node.children:
            if child.kind in {"&&", "||"}:
                sign = child.kind
            elif child.named and child.kind != "comment" and not (sign and result == (sign == "||")):
                result = self.of(child)
                if isinstance(result, End):
                    return result
        return result

    def test(self, node: Node) -> Result:
        if node.kind == "negated_command":
            inner = self.of(node.parts[0])
            return inner if isinstance(inner, End) else not inner
        found = self.grep(node) if node.kind == "pipeline" else bash_tests.holds(node, self.get)
        return self.unknown(node) if found is None else found

    def unknown(self, node: Node) -> End:
        """A test that asks for the event is a guard that is not understood; any other is the job's own work."""
        if any(_is_git(part, "diff") for part in node.below()):
            return End.UNKNOWN
        return End.UNKNOWN if EVENT & {*names(node)} or self.own.keys() & names(node) else End.WORK

    def grep(self, node: Node) -> bool | None:
        r"""`printf '%s\n' "$X" | grep -Eq 'expression'` in its usual spellings, and `git diff … | grep …`."""
        if len(node.parts) != 2:  # noqa: PLR2004 - the one that says, and the one that looks
            return None
        said, looked = map(self.values, node.parts)
        if None in said or None in looked or not said or looked[:1] != ["grep"]:
            return None
        text = self.repository.output(said) if said[0] == "git" else said[-1]
        if text is None or said[0] not in {"echo", "printf", "git"}:
            return None
        *options, expression = looked[1:]
        flags = "".join(sorted({letter for option in options for letter in (option or "").strip("-")}))
        if flags == "Eqx":
            expression = f"^({expression})$"
        elif flags != "Eq":
            return None
        lines = text.split("\n") if text or said[0] != "git" else ()
        found = {found_in(expression or "", line, words=True) for line in lines}
        return True if True in found else None if None in found else False

    def command(self, node: Node) -> Result:
        words = command_words(node)
        name = words[0].text if words else ""
        if name == "exit":
            return End.EXIT if len(words) == 1 or words[1].literal == "0" else End.WORK
        if name in {"test", "["}:
            found = bash_tests.read(bash_tests.words_of(node), self.get)
            return self.unknown(node) if found is None else found
        if _is_git(node, "fetch"):
            fetched = self.repository.fetch(self.values(node)[2:], [word.text for word in words[2:]])
            return True if fetched else End.WORK
        if name in {"false", "true", ":"}:
            return name != "false"
        return True if name in _QUIET else End.WORK

    def choice(self, node: Node) -> Result:
        """`if … then … elif … else … fi`."""
        branches: list[tuple[list[Node], list[Node]]] = [([], [])]
        for child in node.parts:
            if child.kind in {"elif_clause", "else_clause"}:
                inner = child.parts
                branches.append((list(inner[:1]), list(inner[1:])) if child.kind == "elif_clause" else ([], [*inner]))
            else:
                branches[0][child.field != "condition"].append(child)
        for conditions, body in branches:
            result = self.all(conditions)
            if isinstance(result, End):
                return result
            if result:
                return self.all(body)
        return True

    def case(self, node: Node) -> Result:
        asked = node.child("value")
        said = value(asked, self.get) if asked else None
        if said is None:
            return self.unknown(node)
        for item in node.having("case_item"):
            found = list(self.patterns(item))
            if None in found:
                return self.unknown(node)
            if any(one is not None and one.fullmatch(said) for one in found):
                return self.all(part for part in item.parts if part.field not in {"value", "termination"})
        return True

    def patterns(self, item: Node) -> Iterator[re.Pattern[str] | None]:
        for part in item.parts:
            if part.field == "value":
                parts = pieces(part, self.get)
                yield None if parts is None else pattern(parts)
