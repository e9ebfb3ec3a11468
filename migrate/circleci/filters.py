"""Branch and tag filters: which names a job admits (reference circleci.md, section 3.1)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from migrate.circleci.conditions import FALSE, TRUE, Condition, Test, all_of, any_of, negate, spelled
from migrate.circleci.facts import Facts
from migrate.diagnostics import Fate, Span, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Node, Scalar

BAD_PATTERN = declare(
    "bad-pattern",
    Fate.ERROR,
    "A filter's regular expression cannot be read",
    """A name between slashes is a regular expression that must match the whole branch or tag name.

    CircleCI refuses such a config, so nothing is written.

    Mend the pattern at the place that the message names, and convert again.""",
    "https://circleci.com/docs/configuration-reference/#filters",
)
BAD_EXPRESSION = declare(
    "bad-expression",
    Fate.ERROR,
    "An expression cannot be read",
    """The text is no expression of CircleCI's, or compares what cannot be compared.

    CircleCI refuses such a config, so nothing is written.

    Expressions compare pipeline values: pipeline.git.branch == "main" and not pipeline.parameters.fast""",
    "https://circleci.com/docs/configuration-reference/#filters",
)
NO_NAME = declare(
    "filter-matches-nothing",
    Fate.DROPPED,
    "A filter has a name that no branch and no tag can have",
    """CircleCI compares a name as it stands; only what stands between slashes is a pattern.

    Git allows no such name, so that the filter is of no effect, in CircleCI either.

    If it was meant as a pattern, write it between slashes, and convert again.""",
    "https://circleci.com/docs/configuration-reference/#filters",
    "https://git-scm.com/docs/git-check-ref-format",
)
_PATTERN_SIGNS = re.compile(r"\.[*+?]|[\[\]()|^$\\]")
"""What shows that a name was meant as a regular expression, and not as a glob."""

BRANCH, TAG = "pipeline.git.branch", "pipeline.git.tag"
"""What was pushed, one of the two; the other one is null."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """An exact name, or a regular expression that matches whole names if `is_regex`."""

    text: str
    is_regex: bool = False
    span: Span | None = field(default=None, compare=False)

    @property
    def can_match(self) -> bool:
        """Whether the pattern is a name that git allows: one with a star is no glob here, and matches nothing."""
        return not self.is_regex and not any(ch in self.text for ch in "*?[\\^~: ")

    @property
    def matches_all(self) -> bool:
        """Whether the pattern is a regular expression that everything matches."""
        return self.is_regex and self.text in {".*", "^.*$", "^.*", ".*$"}

    def condition(self, subject: str) -> Condition:
        """Where the pattern admits the name that `subject` is."""
        if self.matches_all:
            return Test(subject, "defined")
        return Test(subject, "matches" if self.is_regex else "==", self.text)

    def matches(self, name: str) -> bool:
        """Whether the pattern admits `name`."""
        from migrate.circleci import patterns  # loaded where a filter has a regular expression

        return patterns.matches(self.text, name) if self.is_regex else self.text == name


class NameFilter(NamedTuple):
    """`only` and `ignore`: a name passes if `only` is absent or admits it, and `ignore` does not."""

    only: tuple[Pattern, ...] | None = None
    ignore: tuple[Pattern, ...] = ()

    def admits(self, name: str) -> bool:
        """Whether a job with this filter runs for `name`."""
        wanted = self.only is None or any(p.matches(name) for p in self.only)
        return wanted and not any(p.matches(name) for p in self.ignore)

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        """All patterns that the filter names."""
        return (self.only or ()) + self.ignore

    def condition(self, subject: str) -> Condition:
        """Where the filter admits the name that `subject` is; it is null where something else was pushed."""
        defined = Test(subject, "defined")
        wanted = defined if self.only is None else any_of(*(pattern.condition(subject) for pattern in self.only))
        return all_of(wanted, *(negate(pattern.condition(subject)) for pattern in self.ignore))


class Filters(NamedTuple):
    """A job's filters; `tags` None means that it never runs for a tag.

    Where a filter is an expression, `condition` says where it holds, for branches and tags alike.
    """

    branches: NameFilter = NameFilter()
    tags: NameFilter | None = None
    condition: Condition = TRUE

    @property
    def admitted(self) -> Condition:
        """Where a pipeline runs the job, as far as its own filters go: for branches, for tags, and by its condition."""
        tags = FALSE if self.tags is None else self.tags.condition(TAG)
        return all_of(any_of(self.branches.condition(BRANCH), tags), self.condition)


def read(node: Node | None, claims: Claims, trail: Trail, where: Callable[[Scalar], Condition]) -> Filters:
    """Read `filters:`; a pattern that is no regular expression is refused.

    `where` says where a filter holds that is an expression.
    """
    if isinstance(node, Scalar) and node.kind != "null":
        return Filters(NameFilter(), NameFilter(), where(node))
    tags = claims.take(node, "tags")
    return Filters(
        _name_filter(claims.take(node, "branches"), "branch", claims, trail),
        None if tags is None else _name_filter(tags, "tag", claims, trail),
    )


def read_expression(node: Scalar, facts: Facts, claims: Claims, trail: Trail) -> Condition:
    """Where an expression holds; one that cannot be read is refused, and counts as never."""
    from migrate.circleci import expressions  # the expression language: few filters need it
    from migrate.circleci.expression_parser import parse
    from migrate.circleci.expression_tokens import ExpressionError

    parsed = parse(node.text)
    found = parsed if isinstance(parsed, ExpressionError) else expressions.condition(parsed, facts)
    if isinstance(found, ExpressionError):
        claims.notes.refuse(BAD_EXPRESSION, (*trail, node.span), node.text, f"{node.text}: {found}")
        return FALSE
    return found


def read_branches(node: Node | None, claims: Claims, trail: Trail) -> Filters:
    """Read the `branches:` of a job of 2.0, which counts where there are no workflows."""
    return Filters(_name_filter(node, "branch", claims, trail))


def _name_filter(node: Node | None, what: str, claims: Claims, trail: Trail) -> NameFilter:
    only = claims.take(node, "only")
    found = NameFilter(
        None if only is None else _patterns(only, claims, trail),
        _patterns(claims.take(node, "ignore"), claims, trail),
    )
    for pattern in found.only or ():
        _check_name(pattern, f"admits no {what}", claims, trail)
    for pattern in found.ignore:
        _check_name(pattern, f"keeps out no {what}", claims, trail)
    return found


def _check_name(pattern: Pattern, does: str, claims: Claims, trail: Trail) -> None:
    """Say of a name that there cannot be that it does nothing; said at its own place, however many jobs have it."""
    if pattern.is_regex or pattern.can_match:
        return
    meant = _meant(pattern.text)
    instead = f"; for a pattern, write {meant}" if meant else ""
    said = f"the filter '{pattern.text}' {does}: it is a name as it stands, and git allows no such name{instead}"
    claims.notes.add(NO_NAME, (pattern.span,) if pattern.span else trail, "filters", said)


def _meant(text: str) -> str:
    """The regular expression, between slashes, as which a name was probably meant: a glob, or one without them."""
    from migrate.circleci import patterns

    readings = [patterns.bare(text)] if _PATTERN_SIGNS.search(text) else []
    if "*" in text or "?" in text:
        readings.append(re.sub(r"\*+", ".*", re.sub(r"[.+{}]", r"\\\g<0>", text).replace("?", ".")))
    return next((spelled(one, pattern=True) for one in readings if not patterns.complaint(one)), "")


def _patterns(node: Node | None, claims: Claims, trail: Trail) -> tuple[Pattern, ...]:
    found = []
    for item in claims.items(node):
        text = claims.text(item, "filter", trail)
        if len(text) > 1 and text.startswith("/") and text.endswith("/"):
            pattern = Pattern(text[1:-1].replace("\\/", "/"), is_regex=True, span=item.span)
            from migrate.circleci import patterns

            wrong = patterns.complaint(pattern.text)
            if wrong:
                said = f"the filter {text} is no regular expression that CircleCI takes: {wrong}"
                claims.notes.refuse(BAD_PATTERN, (*trail, item.span), text, said)
                continue
            found.append(pattern)
        else:
            found.append(Pattern(text, span=item.span))
    return tuple(found)
