"""What a shell can offer for an argument or an option: files, folders, and the names that we know.

Each is a `shell_complete` of click's (https://click.palletsprojects.com/en/stable/shell-completion/): from the context,
the parameter and what is typed so far, to items. What cannot be had is not offered; in the middle of a line
nobody wants to read why.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from migrate.diagnostics import CODES, Circle2bbError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from migrate.catalog import Catalog


def files(_: click.Context, __: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    """Have the shell offer files, and folders on the way to them."""
    return [_item(typed, "file")]


def folders(_: click.Context, __: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    """Have the shell offer folders."""
    return [_item(typed, "dir")]


def codes(_: click.Context, __: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    """The codes of notes, with their titles."""
    from migrate.cli.explain import load_codes

    load_codes()
    return [_item(name, said=CODES[name].title) for name in _beginning(CODES, typed)]


def orbs(context: click.Context, _: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    """The orbs that are mapped, by us or in the folder of `--mappings`."""
    return [_item(name) for name in _beginning(_catalog(context).orbs(), typed)]


def additions(context: click.Context, _: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    """The additions that there are, ours and those in the folder of `--mappings`, with what they do."""
    catalog = _catalog(context)
    names = _beginning(catalog.names("additions"), typed)
    return [_item(name, said=_description(catalog, name)) for name in names]


def _catalog(context: click.Context) -> "Catalog":
    from migrate.catalog import Catalog

    return Catalog(context.params.get("mappings"))


def _description(catalog: "Catalog", addition: str) -> str | None:
    """What an addition's job says of itself; what is wrong with a mapping is told when it is used."""
    from migrate.yamlio.decode import peek
    from migrate.yamlio.nodes import Scalar

    try:
        said = peek(peek(peek(catalog.tree(f"additions/{addition}.yml"), "jobs"), addition), "description")
    except (Circle2bbError, OSError):
        return None
    return said.text if isinstance(said, Scalar) else None


def _beginning(names: Iterable[str], typed: str) -> list[str]:
    return sorted(name for name in names if name.startswith(typed))


def _item(value: str, kind: str = "plain", said: str | None = None) -> "CompletionItem[str]":
    from click.shell_completion import CompletionItem

    return CompletionItem(value, kind, said)


__all__ = ["additions", "codes", "files", "folders", "orbs"]
