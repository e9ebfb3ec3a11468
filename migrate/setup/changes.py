"""What lies between a plan and what there is: the requests that are missing, and what is left as it is, and why.

Each function takes what the API answers for one list, and gives the difference. What is there by its name is never
made twice; what is there and was not asked for is never touched. If nothing differs, there is nothing to send.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

from migrate.report.checklist import Environment
from migrate.setup import api
from migrate.setup.api import Body, Paths
from migrate.setup.plan import KnownHost, Plan, Variable

Values = Callable[[Variable], str | None]
"""The value of a variable, None if nobody gave one."""
There = Iterable[dict[str, Any]]
"""What the API has, as it answers."""


class Request(NamedTuple):
    """A request that changes something: what it does, in the imperative, and how."""

    said: str
    method: str
    path: str
    body: Body


class Left(NamedTuple):
    """What is left as it is: `said` tells why. Something that is `open` is still to be done by a person."""

    said: str
    open: bool = False


Change = Request | Left


def enabled(paths: Paths, config: dict[str, Any]) -> Iterator[Change]:
    """Enable Pipelines; `config` is empty where a repository has never had them."""
    if config.get("enabled") is True:
        yield Left("Pipelines is enabled")
    else:
        yield Request("enable Pipelines", "PUT", paths.config, {"enabled": True})


def environments(planned: Iterable[Environment], path: str, there: There) -> Iterator[Change]:
    """Create the environments that there are not; upper and lower case do not tell them apart."""
    types = {str(one.get("name", "")).casefold(): _type(one) for one in there}
    for one in planned:
        found = types.get(one.name.casefold())
        if found is None:
            said = f"create the environment '{one.name}' of the type {one.type}"
            yield Request(said, "POST", path, api.environment(one))
        elif found != one.type:
            yield Left(f"the environment '{one.name}' is there, with the type {found or 'that it has'}; it stays so")
        else:
            yield Left(f"the environment '{one.name}' is there")


def _type(environment: dict[str, Any]) -> str:
    kind = environment.get("environment_type")
    return str(kind.get("name", "")) if isinstance(kind, dict) else ""


def variables(
    planned: Iterable[Variable], path: str, there: There, values: Values, *, overwrite: bool
) -> Iterator[Change]:
    """Create the variables that there are not, and give those their value whose value can be seen and is another.

    The value of a secured one cannot be read: it stays, unless all are to be overwritten.
    """
    found = {str(one.get("key")): one for one in there}
    for one in planned:
        old = found.get(one.name)
        if old is not None and old.get("secured") and not overwrite:
            yield Left(f"{one.said} is there; its value cannot be seen and stays (--overwrite sets it)")
            continue
        value = values(one)
        if value is None and old is None:
            yield Left(f"{one.said} has no value: set {one.sources[0]}", open=True)
        elif old is None:
            body = api.variable(one.name, value or "", secured=one.secured)
            yield Request(f"create {one.said}", "POST", path, body)
        else:
            yield from _changed(one, path, old, value)


def _changed(one: Variable, path: str, old: dict[str, Any], value: str | None) -> Iterator[Change]:
    """What becomes of a variable that is there; a secured one stays secured."""
    bare = one.secured and not old.get("secured")
    if value is None:
        said = f"{one.said} is there, but not secured: set {one.sources[0]}, so that it can be"
        yield Left(said, open=True) if bare else Left(f"{one.said} is there; no other value was given")
    elif not old.get("secured") and not bare and old.get("value") == value:
        yield Left(f"{one.said} is there, with this value")
    else:
        secured = one.secured or bool(old.get("secured"))
        body = api.variable(one.name, value, secured=secured)
        yield Request(f"set {one.said}", "PUT", api.below(path, str(old.get("uuid"))), body)


def known_hosts(planned: Iterable[KnownHost], path: str, there: There) -> Iterator[Change]:
    """Make the hosts known whose keys are known here; a host that is there keeps the key that it has."""
    found = {_host(str(one.get("hostname", ""))): one.get("public_key") for one in there}
    for one in planned:
        if one.name.lower() in found:
            yield _known(one, found[one.name.lower()])
        elif one.key is None:
            said = f"the key of the host '{one.name}' is not known: 'ssh-keyscan {one.name} >> FILE', compare its "
            yield Left(f"{said}fingerprint with the host's own, then --known-hosts FILE", open=True)
        else:
            said = f"make the host '{one.name}' known by its {one.key.type} key"
            yield Request(said, "POST", path, api.known_host(one.name, one.key))


def _known(one: KnownHost, key: object) -> Left:
    """What is said of a host that is there, with this key of the API's."""
    same = isinstance(key, dict) and one.key and key.get("key_type") == one.key.type
    if same and isinstance(key, dict) and one.key and key.get("key") != one.key.key:
        return Left(f"the host '{one.name}' is known by another key than yours: find out which is right", open=True)
    return Left(f"the host '{one.name}' is known")


def _host(text: str) -> str:
    """A host's name as the API has it: `[example.com]:22` is `example.com`."""
    return text.lower().removesuffix(":22").strip("[]")


def schedules(plan: Plan, path: str, there: There) -> Iterator[Change]:
    """Create the schedules that there are not; one that somebody has switched off stays off."""
    found = {_slot(one): one.get("enabled", True) for one in there}
    for one in plan.schedules:
        slot = (one.cron, one.branch, one.pipeline)
        said = f"'{one.pipeline}' on '{one.branch}' at '{one.cron}'"
        if slot not in found:
            yield Request(f"schedule {said}", "POST", path, api.schedule(one))
        else:
            yield Left(f"{said} is scheduled" + ("" if found[slot] else ", and switched off; it stays so"))
    for one in plan.unfinished:
        lacks = " and ".join(word for word, known in (("times", one.cron), ("branch", one.branch)) if not known)
        yield Left(f"the {lacks} of the schedule of '{one.pipeline}' stand in CircleCI's project settings", open=True)


def _slot(schedule: dict[str, Any]) -> tuple[str, str, str]:
    target = schedule.get("target")
    target = target if isinstance(target, dict) else {}
    selector = target.get("selector")
    pattern = selector.get("pattern", "") if isinstance(selector, dict) else ""
    return str(schedule.get("cron_pattern", "")), str(target.get("ref_name", "")), str(pattern)


def build_number(plan: Plan, path: str, newest: There) -> Iterator[Change]:
    """Set the number of the next build.

    It cannot be read, only seen in a pipeline: until one has run it is set again, to the same.
    """
    if not plan.build_number:
        return
    last = max((int(one.get("build_number") or 0) for one in newest), default=0)
    if last + 1 >= plan.build_number:
        yield Left(f"the last build had the number {last}; the next one's is not set")
    else:
        said = f"give the next build the number {plan.build_number}"
        yield Request(said, "PUT", path, {"next": plan.build_number})


__all__ = [
    "Change",
    "Left",
    "Request",
    "There",
    "Values",
    "build_number",
    "enabled",
    "environments",
    "known_hosts",
    "schedules",
    "variables",
]
