"""`circle2bb audit`: what is found, what is counted, and that nothing stops it."""

import csv
import json
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrate import Outcome, Source, __version__, convert
from migrate.audit.record import Record, from_plain, of
from migrate.audit.rollup import Rollup
from migrate.audit.usage import read as read_usage
from migrate.catalog import Catalog
from migrate.cli import audit_pool, audit_worker, main
from migrate.cli.audit_state import NAME
from migrate.report.summary import Summary, summarise

GOOD = "version: 2.1\njobs: {build: {docker: [{image: 'node:20'}], steps: [checkout, run: make]}}\n"
ORB = (
    "version: 2.1\norbs: {paint: acme/paint@1}\n"
    "jobs: {build: {docker: [{image: 'node:20'}], steps: [paint/walls, run: 'deploy $API_TOKEN']}}\n"
)
MACOS = "version: 2.1\njobs: {build: {macos: {xcode: 15.0.0}, steps: [checkout]}}\n"
OLD = "test: {override: [make]}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with four repositories, in which the command runs."""
    for name, text in (("shop", GOOD), ("art", ORB), ("phone", MACOS), ("old", OLD)):
        path = tmp_path / "all" / name / ".circleci" / "config.yml"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    (tmp_path / "all" / "shop" / "values.yml").write_text("a: 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def audited(*arguments: str) -> Result:
    """The command's result, in one process."""
    return CliRunner().invoke(main, ["audit", "--jobs", "1", *arguments])


def rows(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of audit.csv by the configs' names."""
    with (folder / "audit" / "audit.csv").open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def test_each_config_has_its_state(folder: Path) -> None:
    """One is clean, one fails for its orb, one needs a Mac, one is too old; other YAML files are no configs."""
    result = audited("all")

    assert result.exit_code == 0, result.output
    found = {path.split("/")[1]: row for path, row in rows(folder).items()}
    assert {name: row["state"] for name, row in found.items()} == {
        "shop": "clean",
        "art": "with failing steps",
        "phone": "with failing steps" if "nothing-left" in found["phone"]["blockers"] else "needs attention",
        "old": "refused",
    }
    assert found["art"]["blockers"] == "orb acme/paint"
    assert found["art"]["secrets"] == "API_TOKEN"
    assert "orb acme/paint" in result.output


def test_each_config_has_its_page(folder: Path) -> None:
    """With the pipelines file beside the report, and links to it from the roll-up."""
    audited("all")

    page = folder / "audit" / "repositories" / "all-shop"
    assert "make" in (page / "bitbucket-pipelines.yml").read_text(encoding="utf-8")
    assert "# " in (page / "migration-report.md").read_text(encoding="utf-8")
    assert "make" in (page / "migration-report.html").read_text(encoding="utf-8")
    for end in ("md", "html"):
        rollup = (folder / "audit" / f"audit.{end}").read_text(encoding="utf-8")
        assert f"repositories/all-shop/migration-report.{end}" in rollup


def test_the_json_says_the_same(folder: Path) -> None:
    """Its summary counts what its configs are."""
    audited("all", "--no-pages")
    found = json.loads((folder / "audit" / "audit.json").read_text(encoding="utf-8"))

    assert found["schema"] == 1
    assert found["summary"]["configs"] == len(found["configs"]) == 4
    assert found["summary"]["states"]["clean"] == 1
    assert {"what": "orb acme/paint", "configs": 1, "only": 1} in found["summary"]["blockers"]
    assert found["summary"]["orbs"] == [{"orb": "acme/paint", "known": "unknown", "configs": 1}]
    assert not (folder / "audit" / "repositories").exists()


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_archives_lists_and_globs_name_the_same(folder: Path, kind: str) -> None:
    """An archive's repositories, a file that lists them, and a pattern; each config once."""
    paths = sorted(path for path in Path("all").rglob("*") if path.is_file())
    if kind == "zip":
        with zipfile.ZipFile("all.zip", "w") as packed:
            for path in paths:
                packed.write(path)
    else:
        with tarfile.open("all.tar.gz", "w:gz") as packed_too:
            packed_too.add("all")
    (folder / "list.txt").write_text(f"# two of them\nall/shop\nall/art/.circleci/config.yml\nall.{kind}\n", "utf-8")
    result = audited("all/*/.circleci/config.yml", "list.txt", "all/shop")

    assert result.exit_code == 0, result.output
    names = set(rows(folder))
    assert {name for name in names if "!" not in name} == {
        path.as_posix() for path in paths if ".circleci" in str(path)
    }
    assert {name.partition("!")[2] for name in names if "!" in name} == {n for n in names if "!" not in n}


def test_what_is_not_there_is_wrong_usage(folder: Path) -> None:
    """With the line of the list that names it."""
    (folder / "list.txt").write_text("all/shop\nno/such\n", encoding="utf-8")
    (folder / "broken.zip").write_bytes(b"PK no")

    assert "no/such" in audited("no/such").output
    assert "list.txt:2: no/such" in audited("list.txt").output
    assert "no archive that can be read" in audited("broken.zip").output
    assert audited("no/such").exit_code == audited("broken.zip").exit_code == 2


def test_one_bad_file_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is binary, what is no YAML and what we cannot convert have a record each; a bug of ours ends with 1."""
    for name, data in (("bytes", b"\0\1"), ("yaml", b"a: [\n"), ("bug", b"version: 2.1 # bug\n")):
        path = folder / "all" / name / ".circleci" / "config.yml"
        path.parent.mkdir(parents=True)
        path.write_bytes(data)

    def failing(outcome: Outcome, version: str, files: tuple[str, ...] = ()) -> Summary:
        if "# bug" in outcome.source.text:
            message = "of ours"
            raise KeyError(message)
        return summarise(outcome, version, files)

    monkeypatch.setattr(audit_worker, "summarise", failing)
    result = audited("all")
    found = {path.split("/")[1]: row["state"] for path, row in rows(folder).items()}

    assert result.exit_code == 1
    assert (found["bytes"], found["yaml"], found["bug"], found["shop"]) == ("unreadable", "refused", "bug", "clean")


def test_it_goes_on_where_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was done is not done again; what has changed is, and so is everything with other choices."""
    done: list[str] = []
    own = audit_worker._audited

    def counted(settings: audit_worker.Settings, task: audit_worker.Task) -> Record:
        done.append(task.found.shown.split("/")[1])
        if len(done) == 3 and "art" not in again:
            raise KeyboardInterrupt
        return own(settings, task)

    again: list[str] = []
    monkeypatch.setattr(audit_worker, "_audited", counted)
    assert audited("all").exit_code != 0  # interrupted at the third
    with (folder / "audit" / NAME).open("ab") as file:
        file.write(b'{"settings": "cut o')
    first, again = done[:2], ["art"]
    done.clear()
    assert audited("all").exit_code == 0
    assert set(done) == {"art", "old", "phone", "shop"} - set(first)

    done.clear()
    (folder / "all/shop/.circleci/config.yml").write_text(GOOD.replace("make", "make test"), encoding="utf-8")
    audited("all")
    assert done == ["shop"]

    done.clear()
    (folder / "choices.yml").write_text("layout: nested\n", encoding="utf-8")
    audited("all", "--choices", "choices.yml")
    assert len(done) == 4

    done.clear()
    audited("all", "--fresh")
    assert len(done) == 4


def test_several_processes_say_the_same(folder: Path) -> None:
    """In whatever order they are done, the roll-up is in the order of the arguments."""
    audited("all")
    one = (folder / "audit" / "audit.csv").read_text(encoding="utf-8")
    CliRunner().invoke(main, ["audit", "--jobs", "2", "--fresh", "all"])
    two = (folder / "audit" / "audit.csv").read_text(encoding="utf-8")

    assert [line.rpartition(",")[0] for line in one.splitlines()] == [
        line.rpartition(",")[0] for line in two.splitlines()
    ]


def _ends(settings: audit_worker.Settings, tasks: list[audit_worker.Task]) -> list[Record]:
    """A worker that one config ends."""
    if any("/art/" in task.found.shown for task in tasks):
        os._exit(3)
    return audit_worker.audit(settings, tasks)


def test_a_process_that_ends_loses_one_config_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others that it had are converted all the same."""
    monkeypatch.setattr(audit_pool, "audit", _ends)
    result = CliRunner().invoke(main, ["audit", "--jobs", "2", "all"])
    found = {path.split("/")[1]: row["state"] for path, row in rows(folder).items()}

    assert result.exit_code == 1
    assert found["art"] == "bug"
    assert found["shop"] == "clean"


def test_a_record_survives_its_file() -> None:
    """As JSON and back."""
    outcome = convert(Source("config.yml", ORB))
    record = of("config.yml", ORB, outcome, summarise(outcome, __version__), Catalog())

    assert from_plain(json.loads(json.dumps(record.plain()))) == record


def test_the_rollup_grows_with_names_not_with_configs() -> None:
    """Ten thousand configs that are alike take as much room as one."""
    outcome = convert(Source("config.yml", ORB))
    record = of("config.yml", ORB, outcome, summarise(outcome, __version__), Catalog())
    rollup = Rollup()
    for _ in range(10_000):
        rollup.add(record)

    assert rollup.configs == 10_000
    counts = (rollup.codes, rollup.configs_of_code, rollup.images, rollup.secrets, rollup.blockers)
    assert sum(len(count) for count in counts) + len(rollup.orbs) < 40
    assert rollup.most_helpful() == ("orb acme/paint", 10_000)


USAGE = """\
ORGANIZATION_NAME,PROJECT_NAME,JOB_NAME,JOB_RUN_DATE,RESOURCE_CLASS,JOB_RUN_SECONDS
acme,shop,build,2026-10-01,medium,6000
acme,shop,build,2026-10-30,medium,12000
acme,shop,other,2026-10-30,medium,100
acme,phone,build,2026-10-02,m4pro.medium,900
"""


def test_minutes_are_those_that_jobs_took(folder: Path) -> None:
    """Of the jobs that are converted, for a month; what a plan does not hold comes in blocks."""
    (folder / "usage.csv").write_text(USAGE, encoding="utf-8")
    audited("all", "--usage", "usage.csv")
    minutes = 300 * (365.25 / 12) / 30
    found = json.loads((folder / "audit" / "audit.json").read_text(encoding="utf-8"))
    page = (folder / "audit" / "audit.md").read_text(encoding="utf-8")

    assert found["summary"]["minutes"] == round(minutes, 1)
    assert f"| Free | 50 | {minutes - 50:,.0f} | $10 |" in page
    assert "| Standard | 2,500 | 0 | $0 |" in page


def test_a_larger_step_costs_more_minutes(folder: Path) -> None:
    """With sizes mapped, a minute of a large job is two."""
    large = GOOD.replace("steps:", "resource_class: large, steps:")
    (folder / "all/shop/.circleci/config.yml").write_text(large, encoding="utf-8")
    (folder / "choices.yml").write_text("sizes: map\n", encoding="utf-8")
    (folder / "usage.csv").write_text(USAGE, encoding="utf-8")
    audited("all", "--usage", "usage.csv", "--choices", "choices.yml")
    found = json.loads((folder / "audit" / "audit.json").read_text(encoding="utf-8"))

    assert found["summary"]["minutes"] == round(600 * (365.25 / 12) / 30, 1)


def test_insights_tell_the_runs_of_a_workflows_jobs() -> None:
    """For any project: they name none."""
    job = {
        "name": "build",
        "window_start": "2026-10-01T00:00:00.000Z",
        "window_end": "2026-10-30T23:00:00.000Z",
        "metrics": {"total_runs": 10, "duration_metrics": {"mean": 60}},
    }
    usage = read_usage([("insights.json", json.dumps({"items": [job]}))])

    assert round(usage.minutes("shop", [("build", 1), ("other", 1)]), 2) == round(10 * (365.25 / 12) / 30, 2)


@pytest.mark.parametrize("text", ["a,b\n1,2\n", '{"items": [{}]}', "[]", "", "project_name,job_name\n"])
def test_what_is_no_export_is_refused(folder: Path, text: str) -> None:
    """With its name, and what is missing."""
    (folder / "usage.csv").write_text(text, encoding="utf-8")
    result = audited("all", "--usage", "usage.csv")

    assert result.exit_code == 3
    assert "usage.csv: this is no usage export of CircleCI" in result.output
