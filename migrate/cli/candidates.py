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
    return [_item(name) for name in _beginning(_known(context, "orbs"), typed)]


def additions(context: click.Context, _: click.Parameter, typed: str) -> "list[CompletionItem[str]]":
    """The additions that there are, ours and those in the folder of `--mappings`."""
    return [_item(name) for name in _beginning(_known(context, "additions"), typed)]


def _known(context: click.Context, kind: str) -> tuple[str, ...]:
    from migrate.catalog import Catalog

    try:
        catalog = Catalog(context.params.get("mappings"))
        return catalog.orbs() if kind == "orbs" else catalog.names(kind)
    except (Circle2bbError, OSError):
        return ()


def _beginning(names: Iterable[str], typed: str) -> list[str]:
    return sorted(name for name in names if name.startswith(typed))


def _item(value: str, kind: str = "plain", said: str | None = None) -> "CompletionItem[str]":
    from click.shell_completion import CompletionItem

    return CompletionItem(value, kind, said)


__all__ = ["additions", "codes", "files", "folders", "orbs"]
