"""Text becomes the positioned tree: the only module that knows PyYAML.

CircleCI reads YAML 1.1 with SnakeYAML (reference circleci.md, section 0). PyYAML tells the events, what a scalar is
says `scalars`, and `build` puts the tree together: PyYAML's own composer recurses, and takes no anchor twice.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml

from migrate.diagnostics import TOO_LARGE, Fate, Notes, Span, declare
from migrate.yamlio.build import NOT_YAML, Builder, BuildError
from migrate.yamlio.extents import Extent, Measure
from migrate.yamlio.nodes import Node, Scalar
from migrate.yamlio.problems import problem
from migrate.yamlio.scalars import KINDS, kind_of, wanted

YAML_TAG = declare(
    "yaml-tag",
    Fate.ERROR,
    "A YAML tag makes something that no config has",
    """CircleCI reads text, numbers, booleans, null, dates, lists and mappings, and refuses tags that make something
    else, such as '!!binary' and '!mine'.

    Nothing is written.

    Write the value itself, without the tag.""",
    "https://circleci.com/docs/introduction-to-yaml-configurations/",
    "https://yaml.org/spec/1.1/#id858600",
)
MORE_DOCUMENTS = declare(
    "more-documents",
    Fate.DROPPED,
    "The file has several YAML documents",
    """A config is one document.

    What stands behind the second '---' was not read.

    Put it into a file of its own, or delete it.""",
    "https://circleci.com/docs/configuration-reference/",
    "https://support.atlassian.com/bitbucket-cloud/docs/bitbucket-pipelines-configuration-reference/",
)

LARGEST = 3 * 1024 * 1024
"""Characters of a text: the limit that SnakeYAML has if nobody sets another (LoaderOptions.codePointLimit)."""

_MOST_MARKS = 1000
"""Places of `<<` in one scalar; one with more of them is no script."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_RESOLVER: Any = yaml.resolver.Resolver()
_TAG = "tag:yaml.org,2002:"
# Spelt as what is forbidden: to compile the class of what is allowed takes ten times as long, at each start.
_FORBIDDEN = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
_BREAK = re.compile("\\r\\n|[\\n\\r\\x85\\u2028\\u2029]")


def read(text: str, file: str, notes: Notes) -> Node | None:
    """Read the first document of `text`; `file` is the name that messages show.

    Gives None, and a note that refuses the file, if the text is no YAML. An empty document is a null scalar.
    """
    return _Reading(text.removeprefix("\ufeff"), file, notes).read()


def plain(text: str) -> object:
    """The document of a text that `read` takes, as plain values without places: what aliases name is one object."""
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - both loaders are safe ones


def lines(text: str) -> list[str]:
    """The lines of a text, as places count them."""
    return _BREAK.split(text.removeprefix("\ufeff"))


def extents(text: str) -> tuple[Extent, ...]:
    """From where to where each key and each list item of a text stands that `read` takes, in the order of the file."""
    measure = Measure(lines(text))
    loader = _LOADER(text.removeprefix("\ufeff"))
    while not isinstance(event := loader.get_event(), yaml.DocumentEndEvent):
        start, end, kind = event.start_mark, event.end_mark, type(event)
        if kind is yaml.ScalarEvent:
            below = end.column == 0 and end.line > start.line  # a block ends where the next line begins
            measure.scalar(start.line, start.column, end.line - below, event.anchor)
        elif kind in {yaml.MappingStartEvent, yaml.SequenceStartEvent}:
            measure.begin(start.line, start.column, event.anchor, listed=kind is yaml.SequenceStartEvent)
        elif kind in {yaml.MappingEndEvent, yaml.SequenceEndEvent}:
            measure.end(end.line, flow=end.index > start.index)
        elif kind is yaml.AliasEvent:
            measure.alias(start.line, start.column, event.anchor)
    loader.dispose()
    return tuple(sorted(measure.found))


def is_string(text: str) -> bool:
    """Whether YAML 1.1 reads the plain scalar `text` as a string, by PyYAML's rules and by SnakeYAML's."""
    return kind_of(text) == "str" and bool(_RESOLVER.resolve(yaml.ScalarNode, text, (True, False)) == f"{_TAG}str")


def _openings(text: str) -> Iterator[int]:
    at = text.find("<<")
    while at >= 0:
        yield at
        at = text.find("<<", at + 1)


@dataclass(slots=True, eq=False)
class _Reading:
    text: str
    file: str
    notes: Notes
    starts: list[int] = field(default_factory=list)
    """Where lines begin, counted when somebody asks."""

    def read(self) -> Node | None:
        if len(self.text) > LARGEST:
            said = f"the file has {len(self.text):,} characters, and the limit is {LARGEST:,}"
            self.notes.refuse(TOO_LARGE, (Span(self.file, 1, 1),), self.file, said)
            return None
        if found := _FORBIDDEN.search(self.text):
            said = f"the file is not YAML: the character U+{ord(found[0]):04X} may not stand in it; delete it"
            self.notes.refuse(NOT_YAML, (self.place(found.start()),), self.file, said)
            return None
        loader = _LOADER(self.text)
        try:
            return self.document(loader)
        except BuildError:
            return None
        except yaml.YAMLError as error:
            said, line, column = problem(error, self.text)
            self.notes.refuse(NOT_YAML, (Span(self.file, line, column),), self.file, f"the file is not YAML: {said}")
            return None
        finally:
            loader.dispose()

    def document(self, loader: Any) -> Node:  # noqa: ANN401 - PyYAML's two loaders have no common type
        """The first document; what comes after it is only looked at, to say that it is there."""
        builder = Builder(self.file, self.notes)
        take: dict[type[yaml.Event], Callable[[Any, Builder], None]] = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: self.begin,
            yaml.SequenceStartEvent: self.begin,
            yaml.MappingEndEvent: lambda _, builder: builder.end(),
            yaml.SequenceEndEvent: lambda _, builder: builder.end(),
            yaml.AliasEvent: lambda event, builder: builder.alias(event.anchor, self.span(event)),
            yaml.StreamStartEvent: lambda _, __: None,
            yaml.DocumentStartEvent: lambda _, __: None,
        }
        while (kind := type(event := loader.get_event())) in take:
            take[kind](event, builder)
        if kind is yaml.DocumentEndEvent and isinstance(event := loader.get_event(), yaml.DocumentStartEvent):
            first = loader.get_event()
            if not isinstance(first, yaml.ScalarEvent) or first.value:
                said = "a second YAML document begins here; only the first was converted"
                self.notes.add(MORE_DOCUMENTS, (self.span(event),), self.file, said)
        return builder.root or Scalar("", "null", Span(self.file, 1, 1))

    def begin(self, event: Any, builder: Builder) -> None:  # noqa: ANN401 - either start event
        listed = isinstance(event, yaml.SequenceStartEvent)
        if event.tag not in {None, "!", f"{_TAG}seq" if listed else f"{_TAG}map"}:
            self.refuse_tag(event, "a list" if listed else "a mapping")
        builder.begin(self.span(event), event.anchor, listed=listed)

    def scalar(self, event: Any, builder: Builder) -> None:  # noqa: ANN401 - yaml.ScalarEvent, with its marks
        text, plain = event.value, event.implicit[0]
        kind = kind_of(text) if plain else "str"
        merges = plain and text == "<<"
        if not plain and event.tag not in {None, "!"}:
            merges = text == "<<" and event.tag == f"{_TAG}merge"
            kind = "str" if merges else self.tagged(event)
        marks = self.marks(event) if "<<" in text else ()
        builder.scalar(Scalar(text, kind, self.span(event), (), marks), event.anchor, merges=merges)

    def tagged(self, event: yaml.ScalarEvent) -> str:
        """The type that a tag gives to a scalar."""
        kind = event.tag.removeprefix(_TAG) if event.tag else ""
        if kind in KINDS and wanted(kind, event.value):
            return kind
        self.refuse_tag(event, f"'{event.value}'" if kind in KINDS else "this value")
        return "str"

    def refuse_tag(self, event: Any, what: str) -> None:  # noqa: ANN401 - three events with a tag, no common type
        shown = f"!!{event.tag.removeprefix(_TAG)}" if event.tag.startswith(_TAG) else event.tag
        self.notes.refuse(
            YAML_TAG, (self.span(event),), self.file, f"the tag {shown} does not fit {what}; leave it out"
        )

    def marks(self, event: Any) -> tuple[Span, ...]:  # noqa: ANN401 - see scalar
        """The place of each `<<` of a scalar; none if they cannot be told, such as those in escapes."""
        start, end = event.start_mark.index, event.end_mark.index
        raw = self.text[start:end]
        if raw.count("<") == event.value.count("<") == 2:  # noqa: PLR2004 - one pair, which is what nearly all have
            return (self.place(start + raw.index("<<")),)
        found = list(islice(_openings(raw), _MOST_MARKS + 1))
        if len(found) > _MOST_MARKS or len(found) != sum(1 for _ in _openings(event.value)):
            return ()
        return tuple(self.place(start + each) for each in found)

    def span(self, event: Any) -> Span:  # noqa: ANN401 - any event
        mark = event.start_mark
        return Span(self.file, mark.line + 1, mark.column + 1)

    def place(self, index: int) -> Span:
        """The place of a character."""
        if not self.starts:
            self.starts = [0, *(found.end() for found in _BREAK.finditer(self.text))]
        line = bisect_right(self.starts, index)
        return Span(self.file, line, index - self.starts[line - 1] + 1)
