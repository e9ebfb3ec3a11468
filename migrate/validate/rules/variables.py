"""Variables of custom pipelines (reference bitbucket.md, section 1.2)."""

import re

from migrate.diagnostics import Fate, declare
from migrate.validate.document import File, items, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping, Scalar

VARIABLE = declare(
    "pipelines-variable",
    Fate.ERROR,
    "A variable of a custom pipeline is not one",
    """It has a name of letters, digits and low lines. Values that may be chosen need a default, and that is one of
    them.

    Bitbucket refuses the file.

    Name it so, and put quotes around true and 1: all values are texts.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/",
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check(file: File) -> None:
    """Look at what custom pipelines ask for."""
    for pipeline in file.pipelines:
        for item in (item for item in pipeline.items if item.kind == "variables"):
            for row in items(item.node):
                if isinstance(row, Mapping):
                    _row(row, item.path, file)


def _row(row: Mapping, path: str, file: File) -> None:
    name, default, allowed = (peek(row, key) for key in ("name", "default", "allowed-values"))
    if not _NAME.fullmatch(text(name)):
        file.say(VARIABLE, (name or row).span, path, f"'{text(name)}' is no name of a variable")
    values = [text(item) for item in items(allowed)]
    for value in (*items(default), *items(allowed)):
        if isinstance(value, Scalar) and value.kind != "str":
            said = f"a value of '{text(name)}' is {value.text}, which is no text; put quotes around it"
            file.say(VARIABLE, value.span, path, said)
    if allowed and default is None:
        said = f"'{text(name)}' has allowed values and no default"
        file.say(VARIABLE, allowed.span, path, said)
    elif allowed and default and text(default) not in values:
        said = f"the default of '{text(name)}' is none of its allowed values: {', '.join(values)}"
        file.say(VARIABLE, default.span, path, said)
