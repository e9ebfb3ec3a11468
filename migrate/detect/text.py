"""Findings as the text of a choices file, in which nothing is chosen yet.

Lines with `##` explain; a line with `#` is a choice, and is legal as it stands once `# ` is taken away: that is what
the commands of editors for comments do.
"""

import json
import textwrap
from collections.abc import Iterator, Mapping

from migrate.choices import VALUES, WHAT
from migrate.detect.commands import jobs
from migrate.detect.finding import Finding, Repository, Value
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar, Sequence
from migrate.yamlio.read import is_string

WIDTH = 118
MOST_SEEN, MOST_NAMED = 5, 3
"""So many places are named for one finding, and so many jobs for one place; that there are more is said."""
_HEAD = """What circle2bb has found in this repository, and what you can choose about it; 'circle2bb convert' reads
this file. Nothing is chosen yet: the conversion is the same as without the file. A line that begins with '# ' is a
choice: take the '# ' away, and see with 'circle2bb convert --diff' what it does. Lines with '##' say what was seen, and
where."""
_ADD = """Jobs that CircleCI did not run, and Bitbucket shall: take the '# ' away from all lines of one. What is called
YOUR-... is for you to fill in; docs/additions.md has all parameters."""
_REST = """Nothing was seen that suggests one of the keys below. Those with one of a few values have their default here;
the others have an example."""
_PLAIN = frozenset("-_./")


def render(findings: tuple[Finding, ...], repository: Repository) -> str:
    """The text of the file."""
    added = [one for one in findings if one.key == "add"]
    chosen = [one for one in findings if one.key != "add"]
    blocks = [_prose(_HEAD), *(_choice(one) for one in chosen)]
    several = {one.value for one in added if sum(one.value == other.value for other in added) > 1}
    blocks += [[*_prose(_ADD), *_left(added, repository), "add:"]]
    blocks += [_addition(one, repository, named=one.value in several) for one in added]
    blocks += [[*_prose(_REST)], *_rest({one.key for one in chosen}, repository)]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _choice(finding: Finding) -> list[str]:
    default, *others = VALUES[finding.key]
    legal = f"'{default}', which is the default, or {_either(others)}"
    said = f"{finding.key}: {_what(finding.key)}. It is {legal}."
    return [*_prose(said), *_seen(finding), *_prose(finding.would), f"# {finding.key}: {finding.value}"]


def _addition(finding: Finding, repository: Repository, *, named: bool) -> list[str]:
    # Peeked, not taken: nothing is converted here.
    job = peek(peek(repository.catalog.tree(f"additions/{finding.value}.yml"), "jobs"), finding.value)
    text = peek(job, "description")
    does = f"{text.text}." if isinstance(text, Scalar) else ""
    arguments = dict(finding.arguments)
    if named and isinstance(arguments.get("replaces"), str):
        arguments = {"name": arguments["replaces"], **arguments}  # two jobs of one name would get numbers
    lines = [f"#   - {finding.value}{':' if arguments else ''}"]
    lines += [f"#       {name}: {written(value)}" for name, value in arguments.items()]
    return [*_prose(f"{finding.value}: {does}"), *_seen(finding), *_prose(finding.would), *lines]


def _left(added: list[Finding], repository: Repository) -> list[str]:
    names = [name for name in repository.catalog.names("additions") if name not in {one.value for one in added}]
    return _prose(f"Nothing was seen that suggests {', '.join(names)}.") if names else []


def _rest(chosen: set[str], repository: Repository) -> Iterator[list[str]]:
    """The keys that nothing suggests, with their defaults; the others with an example."""
    first = next((job.called for job in jobs(repository)), "build")
    title = first.replace("_", " ").replace("-", " ").capitalize()
    image = _image(repository)
    examples = {
        "jobs": f'{{pull-requests: {{"**": {written((first,))}}}}}',
        "rename": f"{{{scalar(first)}: {scalar(title)}}}",
        "images": written({image: _after(image, repository)} if image else {}),
        "durations": f"{{{scalar(first)}: 5}}",
    }
    for key in (*VALUES, *examples):
        if key not in chosen:
            values = VALUES.get(key)
            legal = f" It is '{values[0]}' or {_either(list(values[1:]))}." if values else ""
            value = values[0] if values else examples[key]
            yield [*_prose(f"{key}: {_what(key)}.{legal}"), f"# {key}: {value}"]


def _image(repository: Repository) -> str:
    """An image that a job has, to show the key with: one that CircleCI does not maintain any more, if there is one."""
    containers = (peek(job.keys, "docker") for job in jobs(repository) if job.runs)  # peeked: nothing is converted
    items = [item for one in containers if isinstance(one, Sequence) for item in one.items]
    named = [node.text for node in (peek(item, "image") for item in items) if isinstance(node, Scalar)]
    plain = [name for name in named if not set(name) & set("<$")]
    return next((name for name in plain if _after(name, repository) != name), plain[0] if plain else "")


def _after(image: str, repository: Repository) -> str:
    """What came after one of CircleCI's older images; else the image itself."""
    name, _, tag = image.partition(":")
    row = repository.catalog.images.legacy.get(name)
    return f"{row.successor}:{row.tag(tag)}" if row and row.tag(tag) else image


def _seen(finding: Finding) -> list[str]:
    seen: dict[tuple[str, str], list[str]] = {}
    for one in finding.seen:
        seen.setdefault((one.where, one.what), []).append(one.job)
    said = [f"{where}: {_named(jobs)}{what}" for (where, what), jobs in seen.items()]
    lines = [line for one in said[:MOST_SEEN] for line in _prose(one, "  ")]
    more = len(seen) - MOST_SEEN
    return [*lines, *([f"##   and {more} more"] if more > 0 else [])]


def _named(jobs: list[str]) -> str:
    """The names of jobs, to stand before what they do; "" where no job has a part in it."""
    names = [f"'{name}'" for name in dict.fromkeys(jobs) if name]
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"{'each of ' if len(names) > 1 else ''}{shown} " if names else ""


def _prose(text: str, indent: str = "") -> list[str]:
    """Lines of comment; what a config says in it cannot end the comment."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    first = f"## {indent}"
    return textwrap.wrap(plain, WIDTH, initial_indent=first, subsequent_indent=first, break_on_hyphens=False)


def _what(key: str) -> str:
    return " ".join(WHAT[key].split())


def _either(values: list[str]) -> str:
    return " or ".join(f"'{value}'" for value in values)


def written(value: Value) -> str:
    """A value as YAML on one line."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {written(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(scalar, value)) + "]"


def scalar(text: str) -> str:
    """A text as a YAML string, bare where both versions of YAML read it so."""
    bare = text.isascii() and text[:1].isalnum() and all(one.isalnum() or one in _PLAIN for one in text)
    return text if bare and is_string(text) else json.dumps(text)


__all__ = ["render", "scalar", "written"]
