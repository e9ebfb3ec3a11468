"""A mapping stands before an orb's source: what it lacks, and other versions, come from the source or fail."""

import pytest

from migrate import Outcome, Source, convert
from migrate.catalog import Catalog
from migrate.circleci.mapped import complaints, load
from migrate.circleci.orbs import Reference
from migrate.diagnostics import CatalogError
from tests import laws

MAPPING = """\
source: https://example.com/paint
checked: 2026-11-28
versions: {from: 1.2.0, to: 3.1.0}
gaps:
  commands/strip: it needs a ladder
  commands/walls/two_coats: it would dry for a day
  executors/roof: nobody is up there
version: 2.1
executors:
  in-house:
    parameters: {paint_tag: {type: string, default: new}}
    docker: [{image: "mapped:<< parameters.paint_tag >>"}]
commands:
  walls: {parameters: {base-coat: {type: string, default: white}}, steps: [run: paint << parameters.base-coat >>]}
  clean_up: {steps: [run: sweep]}
jobs:
  whole-house: {executor: in-house, steps: [walls: {base-coat: red}]}
older:
  - below: 3.0.0
    executors: {in-house: {parameters: {paint_tag: {default: old}}}}
  - below: 2.0.0
    commands: {walls: {parameters: {base-coat: {default: grey}}}}
"""
SOURCE = """\
version: 2.1
executors:
  roof: {docker: [{image: source}]}
commands:
  walls: {parameters: {two_coats: {type: boolean, default: false}}, steps: [run: walls of the source]}
  strip: {steps: [run: strip of the source]}
"""


class Mapped(Catalog):
    """Our catalogue, with a mapping of acme/paint."""

    def orb(self, name: str) -> tuple[str, str] | None:
        """The mapping."""
        return ("mappings/orbs/acme/paint.yml", MAPPING) if name == "acme/paint" else super().orb(name)


def converted(body: str, version: str = "3.1.0", *, source: bool = False) -> Outcome:
    """The outcome of a config that imports the orb in a version, with its source or without."""

    def orbs(_: object) -> Source | None:
        return Source("paint.yml", SOURCE) if source else None

    text = f"version: 2.1\norbs: {{p: acme/paint@{version}}}\n{body}\n"
    return convert(Source("config.yml", text), orbs=orbs, catalog=Mapped())


def job(*steps: str, executor: str = "p/in-house") -> str:
    """A workflow of one job with these steps."""
    build = f"{{executor: {executor}, steps: [{', '.join(steps)}]}}"
    return f"jobs: {{build: {build}}}\nworkflows: {{main: {{jobs: [build]}}}}"


def step(outcome: Outcome) -> tuple[str, list[str]]:
    """The image and the script of the one step that is written."""
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    (found,) = laws.document(outcome)["pipelines"]["default"]
    return found["step"].get("image", ""), found["step"]["script"]


def told(outcome: Outcome, code: str) -> list[str]:
    """What is said under a code, with the line in the config where it is said."""
    assert all(note.trail[0].file == "config.yml" for note in outcome.notes if note.code.id == code)
    return [f"{note.trail[0].line}: {note.detail}" for note in outcome.notes if note.code.id == code]


@pytest.mark.parametrize("source", [False, True])
def test_a_mapping_stands_before_the_source(source: bool) -> None:
    """What it has is taken from it, whether there is a source or not."""
    outcome = converted(job("p/walls"), source=source)

    assert step(outcome) == ("mapped:new", ["paint white"])
    assert told(outcome, "orb-gap") == []


@pytest.mark.parametrize(
    ("version", "image", "script"),
    [
        ("3.1.0", "mapped:new", "paint white"),
        ("3", "mapped:new", "paint white"),
        ("3.9.9", "mapped:new", "paint white"),
        ("volatile", "mapped:new", "paint white"),
        ("3.0.0", "mapped:new", "paint white"),
        ("2.9.9", "mapped:old", "paint white"),
        ("2", "mapped:old", "paint white"),
        ("2.0.0", "mapped:old", "paint white"),
        ("1.9.9", "mapped:old", "paint grey"),
        ("1.2.0", "mapped:old", "paint grey"),
    ],
)
def test_a_version_is_as_its_patches_say(version: str, image: str, script: str) -> None:
    """A patch is for what is below its version; a short version is the newest of its kind."""
    outcome = converted(job("p/walls"), version)

    assert step(outcome) == (image, [script])
    assert told(outcome, "orb-version") == []


@pytest.mark.parametrize("version", ["4.0.0", "4", "1.1.9", "0.9.0", "dev:first"])
def test_another_version_is_told(version: str) -> None:
    """Its source is the better thing; without one the mapping is taken, and says so at the line of the import."""
    (said,) = told(converted(job("p/walls"), version), "orb-version")
    assert said.startswith("2: the mapping of acme/paint was made from 1.2.0 to 3.1.0; ")
    assert f"acme/paint@{version}" in said

    outcome = converted(job("p/walls", executor="p/roof"), version, source=True)
    assert step(outcome) == ("source", ["walls of the source"])
    assert told(outcome, "orb-version") == []


@pytest.mark.parametrize(
    "body",
    [
        job("{p/walls: {base_coat: blue}}"),
        job("{p/walls: {base-coat: blue}}", executor="p/in_house"),
        job("{p/walls: {base-coat: blue}}", executor="{name: p/in_house, paint-tag: new}"),
    ],
)
def test_names_count_with_either_dash(body: str) -> None:
    """Orbs have changed theirs: commands, executors and parameters are known as `a-b` and as `a_b`."""
    assert step(converted(body)) == ("mapped:new", ["paint blue"])


def test_commands_and_jobs_count_with_either_dash() -> None:
    """So do they."""
    assert step(converted(job("p/clean-up")))[1] == ["sweep"]
    assert step(converted("workflows: {main: {jobs: [p/whole_house]}}")) == ("mapped:new", ["paint red"])


@pytest.mark.parametrize(
    ("body", "lacking", "why"),
    [
        (job("p/strip"), "command 'strip'", ": it needs a ladder"),
        (job("p/unheard_of"), "command 'unheard_of'", ""),
        (
            job("{p/walls: {two-coats: true}}"),
            "'two-coats' of the command 'walls'",
            ": it would dry for a day",
        ),
        (job("{run: make}", executor="p/roof"), "executor 'roof'", ": nobody is up there"),
        ("workflows: {main: {jobs: [p/shed]}}", "job 'shed'", ""),
    ],
)
def test_a_gap_fails_without_a_source(body: str, lacking: str, why: str) -> None:
    """It is an error where it is used, with the reason of the mapping and the way out; no step goes green."""
    outcome = converted(body)

    (said,) = told(outcome, "orb-gap")
    assert f": nothing is known about {lacking} of acme/paint@3.1.0{why}" in said
    assert int(said.partition(":")[0]) > 2, "below the import"
    assert "its steps fail until you replace them; 'circle2bb orbs fetch acme/paint@3.1.0'" in said
    assert step(outcome)[1][0].endswith(' of CircleCI is missing here; see the migration report" >&2; false')


@pytest.mark.parametrize(
    ("body", "image", "script"),
    [
        (job("p/strip"), "mapped:new", "strip of the source"),
        (job("{p/walls: {two_coats: true}}"), "mapped:new", "walls of the source"),
        (job("{run: make}", executor="p/roof"), "source", "make"),
    ],
)
def test_a_gap_is_filled_from_the_source(body: str, image: str, script: str) -> None:
    """Call by call: what the mapping has is still taken from it."""
    outcome = converted(body, source=True)

    assert step(outcome) == (image, [script])
    assert told(outcome, "orb-gap") == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sources: x\n", "paint.yml:1:1: a mapping has no key 'sources' here; it has version, description"),
        ("gaps: {}\njob: {}\n", "paint.yml:2:1: a mapping has no key 'job' here"),
        ("versions: {from: 1, to: 2.0.0}\n", "paint.yml:1:18: 'from' must be a version such as 1.2.3"),
        ("versions: {from: 1.0.0}\n", "paint.yml:1:11: 'to' must be a version such as 1.2.3"),
        ("older: {below: 1.0.0}\n", "paint.yml:1:8: 'older' is a list of mappings with 'below', newest first"),
        ("older: [1.0.0]\n", "paint.yml:1:8: 'older' is a list of mappings with 'below', newest first"),
        ("older:\n  - below: 1.x\n", "paint.yml:2:12: 'below' must be a version such as 1.2.3"),
        ("older:\n  - jobs: {}\n", "paint.yml:2:5: 'below' must be a version such as 1.2.3"),
        (
            "older:\n  - below: 1.0.0\n    job: {}\n",
            "paint.yml:3:5: a mapping has no key 'job' here; it has below",
        ),
        ("- a list\n", "paint.yml: the mapping of an orb is a mapping with version"),
        ("gaps: [\n", "paint.yml:"),
    ],
)
def test_a_mistake_in_the_head_is_named_with_its_line(text: str, said: str) -> None:
    """It is ours, or of whoever wrote the mapping, and no user's config is to blame."""
    with pytest.raises(CatalogError) as error:
        load("paint.yml", text)

    assert str(error.value).startswith(said)


def test_a_mapping_of_the_users_own_names_its_mistake_when_it_is_imported() -> None:
    """The conversion ends with the line in the mapping."""

    class Broken(Catalog):
        def orb(self, name: str) -> tuple[str, str]:
            return f"own/{name}.yml", "gaps: {}\ncomands: {}\n"

    text = f"version: 2.1\norbs: {{p: acme/paint@1.0.0}}\n{job('p/walls')}\n"
    with pytest.raises(CatalogError, match=r"^own/acme/paint\.yml:2:1: a mapping has no key 'comands' here"):
        convert(Source("config.yml", text), catalog=Broken())


def test_a_mapping_without_versions_is_for_all() -> None:
    """A company's own orb may have one for whatever it publishes."""
    made = load("paint.yml", "commands: {walls: {steps: [run: x]}}\n")

    assert all(made.covers(Reference("a/b", version)) for version in ("0.0.1", "99", "volatile", "dev:x"))
    assert complaints(made) == []
