"""Which lines belong together, as data for the page's script."""

import json
from collections.abc import Iterable, Mapping

from migrate.report.html.fates import Line
from migrate.report.html.origins import Origin
from migrate.report.html.texts import Text


def matches(
    target: Text,
    origins: Mapping[int, tuple[Origin, ...]],
    sources: Iterable[Iterable[Line]],
    entries: Mapping[int, int],
) -> str:
    """Which lines belong together, for the script: numbers and words of ours only, so that nothing needs escaping.

    `ranges` are lines of sources, `origins` are a range each with those of the way to it, `result` has for each line
    its origins, and `notes` for each line of each source its entries in the ledger.
    """
    ranges: dict[tuple[int, ...], int] = {}
    known: dict[Origin, int] = {}
    result = [[known.setdefault(one, len(known)) for one in origins.get(line, ())] for line in _numbers(target)]
    table = [
        [ranges.setdefault(tuple(one.lines), len(ranges)), *(ranges.setdefault(tuple(r), len(ranges)) for r in one.way)]
        for one in known
    ]
    told = [
        [list(dict.fromkeys(entries[n] for n in line.notes if n in entries)) for line in lines] for lines in sources
    ]
    notes = [{number: some for number, some in enumerate(lines, 1) if some} for lines in told]
    data = {"ranges": list(ranges), "origins": table, "result": result, "notes": notes}
    return json.dumps(data, separators=(",", ":"))


def _numbers(shown: Text) -> range:
    return range(1, len(shown.lines) + 1)


__all__ = ["matches"]
