"""The plan as JSON, for programs: its shape is a contract (schema 1)."""

import json

from migrate.setup.plan import Plan

SCHEMA = 1


def render(plan: Plan, version: str) -> str:
    """The text of the file."""
    data = {
        "schema": SCHEMA,
        "tool": {"name": "circle2bb", "version": version},
        "source": {"path": plan.source},
        "pipelines": {"enabled": True},
        "build_number": {"next": plan.build_number or None, "read_by_scripts": plan.numbered},
        "variables": [
            {
                "name": one.name,
                "secured": one.secured,
                "scope": one.scope,
                "environment": one.environment or None,
                "used_by": list(one.used_by),
                "contexts": list(one.contexts),
                "value_from": list(one.sources),
            }
            for one in plan.variables
        ],
        "contexts": [{"name": name, "used_by": list(jobs)} for name, jobs in plan.contexts],
        "environments": [{"name": one.name, "type": one.type} for one in plan.environments],
        "known_hosts": [
            {"hostname": one.name, "used_by": list(one.used_by), "key": one.key and one.key._asdict()}
            for one in plan.hosts
        ],
        "ssh_keys": list(plan.keys),
        "schedules": [one._asdict() for one in (*plan.schedules, *plan.unfinished)],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


__all__ = ["SCHEMA", "render"]
