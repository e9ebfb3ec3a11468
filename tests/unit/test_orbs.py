"""Orbs: what a reference means, how sources become namespaces, and which file is which orb."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate import Outcome, Source, convert
from migrate.circleci.orbs import Missing, Wanted, newest, parse
from migrate.circleci.plan import Call
from migrate.cli import main
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Scalar

HEAD = "version: 2.1\n"
JOB = "jobs: {build: {docker: [{image: x}], steps: [%s]}}\n"
PAINT = "commands: {walls: {steps: [run: echo %s]}}\n"


def converted(text: str, **sources: str) -> Outcome:
    """The outcome of a config with these orbs: `acme_paint` is acme/paint in any version."""

    def orbs(wanted: Wanted) -> Source | None:
        reference = parse(wanted.reference)
        name = reference.orb.replace("/", "_") if reference else wanted.alias
        return Source(f"{name}.yml", sources[name]) if name in sources else None

    return convert(Source("config.yml", text), orbs=orbs)


def commands(outcome: Outcome) -> list[str]:
    """The commands of all jobs, in order."""
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    bodies = (call.body if isinstance(call.body, Scalar) else peek(call.body, "command") for call in calls(outcome))
    return [body.text for body in bodies if isinstance(body, Scalar)]


def calls(outcome: Outcome) -> list[Call]:
    """All steps of all jobs."""
    return [call for job in outcome.plan.jobs for call in job.steps]


def refusals(outcome: Outcome) -> list[str]:
    """What is said about a config that is refused, with the line in the config."""
    assert outcome.text is None
    assert all(note.trail[0].file == "config.yml" for note in outcome.notes)
    return [f"{note.span.line}: {note.detail}" for note in outcome.notes if note.refusal]


def unknown(outcome: Outcome) -> list[str]:
    """What is said about orbs without a source."""
    return [f"{note.span.line}: {note.detail}" for note in outcome.notes if note.code.id == "orb-unknown"]


@pytest.mark.parametrize(
    "text", ["a/b@1", "a/b@1.2", "a/b@1.2.3", "a-1/b_2@volatile", "a/b@dev:first", "a/b@dev:x/y@z#1", "a/b@0.10.0"]
)
def test_references(text: str) -> None:
    """All forms of the reference are read, and shown as they were."""
    assert str(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    ["", "a/b", "a@1", "a/b@", "a/b@x.y", "a/b@1.2.3.4", "a/b@v1", "a/b@1.2.x", "A/b@1", "a/b:1", "a/b@dev:", "a/b@1 ",
     "a/b@dev:x y", "a/b@१", "1a/b@1", "a/b/c@1", "https://a/b@1"],
)  # fmt: skip
def test_no_references(text: str) -> None:
    """What CircleCI's schema refuses is none."""
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a/b@1", "1.10.0"),
        ("a/b@1.2", "1.2.10"),
        ("a/b@1.2.9", "1.2.9"),
        ("a/b@volatile", "10.0.0"),
        ("a/b@dev:x", "dev:x"),
        ("a/b@1.3", None),
        ("a/b@2", None),
        ("a/b@1.2.8", None),
        ("a/b@dev:y", None),
    ],
)
def test_the_newest_version_that_was_asked_for(text: str, meant: str | None) -> None:
    """Numbers are compared as numbers, whole parts only, and a label is nobody's newest version."""
    reference = parse(text)
    assert reference

    assert newest(reference, ["dev:x", "1.2.9", "10.0.0", "1.2.10", "1.10.0", "9.9.9", "1.2"]) == meant


def test_an_orb_is_expanded() -> None:
    """Its commands, jobs and executors are used under the alias; it sees its own names and no others."""
    orb = """\
executors: {here: {docker: [{image: paint}]}}
commands:
  walls: {steps: [run: echo own, coat]}
  coat: {parameters: {n: {type: integer, default: 2}}, steps: [run: echo << parameters.n >>]}
jobs: {house: {executor: here, steps: [walls]}}
"""
    text = (
        HEAD + "orbs: {p: acme/paint@1.0}\n"
        "commands: {coat: {steps: [run: echo mine]}}\n"
        "jobs: {build: {executor: p/here, steps: [p/walls, coat, p/coat: {n: 3}]}}\n"
        "workflows: {w: {jobs: [build, p/house]}}\n"
    )
    outcome = converted(text, acme_paint=orb)

    assert commands(outcome) == ["echo own", "echo 2", "echo mine", "echo 3", "echo own", "echo 2"]
    assert unknown(outcome) == []
    assert outcome.text
    assert "# acme_paint.yml:5, job p/house" in outcome.text


def test_what_nobody_uses_of_an_orb_is_not_told() -> None:
    """Of an orb's commands a config uses few; that is no loss. Those of an inline orb are the user's own."""
    orb = PAINT % "x" + "jobs: {house: {docker: [{image: x}], steps: [walls]}}\n"
    text = HEAD + "orbs: {p: acme/paint@1, mine: {commands: {c: {steps: [checkout]}}}}\n" + JOB % "p/walls"

    told = [note.detail for note in converted(text, acme_paint=orb).notes if note.code.id == "unused"]
    assert told == ["nothing uses command 'c'"]


def test_the_version_may_be_a_pipeline_parameter() -> None:
    """It is the parameter's default that is looked up; what only the run knows is told."""
    text = HEAD + "parameters: {v: {type: string, default: '1.2'}}\norbs: {p: acme/paint@%s}\n" + JOB % "p/walls"
    asked: list[Wanted] = []

    def orbs(wanted: Wanted) -> None:
        asked.append(wanted)

    convert(Source("config.yml", text % "<< pipeline.parameters.v >>"), orbs=orbs)
    outcome = convert(Source("config.yml", text % "dev:<< pipeline.git.branch >>"), orbs=orbs)
    assert asked == [Wanted("acme/paint@1.2", "p")]
    (said,) = unknown(outcome)
    assert "only the run knows pipeline.git.branch" in said
    assert "--orb-source p=FILE" in said


def test_an_inline_orb_imports_orbs() -> None:
    """It has its own aliases and does not see those of the config, nor what its orbs import themselves."""
    text = HEAD + (
        "orbs:\n  i:\n    orbs: {p: acme/paint@1}\n    commands: {c: {steps: [p/walls]}}\n"
        "jobs: {build: {docker: [{image: x}], steps: [i/c%s]}}\n"
    )

    assert commands(converted(text % "", acme_paint=PAINT % "x")) == ["echo x"]
    for wrong in (", p/walls", ", i/p/walls"):
        (said,) = refusals(converted(text % wrong, acme_paint=PAINT % "x"))
        assert "Cannot find a definition for command" in said


@pytest.mark.parametrize("value", ["null", "~", ""])
def test_an_orb_without_a_value(value: str) -> None:
    """CircleCI's schema allows it; nothing is known about it, unless a file is given for its alias."""
    text = HEAD + f"orbs:\n  p: {value}\n" + JOB % "p/walls"

    (said,) = unknown(converted(text))
    assert said.startswith("3: nothing is known about the orb 'p'")
    assert commands(converted(text, p=PAINT % "x")) == ["echo x"]


def test_an_orb_at_an_address() -> None:
    """It is never fetched; a file can stand for it."""
    text = HEAD + "orbs: {p: 'https://raw.example.org/orb.yml'}\n" + JOB % "p/walls"

    (said,) = unknown(converted(text))
    assert "--orb-source p=FILE gives its source" in said
    assert "orbs fetch" not in said
    assert commands(converted(text, p=PAINT % "x")) == ["echo x"]


@pytest.mark.parametrize("value", ["acme/paint", "acme/paint@x.y", "acme/paint:1", "5", "true"])
def test_a_malformed_reference_is_refused(value: str) -> None:
    """With its place, and with what is legal."""
    (said,) = refusals(converted(HEAD + f"orbs:\n  p: {value}\n" + JOB % "checkout"))

    assert said.startswith(f"3: '{value}' is no reference to an orb; write namespace/name@version")


def test_a_list_is_no_orb() -> None:
    """Neither a reference nor an inline orb."""
    (said,) = refusals(converted(HEAD + "orbs:\n  p: [acme/paint@1]\n" + JOB % "checkout"))

    assert "wants a reference or an inline orb" in said


@pytest.mark.parametrize(
    ("source", "place", "said"),
    [
        ("commands: [", "acme_paint.yml:2:1", "the file is not YAML"),
        ("jobs: {}\njobs: {}\n", "acme_paint.yml:2:1", "the key 'jobs' stands twice"),
        ("- a\n", "acme_paint.yml:1:1", "the source of an orb is a mapping"),
        ("", "acme_paint.yml:1:1", "the source of an orb is a mapping"),
        ("commands: {walls: {parameters: {a: {type: none}}, steps: [checkout]}}", "acme_paint.yml:1:33", "'none'"),
    ],
)
def test_a_broken_source_is_told_where_it_is_imported(source: str, place: str, said: str) -> None:
    """First the line of the config, then the place in the orb."""
    outcome = converted(HEAD + "orbs:\n  p: acme/paint@1\n" + JOB % "p/walls", acme_paint=source)

    (first, *_) = (note for note in outcome.notes if note.refusal)
    assert outcome.text is None
    assert first.span.line == 3
    assert str(first.trail[-1]) == place
    assert said in first.detail


def test_orbs_that_import_each_other() -> None:
    """A circle is refused at the config's line, and says how it goes round."""
    text = HEAD + "orbs:\n  a: acme/a@1\n" + JOB % "checkout"
    sources = {"acme_a": "orbs: {b: acme/b@1}\n", "acme_b": "orbs: {c: acme/c@1}\n", "acme_c": "orbs: {b: acme/b@1}\n"}

    (said,) = refusals(converted(text, **sources))
    assert said.startswith("3: orbs import each other in a circle")
    assert said.endswith("acme_b.yml -> acme_c.yml -> acme_b.yml")


def test_inline_orbs_of_one_name_are_no_circle() -> None:
    """An inline orb is known by its place: another one, in an orb that it imports, may have its name."""
    own = "orbs:\n  own:\n    orbs: {p: acme/paint@1}\n    commands: {all: {steps: [p/walls]}}\n"
    paint = "orbs: {own: {commands: {doors: {steps: [run: doors]}}}}\ncommands: {walls: {steps: [own/doors]}}\n"

    assert commands(converted(HEAD + own + JOB % "own/all", acme_paint=paint)) == ["doors"]


def test_orbs_without_end() -> None:
    """Each orb imports a new one: refused after a while."""

    def orbs(wanted: Wanted) -> Source:
        number = int(wanted.reference.removeprefix("acme/p").partition("@")[0])
        return Source(f"{number}.yml", f"orbs: {{p: acme/p{number + 1}@1}}\n")

    outcome = convert(Source("config.yml", HEAD + "orbs: {p: acme/p0@1}\n" + JOB % "checkout"), orbs=orbs)
    (said,) = refusals(outcome)
    assert "more than 50 deep" in said


def test_an_orb_is_read_once() -> None:
    """Forty orbs, each of which imports the next twice: forty sources are read and not 2 to the power of forty."""
    asked: list[str] = []

    def orbs(wanted: Wanted) -> Source:
        asked.append(wanted.reference)
        number = int(wanted.reference.removeprefix("acme/p").partition("@")[0])
        inner = f"orbs: {{a: acme/p{number + 1}@1, b: acme/p{number + 1}@1}}\n" if number < 40 else ""
        return Source(f"{number}.yml", inner + PAINT % number)

    outcome = convert(Source("config.yml", HEAD + "orbs: {p: acme/p0@1}\n" + JOB % "p/walls"), orbs=orbs)
    assert commands(outcome) == ["echo 0"]
    assert len(asked) <= 81


def test_extraneous_keys_of_an_orb_are_not_the_users() -> None:
    """Published orbs do have them, and run; in the config itself they are refused."""
    step = "run: {command: make, description: makes}"
    orb = f"commands: {{walls: {{steps: [{step}]}}}}\n"

    assert commands(converted(HEAD + "orbs: {p: acme/paint@1}\n" + JOB % "p/walls", acme_paint=orb)) == ["make"]
    (said,) = refusals(converted(HEAD + JOB % step))
    assert "extraneous key [description]" in said


def test_a_missing_source_says_why() -> None:
    """Why, and which command fetches it, as whoever looked for it put them."""
    outcome = convert(
        Source("config.yml", HEAD + "orbs: {p: acme/paint@1}\n" + JOB % "p/walls"),
        orbs=lambda _: Missing("it is late", "do something"),
    )

    (said,) = unknown(outcome)
    assert ": it is late; its steps fail until you replace them; 'do something' fetches its source" in said
    assert outcome.text
    assert "false" in outcome.text


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current directory, with a config of two orbs and sources in several places."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CIRCLE2BB_CACHE", str(tmp_path / "cache"))
    files = {
        "config.yml": HEAD + "orbs: {p: acme/paint@1.2}\n" + JOB % "p/walls",
        "flat/acme__paint@1.2.0.yml": PAINT % "old",
        "flat/acme__paint@1.2.10.yaml": PAINT % "new",
        "flat/acme__paint@dev-x.yml": PAINT % "dev",
        "flat/INDEX.md": "# Orbs",
        "deep/acme/paint@1.2.3.yml": PAINT % "deep",
        "other/acme__paint@9.0.0.yml": PAINT % "nine",
        "mine.yml": PAINT % "mine",
        "bad/mine.yml": "",
        "none/README.md": "",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments: str) -> Result:
    """Convert with these sources; a traceback fails the test, and so does a bug."""
    options = [part for argument in arguments for part in ("--orb-source", argument)]
    result = CliRunner().invoke(main, ["convert", "config.yml", "--stdout", *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code != 4, result.output
    return result


@pytest.mark.parametrize(
    ("sources", "word"),
    [
        (["flat"], "new"),
        (["deep"], "deep"),
        (["flat", "deep"], "new"),
        (["flat/acme__paint@1.2.0.yml"], "old"),
        (["deep/acme/paint@1.2.3.yml"], "deep"),
        (["p=mine.yml"], "mine"),
        (["acme/paint=mine.yml"], "mine"),
        (["acme/paint=mine.yml", "flat"], "new"),
        (["acme/paint@1.2.10=mine.yml", "flat"], "mine"),
        (["acme/paint@1.2.99=mine.yml", "flat"], "mine"),
        (["flat", "p=mine.yml"], "mine"),
    ],
)
def test_sources_that_are_files(sources: list[str], word: str, folder: Path) -> None:
    """A file is the orb that its name, or what stands before =, says; the newest that was asked for is taken."""
    result = run(*sources)

    assert result.exit_code == 0, result.stderr
    assert f"echo {word}\n" in result.stdout


def test_another_version_is_not_taken(folder: Path) -> None:
    """The note names the versions that there are."""
    result = run("other")

    assert result.exit_code == 1
    assert "--orb-source has acme/paint in 9.0.0, none of which is asked for" in result.stderr
    assert "'circle2bb orbs fetch acme/paint@1.2' fetches its source" in result.stderr


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("nowhere", "there is no such file or directory"),
        ("p=nowhere", "there is no file nowhere"),
        ("mine.yml", "the name does not say which orb"),
        ("bad", "--orb-source bad/mine.yml: the name does not say which orb"),
        ("none", "the directory holds no orb"),
        ("acme/paint@1.2=mine.yml", "there is no such file or directory"),
        ("a/b/c=mine.yml", "there is no such file or directory"),
    ],
)
def test_a_source_that_is_unclear_is_wrong_usage(value: str, said: str, folder: Path) -> None:
    """The message says which value, why, and which forms are legal."""
    result = run(value)

    assert result.exit_code == 2
    assert said in result.stderr
    assert "NAMESPACE/ORB@VERSION=FILE" in result.stderr


def test_a_source_that_cannot_be_read(folder: Path) -> None:
    """Named with its place, like a config."""
    (folder / "flat" / "acme__paint@1.2.10.yaml").write_bytes(b"commands: \xff")
    result = run("flat")

    assert result.exit_code == 3
    assert result.stderr.startswith("flat/acme__paint@1.2.10.yaml:1:11: error: ")


def test_orbs_lists_its_commands() -> None:
    """`circle2bb orbs` says what there is."""
    result = CliRunner().invoke(main, ["orbs", "--help"])

    assert result.exit_code == 0
    assert "fetch" in result.stdout
    assert CliRunner().invoke(main, ["orbs", "nonsense"]).exit_code == 2
