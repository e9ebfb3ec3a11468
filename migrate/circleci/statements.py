"""Logic statements, the conditions of `when` and `unless`, become Conditions (reference circleci.md, section 2.4).

Their truth is not that of expressions: false, null, 0, NaN, "" and an empty list are false, "false" is true. What is
compared is a scalar's value with its YAML type, and null is as good as "", which is what a tag's name is on a branch.
"""

from dataclasses import dataclass

from migrate.circleci import patterns
from migrate.circleci.conditions import FALSE, TRUE, Condition, Constant, Subject, Test, all_of, any_of, negate
from migrate.circleci.facts import Facts
from migrate.circleci.statement_values import (
    Operand,
    Operands,
    StatementError,
    StatementFailure,
    Text,
    as_text,
    operands,
    truth,
)
from migrate.yamlio.nodes import Mapping, Node, Scalar, Sequence

DEEPEST = 100
"""How deep statements may nest; documented (section 2.4)."""
_WORD = "value"
OPERATORS = ("and", "equal", "matches", "not", "or")


def logic_condition(node: Node, facts: Facts, *, written: bool = False) -> Condition | StatementError:
    """Where a rendered statement holds: TRUE or FALSE if it asks for nothing that `facts` leave open.

    In a mapping of an orb `matches` asks how an argument is `written`, to choose what is written for it: there a value
    that only the run knows is a word, as `$TAG` is one.
    A StatementError is `invalid` where the platform refuses the statement (an unknown operator, several keys, an
    empty list, a bad pattern or expression, deeper than DEEPEST); else it is one that no Condition can say.
    """
    try:
        return _Reader(facts, written).condition(node, 1)
    except StatementFailure as failure:
        return failure.error


@dataclass(frozen=True, slots=True)
class _Reader:
    facts: Facts
    written: bool

    def condition(self, node: Node, depth: int) -> Condition:
        if depth > DEEPEST:
            raise StatementFailure(node.span, f"a condition nests at most {DEEPEST} statements, and this one more")
        if isinstance(node, Mapping):
            return self._statement(node, depth)
        if isinstance(node, Sequence):
            return Constant(bool(node.items))
        return any_of(*(all_of(when, truth(value)) for when, value in operands(node, self.facts)))

    def _statement(self, node: Mapping, depth: int) -> Condition:
        if len(node.entries) != 1:
            said = f"a condition has one key, and this one has {len(node.entries)} ({', '.join(node.keys) or 'none'})"
            raise StatementFailure(node.span, f"{said}; join them with 'and' or 'or'")
        entry = node.entries[0]
        word, value = entry.key.text, entry.value
        if word not in OPERATORS:
            said = f"'{word}' is no condition; there are {', '.join(OPERATORS)}"
            raise StatementFailure(entry.key.span, said)
        if word == "not":
            return negate(self.condition(value, depth + 1))
        if word == "matches":
            return self._matches(value)
        if isinstance(value, Scalar) and value.kind == "null":
            return FALSE
        if not isinstance(value, Sequence) or not value.items:
            said = f"'{word}' wants a list of at least one value, and this is {_described(value)}"
            raise StatementFailure(value.span, said)
        if word == "equal":
            return self._equal(value)
        join = all_of if word == "and" else any_of
        return join(*(self.condition(item, depth + 1) for item in value.items))

    def _equal(self, node: Sequence) -> Condition:
        """All are equal if each equals one of them, and one that is known leaves least to ask."""
        found = [operands(item, self.facts) for item in node.items]
        index = next((i for i, cases in enumerate(found) if not _open(cases)), 0)
        base, others = found[index], [*zip(found, node.items, strict=True)]
        return all_of(*(_equal_cases(base, cases, item) for cases, item in others[:index] + others[index + 1 :]))

    def _matches(self, node: Node) -> Condition:
        if not isinstance(node, Mapping) or sorted(node.keys) != ["pattern", "value"]:
            raise StatementFailure(node.span, f"'matches' wants the keys 'pattern' and 'value', not {_described(node)}")
        given = {entry.key.text: entry.value for entry in node.entries}
        pattern = given["pattern"]
        if not isinstance(pattern, Scalar) or pattern.kind == "null":
            raise StatementFailure(pattern.span, f"'pattern' wants a string, and this is {_described(pattern)}")
        if pattern.symbols:
            said = "this pattern is not known before the run; write it out"
            raise StatementFailure(pattern.span, said, invalid=False)
        if wrong := patterns.complaint(pattern.text):
            raise StatementFailure(pattern.span, f"'{pattern.text}' is no regular expression: {wrong}")
        if self.written and isinstance(value := given["value"], Scalar):
            return Constant(patterns.matches(pattern.text, _as_written(value)))
        cases = operands(given["value"], self.facts)
        return any_of(*(all_of(when, _matched(value, pattern.text, given["value"])) for when, value in cases))


def _as_written(node: Scalar) -> str:
    """The text, with a word for each value that only the run knows."""
    ends = [0, *(end for symbol in node.symbols for end in (symbol.start, symbol.end)), len(node.text)]
    return _WORD.join(node.text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))


def _described(node: Node) -> str:
    return "an empty list" if isinstance(node, Sequence) and not node.items else node.described


def _open(cases: Operands) -> bool:
    return any(isinstance(value, Subject | Text) for _, value in cases)


def _equal_cases(base: Operands, cases: Operands, node: Node) -> Condition:
    pairs = [(all_of(when, also), left, right) for when, left in base for also, right in cases]
    return any_of(*(all_of(when, _same(left, right, node)) for when, left, right in pairs if when != FALSE))


def _matched(value: Operand, pattern: str, node: Node) -> Condition:
    if isinstance(value, Mapping | Sequence):
        raise StatementFailure(node.span, f"'value' wants a string, and this is {node.described}")
    if isinstance(value, Text):
        said = "only a part of this value is known before the run; compare the pipeline value alone"
        raise StatementFailure(node.span, said, invalid=False)
    if isinstance(value, Subject):
        unset = _unset(value) if patterns.matches(pattern, "") else FALSE
        return any_of(Test(value.name, "matches", patterns.bare(pattern)), unset)
    return Constant(patterns.matches(pattern, as_text(value)))


def _unset(subject: Subject) -> Condition:
    return negate(Test(subject.name, "defined"))


def _empty(subject: Subject) -> Condition:
    return any_of(Test(subject.name, "==", ""), _unset(subject))


def _same(left: Operand, right: Operand, node: Node) -> Condition:
    """Where two operands are equal; `node` is one of them, for messages."""
    if isinstance(right, Subject | Text) and not isinstance(left, Subject | Text):
        left, right = right, left
    if isinstance(left, Subject) and isinstance(right, Subject):
        if left == right:
            return TRUE
        return any_of(Test(left.name, "==", right), all_of(_empty(left), _empty(right)))
    if isinstance(left, Text) or isinstance(right, Text):
        return _same_text(left, right, node)
    if isinstance(left, Subject):
        if right is None or right == "":
            return _empty(left)
        return Test(left.name, "==", right) if isinstance(right, str | int | float) else FALSE
    left, right = "" if left is None else left, "" if right is None else right
    return Constant(type(left) is type(right) and left == right)


def _same_text(left: Operand, right: Operand, node: Node) -> Condition:
    """Where a text with an unknown piece is equal to a known one: where the piece is what is missing from it."""
    if left == right:
        return TRUE
    if not isinstance(right, str | Text | Subject):
        return FALSE
    if isinstance(left, Text) and isinstance(right, str) and len(left.subjects) == 1:
        before, after = left.around
        if len(right) < len(before + after) or not (right.startswith(before) and right.endswith(after)):
            return FALSE
        return _written(left.subjects[0], right[len(before) : len(right) - len(after)])
    said = "this equality is between texts of which only parts are known before the run; compare pipeline values alone"
    raise StatementFailure(node.span, said, invalid=False)


def _written(subject: Subject, text: str) -> Condition:
    """Where a value is this text once it is written into another: a string, or what is written so."""
    found: list[Condition] = [Test(subject.name, "==", text)]
    if text in {"true", "false"}:
        found.append(Test(subject.name, "==", text == "true"))
    if text.isascii() and text.isdigit() and as_text(int(text)) == text:
        found.append(Test(subject.name, "==", int(text)))
    if not text:
        found.append(_unset(subject))
    return any_of(*found)
