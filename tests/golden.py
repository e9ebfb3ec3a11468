"""Goldens: what is expected stands in files, is compared byte for byte, and is rewritten only when asked.

A *spec file* `fixtures/spec/<area>/<construct>.md` is prose, then behaviours. A behaviour is a `## heading` and
fenced blocks: ```` ```yaml circleci ````, perhaps ```` ```yaml choices ````, ```` ```yaml bitbucket ```` (without the
header line that every output has) and ```` ```text report ````, one line a note: `LINE fate code: detail`. A *case*
`fixtures/cases/<topic>/<case>/` is a folder with `config.yml`, perhaps `circle2bb.yml`, and what comes of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from migrate import Outcome, Source, convert
from migrate.diagnostics import Note

FIXTURES = Path(__file__).parent / "fixtures"
SPECS = FIXTURES / "spec"
CASES = FIXTURES / "cases"

CONFIG = "config.yml"
CHOICES = "circle2bb.yml"
NOTHING = "# nothing is written\n"
"""What stands for the pipelines of a config that was refused."""

_INPUTS = ("yaml circleci", "yaml choices")
_FILE = "yaml file "
"""What stands before the path of another file of the repository."""
_OUTPUTS = ("yaml bitbucket", "text report")
_DOCUMENTED = ("https://circleci.com/docs/", "https://support.atlassian.com/bitbucket-cloud/docs/")
_FENCE = re.compile(r"^```(?P<info>[^\n`]+)\n(?P<body>.*?)^```$\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Config:
    """A config to convert: where it stands, its text, and the text of its choices."""

    id: str
    text: str
    choices: str = ""
    files: tuple[tuple[str, str], ...] = ()

    def convert(self) -> Outcome:
        """What the converter makes of it."""
        choices = Source(CHOICES, self.choices) if self.choices else None
        texts = dict(self.files)
        return convert(
            Source(CONFIG, self.text),
            choices,
            files=lambda name: (name, texts[name]) if name in texts else None,
            has_file=texts.__contains__,
        )


@dataclass(frozen=True, slots=True)
class Behaviour:
    """A heading of a spec file with its blocks, by what stands behind their three backticks."""

    path: Path
    title: str
    blocks: tuple[tuple[str, str], ...]

    @property
    def id(self) -> str:
        """The name of its test."""
        return f"{self.path.parent.name}/{self.path.stem}: {self.title}"

    @property
    def config(self) -> Config:
        """The config and the choices."""
        blocks = dict(self.blocks)
        files = tuple((info.removeprefix(_FILE), body) for info, body in self.blocks if info.startswith(_FILE))
        return Config(self.id, blocks.get("yaml circleci", ""), blocks.get("yaml choices", ""), files)

    def expected(self) -> dict[str, str]:
        """The output blocks that stand in the file."""
        return {info: body for info, body in self.blocks if info in _OUTPUTS}

    def actual(self) -> dict[str, str]:
        """The output blocks as they come out now."""
        outcome = self.config.convert()
        return {"yaml bitbucket": pipelines(outcome), "text report": report(outcome)}


@dataclass(frozen=True, slots=True)
class Case:
    """A folder with a config, perhaps its choices, and the files that come of them."""

    folder: Path

    @property
    def id(self) -> str:
        """The name of its test."""
        return self.folder.relative_to(CASES).as_posix()

    @property
    def config(self) -> Config:
        """The config and the choices."""
        choices = self.folder / CHOICES
        text = choices.read_text(encoding="utf-8") if choices.is_file() else ""
        return Config(self.id, (self.folder / CONFIG).read_text(encoding="utf-8"), text)

    def expected(self) -> dict[str, str]:
        """The golden files that stand in the folder."""
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file())
        names = {path.relative_to(self.folder).as_posix(): path for path in files}
        return {n: p.read_text(encoding="utf-8") for n, p in names.items() if n not in {CONFIG, CHOICES}}

    def actual(self) -> dict[str, str]:
        """The golden files as they come out now."""
        outcome = self.config.convert()
        files = {"bitbucket-pipelines.yml": outcome.text or NOTHING, "notes.txt": report(outcome)}
        return files | {f"scaffold/{file.path}": file.content for file in outcome.scaffold}


def pipelines(outcome: Outcome) -> str:
    """The written text without its header, which is the same in every output."""
    if outcome.text is None:
        return NOTHING
    header, _, rest = outcome.text.partition("\n")
    assert header.startswith("# Converted from "), header
    return rest


def report(outcome: Outcome) -> str:
    """The notes, a line each, in the order of the config."""
    notes = sorted(outcome.notes, key=lambda note: (note.span.file, note.span.line))
    return "".join(f"{_line(note)} {note.code.fate} {note.code.id}: {note.detail}\n" for note in notes)


def _line(note: Note) -> str:
    return str(note.span.line) if note.span.file == CONFIG else f"{note.span.file}:{note.span.line}"


def behaviours(root: Path = SPECS) -> Iterator[Behaviour]:
    """Every behaviour of every spec file, found by walking the folder."""
    for path in sorted(root.rglob("*.md")):
        yield from parse(path, path.read_text(encoding="utf-8"))


def parse(path: Path, text: str) -> Iterator[Behaviour]:
    """The behaviours of one spec file."""
    for section in _sections(text)[1:]:
        title = section.partition("\n")[0].removeprefix("## ").strip()
        yield Behaviour(path, title, tuple((m["info"], m["body"]) for m in _FENCE.finditer(section)))


def cases(root: Path = CASES) -> Iterator[Case]:
    """Every case: the folders two levels down, whether they hold a config or not."""
    yield from (Case(folder) for folder in sorted(root.glob("*/*")) if folder.is_dir())


def configs() -> Iterator[Config]:
    """Everything that the laws are held against: the configs of all spec files and cases."""
    yield from (behaviour.config for behaviour in behaviours())
    yield from (case.config for case in cases())


def complaints(path: Path, text: str) -> Iterator[str]:
    """What is wrong with a spec file, whatever its goldens say."""
    head, *sections = _sections(text)
    if _FENCE.search(head):
        yield "a block stands before the first heading"
    yield from (f"no link to {url}" for url in _DOCUMENTED if url not in head)
    if not sections:
        yield "there is no behaviour ('## heading')"
    titles = [behaviour.title for behaviour in parse(path, text)]
    yield from (f"two behaviours are called '{title}'" for title in {t for t in titles if titles.count(t) > 1})
    for behaviour in parse(path, text):
        infos = [info for info, _ in behaviour.blocks]
        files = [info for info in infos if info.startswith(_FILE)]
        wanted = [info for info in (*_INPUTS, *files, *_OUTPUTS) if info != "yaml choices" or info in infos]
        if infos != wanted:
            yield f"'{behaviour.title}' has the blocks {infos}; it needs {wanted}"
    if text.count("\n```") != 2 * sum(len(b.blocks) for b in parse(path, text)):
        yield "a fence is not closed, or a block has no name"


def rewrite(behaviour: Behaviour) -> None:
    """Write the output blocks of a behaviour as they come out now; the rest of the file stays."""
    text = behaviour.path.read_text(encoding="utf-8")
    sections = _sections(text)
    for index, section in enumerate(sections):
        if section.partition("\n")[0].removeprefix("## ").strip() == behaviour.title and index:
            sections[index] = _rewritten(section, behaviour)
    behaviour.path.write_text("".join(sections), encoding="utf-8")


def rewrite_case(case: Case) -> None:
    """Write the golden files of a case as they come out now; what is expected no more is removed."""
    actual = case.actual()
    for name in set(case.expected()) - set(actual):
        (case.folder / name).unlink()
    for name, text in actual.items():
        (case.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (case.folder / name).write_text(text, encoding="utf-8")


def _rewritten(section: str, behaviour: Behaviour) -> str:
    """The section without its output blocks, and the new ones behind its last input block."""
    kept = _FENCE.sub(lambda m: "" if m["info"] in _OUTPUTS else m[0], section)
    inputs = [m for m in _FENCE.finditer(kept) if m["info"].startswith((*_INPUTS, _FILE))]
    if not inputs:
        return section
    end = inputs[-1].end()
    made = "".join(f"\n```{info}\n{body}```\n" for info, body in behaviour.actual().items())
    rest = kept[end:].strip("\n")
    return kept[:end] + made + ("\n" + rest + "\n" if rest else "") + "\n"


def _sections(text: str) -> list[str]:
    """The text cut before each `## ` that stands outside a block."""
    fences = [(m.start(), m.end()) for m in _FENCE.finditer(text)]
    starts = [m.start() for m in re.finditer(r"^## ", text, re.MULTILINE)]
    cuts = [0, *(s for s in starts if not any(a < s < b for a, b in fences)), len(text)]
    return [text[a:b] for a, b in pairwise(cuts)]


def without(behaviour: Behaviour, info: str) -> Behaviour:
    """The behaviour as if its file had no such block."""
    return replace(behaviour, blocks=tuple(block for block in behaviour.blocks if block[0] != info))
