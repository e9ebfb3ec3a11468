"""What a process of an audit does: it converts one config after another, writes their pages, and hands over records."""

import traceback
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

from migrate import Source, __version__, convert
from migrate.audit.record import BUG, UNREADABLE, Record, failed, of
from migrate.catalog import Catalog
from migrate.cli.audit_files import Found
from migrate.cli.exits import Refused
from migrate.cli.links import links
from migrate.cli.orb_options import Orbs
from migrate.cli.reading import Parts, Project, project
from migrate.diagnostics import CatalogError
from migrate.report import html, markdown
from migrate.report.summary import summarise

PAGES = "repositories"
"""The folder of the pages, in that of the roll-up."""


class Settings(NamedTuple):
    """What all conversions of an audit share; `folder` is where their pages go, which is called PAGES; "" for none."""

    choices: Source | None = None
    mappings: Path | None = None
    orb_sources: tuple[str, ...] = ()
    style: str = ""
    layout: str = ""
    folder: str = ""


class Task(NamedTuple):
    """A config to convert, its digest, and the name of its page."""

    found: Found
    sha256: str
    page: str


@lru_cache(maxsize=1)
def _tools(mappings: Path | None, orb_sources: tuple[str, ...]) -> tuple[Catalog, Orbs]:
    """The catalogue and the orbs' sources, opened once in each process."""
    return Catalog(mappings), Orbs(orb_sources, fetching=False)


def audit(settings: Settings, tasks: list[Task]) -> list[Record]:
    """Convert configs; whatever happens to one, there is a record of it."""
    return [_audited(settings, task) for task in tasks]


def _audited(settings: Settings, task: Task) -> Record:
    begun = perf_counter()
    try:
        given = project(task.found.path, None)
        record = _converted(settings, task, given._replace(choices=settings.choices or given.choices))
    except Refused as error:
        record = failed(task.found.shown, task.sha256, UNREADABLE, error.format_message())
    except CatalogError:
        raise  # the user's own mappings are wrong, for all configs
    except Exception as error:  # noqa: BLE001 - one bad file never stops the run
        where = traceback.extract_tb(error.__traceback__)[-1]
        said = f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
        record = failed(task.found.shown, task.sha256, BUG, said)
    return record._replace(sha256=task.sha256, seconds=round(perf_counter() - begun, 4))


def _converted(settings: Settings, task: Task, given: Project) -> Record:
    catalog, orbs = _tools(settings.mappings, settings.orb_sources)
    parts = Parts(given)
    outcome = convert(
        given.config,
        given.choices,
        catalog=catalog,
        has_file=given.has_file,
        orbs=orbs.source,
        files=parts.file,
        style=settings.style,
        layout=settings.layout,
    )
    summary = summarise(outcome, __version__)
    record = of(task.found.shown, given.config.text, outcome, summary, catalog)
    if outcome.text is None or not settings.folder:
        return record
    folder = Path(settings.folder, task.page)
    folder.mkdir(parents=True, exist_ok=True)
    pipelines = folder / "bitbucket-pipelines.yml"
    report = markdown.render(summary, links(given, outcome.files, folder, pipelines))
    page = html.render(summary, parts.named(outcome.files), given.choices)
    for path, text in (
        (pipelines, outcome.text),
        (folder / "migration-report.md", report),
        (folder / "migration-report.html", page),
    ):
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    return record._replace(page=f"{PAGES}/{folder.name}/migration-report.html")


__all__ = ["PAGES", "Settings", "Task", "audit"]
