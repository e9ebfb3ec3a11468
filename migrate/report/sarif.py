"""Notes as SARIF 2.1.0, for viewers of code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

Every note is a result at its line of the source; where it came through commands and orbs, and the line of the pipelines
file that it is about, are related locations. Its fingerprint does not change when lines are put in above it.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote

from migrate.diagnostics import Code, Fate, Note, Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME = "https://github.com/circle2bb/circle2bb"
_LEVELS = {
    Fate.ERROR: "error",
    Fate.MANUAL: "warning",
    Fate.DROPPED: "warning",
    Fate.APPROXIMATED: "note",
    Fate.REWRITTEN: "none",
    Fate.KEPT: "none",
}


class Finding(NamedTuple):
    """A note, and the line of the pipelines file that it is about, if there is one."""

    note: Note
    target: int | None = None


def render(findings: Iterable[Finding], version: str, pipelines: str = "bitbucket-pipelines.yml") -> str:
    """The text of the file; `version` is the tool's, `pipelines` the name of the pipelines file."""
    found = tuple(findings)
    codes = {one.note.code.id: one.note.code for one in found}
    rules = sorted(codes)
    driver = {
        "name": "circle2bb",
        "version": version,
        "informationUri": _HOME,
        "rules": [_rule(codes[name]) for name in rules],
    }
    results = [_result(one, rules.index(one.note.code.id), pipelines) for one in found]
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [{"tool": {"driver": driver}, "results": results}]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: Code) -> dict[str, object]:
    rule: dict[str, object] = {
        "id": code.id,
        "shortDescription": {"text": code.title},
        "fullDescription": {"text": code.explanation},
        "defaultConfiguration": {"level": _LEVELS[code.fate]},
        "properties": {"fate": str(code.fate)},
    }
    if code.advice:
        rule["help"] = {"text": code.advice}
    return rule | ({"helpUri": code.urls[0]} if code.urls else {})


def _result(finding: Finding, rule: int, pipelines: str) -> dict[str, object]:
    note = finding.note
    related = [_location(span) for span in note.trail if span != note.span]
    if finding.target:
        related.append(_location(Span(pipelines, finding.target, 1)))
    told = f"{note.code.id}\0{note.subject}\0{note.detail}"
    return {
        "ruleId": note.code.id,
        "ruleIndex": rule,
        "level": _LEVELS[note.code.fate],
        "message": {"text": note.detail},
        "locations": [_location(note.span)],
        "relatedLocations": [{"id": number, **location} for number, location in enumerate(related)],
        "partialFingerprints": {"said/v1": hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()},
    }


def _location(span: Span) -> dict[str, object]:
    place = {"artifactLocation": {"uri": quote(span.file.replace("\\", "/"))}}
    return {"physicalLocation": {**place, "region": {"startLine": span.line, "startColumn": span.column}}}


__all__ = ["Finding", "render"]
