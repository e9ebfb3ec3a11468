"""The summary as `migration-report.json`: for programs, so its shape is a contract (schema 1)."""

import json

from migrate.diagnostics import Span
from migrate.lower.ordered import Ordered
from migrate.report.rows import Row
from migrate.report.summary import Remark, Summary
from migrate.report.truth import events

SCHEMA = 1


def render(summary: Summary) -> str:
    """The text of the file."""
    counts = summary.counts._asdict()
    del counts["added"]
    report = {
        "schema": SCHEMA,
        "tool": {"name": "circle2bb", "version": summary.version},
        "source": {
            "path": summary.source.path,
            "sha256": summary.source.sha256,
            "files": list(summary.files),
        },
        "summary": {"jobs": counts, "fates": {str(fate): count for fate, count in summary.fates}},
        "jobs": [_job(row) for row in summary.rows],
        "notes": [_note(remark) for remark in summary.remarks],
        "variables": [
            {
                "name": one.name,
                "secret": one.secret,
                "scope": one.scope,
                "used_by": list(one.used_by),
                "from": one.origin,
                **({"environment": one.environment} if one.environment else {}),
            }
            for one in summary.variables
        ],
        "environments": [{"name": one.name, "type": one.type} for one in summary.environments],
        "schedules": [one._asdict() for one in summary.schedules],
        "order": [_order(one) for one in summary.order],
        "events": events(summary.verdict),
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _job(row: Row) -> dict[str, object]:
    return {
        "workflow": row.workflow,
        "job": row.job,
        "fate": str(row.fate),
        "steps": list(row.steps),
        "notes": list(row.notes),
    }


def _order(one: Ordered) -> dict[str, object]:
    waiting = [
        {"job": job.job, "strangers": list(job.strangers), "more": job.more, "gates": list(job.gates)}
        for job in one.waiting
    ]
    return {"start": one.where, "unit": one.unit, "before": one.before, "after": one.after, "waiting": waiting}


def _note(remark: Remark) -> dict[str, object]:
    note = remark.note
    return {
        "code": note.code.id,
        "fate": str(note.code.fate),
        "subject": note.subject,
        "detail": note.detail,
        "source": _span(note.span),
        "trail": [_span(span) for span in note.trail],
        "target": {"line": remark.target} if remark.target else None,
    }


def _span(span: Span) -> dict[str, object]:
    return {"file": span.file, "line": span.line, "column": span.column}


__all__ = ["SCHEMA", "render"]
