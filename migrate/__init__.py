"""circle2bb: a compiler from CircleCI configuration to Bitbucket Pipelines.

>>> from migrate import Source, convert
>>> text = "{version: 2.1, jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}}"
>>> outcome = convert(Source("config.yml", text))
>>> outcome.pipelines.starts[0].section
'default'

The names of `__all__` are what programs can rely on; docs/python.md shows them.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.catalog import Catalog
    from migrate.circleci.orbs import Missing, Wanted
    from migrate.compiler import Outcome, Source, convert
    from migrate.diagnostics import CatalogError, Code, Fate, Note, Span
    from migrate.report.summary import Summary

__version__ = "0.1.0"

__all__ = [
    "Catalog",
    "CatalogError",
    "Code",
    "Fate",
    "Missing",
    "Note",
    "Outcome",
    "Source",
    "Span",
    "Summary",
    "Wanted",
    "__version__",
    "convert",
    "summarise",
]

_MODULES = {
    "migrate.catalog": ("Catalog",),
    "migrate.circleci.orbs": ("Missing", "Wanted"),
    "migrate.compiler": ("Outcome", "Source", "convert"),
    "migrate.diagnostics": ("CatalogError", "Code", "Fate", "Note", "Span"),
    "migrate.report.summary": ("Summary",),
}
"""Where the names come from that are loaded when they are first asked for."""


def summarise(outcome: "Outcome", files: tuple[str, ...] = ()) -> "Summary":
    """What a conversion did, as data: the jobs, the notes with their lines, what a person has to do and to create.

    `files` are the names of what was read besides the config and what the outcome knows of, such as a choices file.
    The formats of `migrate.report` make texts of it.
    """
    from migrate.report import summary

    return summary.summarise(outcome, __version__, (*outcome.files, *files))


def __getattr__(name: str) -> object:
    """Load the compiler when it is first asked for: `circle2bb --help` need not wait for it."""
    for module, names in _MODULES.items():
        if name in names:
            import importlib

            return getattr(importlib.import_module(module), name)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
