"""`circle2bb init`: what is found in a repository, and a choices file in which nothing is chosen yet."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate import Outcome, Source, convert
from migrate.catalog import Catalog
from migrate.choices import WHAT
from migrate.cli import listing as listing_of
from migrate.cli import main
from migrate.cli.listing import listing
from migrate.detect import DETECTORS, Repository, detect
from migrate.detect.text import render, scalar
from migrate.diagnostics import Fate
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar
from migrate.yamlio.read import read
from tests import golden, laws
from tests.repositories import REPOSITORIES, Kept

CATALOG = Catalog()
ROOT = Path(__file__).parents[1]


def converted(text: str, choices: str | None, files: tuple[str, ...] = ()) -> Outcome:
    """The conversion of a config, with a choices file or without."""
    given = None if choices is None else Source("circle2bb.yml", choices)
    return convert(Source(".circleci/config.yml", text), given, catalog=CATALOG, has_file=files.__contains__)


def repository(text: str, files: dict[str, str]) -> Repository:
    """A repository of these files."""
    outcome = converted(text, None, tuple(files))
    assert outcome.text is not None, outcome.notes
    return Repository(tuple(sorted(files)), files, outcome.before, outcome.notes, CATALOG, outcome.order)


def written(text: str, files: dict[str, str]) -> str:
    """The choices file for a repository."""
    given = repository(text, files)
    return render(detect(given), given)


def blocks(choices: str) -> Iterator[tuple[str, str]]:
    """Each suggestion: its lines without the comment sign, and the whole file with these lines so."""
    lines = choices.splitlines()
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].startswith("# "):
            end += 1
        if end > start:
            bare = [line.removeprefix("# ") for line in lines[start:end]]
            yield "\n".join([*bare, ""]), "\n".join([*lines[:start], *bare, *lines[end:], ""])
        start = end + 1


def suggested(choices: str) -> tuple[str, ...]:
    """The suggestions that come of something that was seen."""
    return tuple(lines for lines, _ in blocks(choices.partition("\n## Nothing was seen that suggests one of")[0]))


@pytest.mark.parametrize("name", REPOSITORIES)
def test_what_is_found(name: str) -> None:
    """Just what the repository shows is suggested, with the arguments that it shows."""
    kept = REPOSITORIES[name]
    assert suggested(written(kept.config, kept.files)) == kept.suggested


@pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.__name__)
def test_each_detector_finds_something(detector: object) -> None:
    """No detector stands there that no repository of ours wakes; what it saw has a place that exists."""
    assert callable(detector)
    found = [(kept, one) for kept in REPOSITORIES.values() for one in detector(repository(kept.config, kept.files))]
    assert found
    for kept, finding in found:
        assert finding.seen
        assert finding.would
        for seen in finding.seen:
            file, _, line = seen.where.partition(":")
            text = kept.config if file == ".circleci/config.yml" else kept.files[file]
            assert 1 <= int(line or 1) <= len(text.splitlines())


@pytest.mark.parametrize("name", REPOSITORIES)
def test_the_file_changes_nothing(name: str) -> None:
    """A conversion with the file as it is written is the one without it, to the last note."""
    kept = REPOSITORIES[name]
    without = converted(kept.config, None, tuple(kept.files))
    with_it = converted(kept.config, written(kept.config, kept.files), tuple(kept.files))
    assert with_it.text == without.text
    assert [str(note) for note in with_it.notes] == [str(note) for note in without.notes]


@pytest.mark.parametrize("name", REPOSITORIES)
def test_each_suggestion_can_be_taken(name: str) -> None:
    """A suggestion whose comment signs are taken away is legal, does something, and keeps the laws."""
    kept = REPOSITORIES[name]
    choices = written(kept.config, kept.files)
    plain = converted(kept.config, choices, tuple(kept.files))
    for lines, chosen in blocks(choices):
        outcome = converted(kept.config, chosen, tuple(kept.files))
        wrong = [str(note) for note in outcome.notes if note.code.fate is Fate.ERROR and note not in plain.notes]
        assert wrong == [], lines
        assert [complaint for law in laws.LAWS for complaint in law(kept.config, outcome)] == [], lines
        if lines in kept.suggested:
            assert (outcome.text, outcome.notes) != (plain.text, plain.notes), lines


CONFIGS = {config.id: config for config in golden.configs() if config.text}


@pytest.mark.parametrize("name", CONFIGS)
def test_other_configs_get_suggestions_that_can_be_taken(name: str) -> None:
    """Whatever a config of the specs and cases shows, each suggestion is accepted in turn; the file changes nothing."""
    text = CONFIGS[name].text
    without = converted(text, None)
    if without.text is None:
        return
    given = Repository((), {}, without.before, without.notes, CATALOG, without.order)
    choices = render(detect(given), given)
    assert converted(text, choices).text == without.text
    for lines, chosen in blocks(choices.partition("\n## Nothing was seen that suggests one of")[0]):
        outcome = converted(text, chosen)
        assert outcome.text is not None, (lines, outcome.notes)
        # A choice may lead to an error of the config's own: a Mac of one's own installs no signing bundle.
        wrong = [str(note) for note in outcome.notes if note.code.fate is Fate.ERROR and note.trail]
        assert [one for one in wrong if one.startswith("circle2bb.yml")] == [], lines


def test_all_that_can_be_chosen_stands_in_the_file() -> None:
    """Each key of the choices is there, with what the README says of it; so is each addition of the catalogue."""
    text = written(REPOSITORIES["nothing"].config, {})
    said = " ".join(line.removeprefix("##").strip() for line in text.splitlines())
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for key, what in WHAT.items():
        assert f"\n# {key}: " in text or f"\n{key}:" in text
        if key != "add":
            assert f"{key}: {' '.join(what.split())}." in said
        assert f"| `{key}` |" in readme
        row = next(line for line in readme.splitlines() if line.startswith(f"| `{key}` |"))
        assert " ".join(what.split()) in row
    assert all(name in said for name in CATALOG.names("additions"))


def test_what_an_orb_says_is_told_at_the_users_line() -> None:
    """Nobody has the mapping's file open, so that the place is the job that takes it over."""
    kept = REPOSITORIES["a large machine of an orb"]
    text = written(kept.config, kept.files)

    assert "mappings/orbs" not in text
    assert "config.yml:9: 'test' has the class 'large'" in text


def test_the_readme_quotes_truly(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows of a choices file is what its command prints."""
    monkeypatch.chdir(ROOT)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = "circle2bb init examples/parlai-shape --stdout"
    assert f"\n    {command}\n" in readme
    quoted = re.findall(r"```yaml init\n(.*?)```", readme, flags=re.DOTALL)
    printed = run(*command.split()[2:]).stdout
    assert quoted
    assert [block for block in quoted if block not in printed] == []


def test_only_additions_of_the_catalogue_are_suggested(monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody's mappings do not have is not suggested."""
    kept = REPOSITORIES["a webhook of Slack"]
    given = repository(kept.config, kept.files)
    monkeypatch.setattr(Catalog, "names", lambda _, folder: () if folder == "additions" else (folder,))
    assert detect(given) == ()


@pytest.mark.parametrize("name", ["a: b", "yes", "1.5", "ä", 'say "x"', "#", "- x", "", "a\nadd: [x]", "$X", "@a/b"])
def test_a_text_stays_a_text(name: str) -> None:
    """What is written into the file is read as just that string."""
    from migrate.diagnostics import Notes

    value = peek(read(f"key: {{inner: {scalar(name)}}}\n", "x.yml", Notes()), "key")
    assert isinstance(value, Mapping)
    found = value.entries[0].value
    assert isinstance(found, Scalar)
    assert (found.text, found.kind) == (name, "str")


def test_what_a_config_says_does_not_leave_the_comment() -> None:
    """A name with a line end in it stays in its comment."""
    text = 'version: 2.1\njobs: {"a\\nadd: [x]": {docker: [{image: alpine}], steps: [checkout, run: npm ci]}}\n'
    text += 'workflows: {main: {jobs: ["a\\nadd: [x]"]}}\n'
    choices = written(text, {"package.json": '{"name": "a\\nadd: [y]", "version": "1"}'})
    assert [line for line in choices.splitlines() if line and not line.startswith("#")] == ["add:"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with an npm package that nobody publishes, and the current directory."""
    monkeypatch.chdir(tmp_path)
    kept = REPOSITORIES["a package that a job uploads"]
    return laid(kept, tmp_path)


def laid(kept: Kept, folder: Path) -> Path:
    """The folder, with the repository in it."""
    for name, text in {".circleci/config.yml": kept.config, **kept.files}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str | Path) -> Result:
    """Call `circle2bb init`; a traceback fails the test."""
    result = CliRunner().invoke(main, ["init", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def test_the_file_is_written_and_read(folder: Path) -> None:
    """The file stands beside .circleci, says what was seen where, and `convert` reads it."""
    result = run()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "pypi-publish" in result.stdout
    text = (folder / "circle2bb.yml").read_text(encoding="utf-8")
    assert "##   pyproject.toml:5: the package 'example-kit'\n" in text
    assert "##   .circleci/config.yml:5: 'release' calls 'twine upload'\n" in text
    assert CliRunner().invoke(main, ["convert"]).exit_code == 0
    taken = "\n".join(line.removeprefix("# ") for line in text.splitlines())
    (folder / "circle2bb.yml").write_text(taken, encoding="utf-8")
    result = CliRunner().invoke(main, ["convert", "--stdout"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert "pipe: atlassian/pypi-publish:" in result.stdout


def test_another_directory(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """PATH is the repository; the file is written there, and places are named from there."""
    other = laid(REPOSITORIES["packages without a cache"], tmp_path_factory.mktemp("other"))
    assert run(other).exit_code == 0
    assert not (folder / "circle2bb.yml").exists()
    assert "##   .circleci/config.yml:5: " in (other / "circle2bb.yml").read_text(encoding="utf-8")


def test_an_existing_file_is_kept(folder: Path) -> None:
    """Nothing is overwritten without --force, and what stands in it is no part of what is found."""
    choices = folder / "circle2bb.yml"
    choices.write_text("nonsense: 1\n", encoding="utf-8")
    result = run()
    assert result.exit_code == 2
    assert "circle2bb.yml: there already; --force overwrites" in result.stderr
    assert choices.read_text(encoding="utf-8") == "nonsense: 1\n"
    assert run("--force").exit_code == 0
    assert "nonsense" not in choices.read_text(encoding="utf-8")


def test_stdout_is_the_file_alone(folder: Path) -> None:
    """--stdout prints the text, and writes nothing."""
    result = run("--stdout")
    assert result.exit_code == 0
    assert not (folder / "circle2bb.yml").exists()
    assert run().exit_code == 0
    assert result.stdout == (folder / "circle2bb.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere", "nowhere: error: there is no such directory"),
        ("pyproject.toml", "pyproject.toml: error: this is a file; name the directory that .circleci is in"),
        ("empty", "empty/.circleci/config.yml: error: there is no such file"),
    ],
)
def test_what_is_no_repository_is_refused(path: str, said: str, folder: Path) -> None:
    """It is told what is missing, and nothing is written."""
    (folder / "empty").mkdir()
    result = run(path)
    assert result.exit_code == 3
    assert said in result.stderr
    assert not list(folder.rglob("circle2bb.yml"))


def test_a_bad_config_is_refused(folder: Path) -> None:
    """What CircleCI would refuse is refused with its place."""
    config = folder / ".circleci" / "config.yml"
    config.write_text(config.read_text(encoding="utf-8").replace("[test]", "[tset]"), encoding="utf-8")
    result = run()
    assert result.exit_code == 3
    assert ".circleci/config.yml:" in result.stderr
    assert "its other jobs are: test" in result.stderr
    assert not (folder / "circle2bb.yml").exists()


def test_unreadable_files_are_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or folder that cannot be read is told, and the others are looked at."""
    (folder / "a").mkdir()
    (folder / "a" / "setup.py").write_bytes(b"\xff\xfe")
    result = run("--stdout")
    assert result.exit_code == 0
    assert "a/setup.py: warning: cannot be read, and was left out: it is not UTF-8" in result.stderr
    assert "pypi-publish:" in result.stdout

    def denied(top: str, onerror: object) -> Iterator[tuple[str, list[str], list[str]]]:
        assert callable(onerror)
        onerror(PermissionError(13, "Permission denied", f"{top}/secret"))
        yield str(top), [], []

    monkeypatch.setattr(os, "walk", denied)
    assert "secret: warning: cannot be read, and was left out: Permission denied" in run("--stdout").stderr


def test_only_so_much_is_looked_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders of tools, what lies deep, large files and links out of the repository are not read."""
    for name in ("node_modules/x", ".git/x", "a/b/c/d/e", "deep"):
        (folder / name).mkdir(parents=True)
        (folder / name / "package.json").write_text('{"name": "x", "version": "1"}', encoding="utf-8")
    shutil.rmtree(folder / "deep")
    (folder / "package.json").write_text(" " * 300_000, encoding="utf-8")
    (folder / "loop").symlink_to(folder)
    found = listing(folder)
    assert found.files == (".circleci/config.yml", "package.json", "pyproject.toml", "setup.py")
    assert found.texts["package.json"] == ""
    assert found.complaints == ()
    monkeypatch.setattr(listing_of, "MOST_FILES", 2)
    assert listing(folder).complaints == (f"{folder.as_posix()}: warning: only the first 2 files were looked at",)
    assert len(listing(folder).files) == 2
