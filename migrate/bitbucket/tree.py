"""The model is laid out as a tree of YAML: keys in the order in which a person reads them."""

from collections.abc import Iterator

from migrate.bitbucket.model import (
    SECTIONS,
    Cache,
    Image,
    Item,
    Parallel,
    Pipe,
    Pipelines,
    Service,
    Start,
    Step,
    Upload,
    Variable,
)
from migrate.yamlio.write import Alias, Anchored, Commented, Flow, Value


def layout(model: Pipelines) -> dict[str, Value]:
    """The tree of the whole file."""
    tree: dict[str, Value] = {}
    if model.image:
        tree["image"] = _image(model.image)
    definitions = dict(_definitions(model))
    if definitions:
        tree["definitions"] = Commented(definitions, apart=bool(tree))
    if model.triggers:
        tree["triggers"] = Commented(_triggers(model), apart=bool(tree))
    tree["pipelines"] = Commented(_pipelines(model), apart=bool(tree))
    return tree


def _triggers(model: Pipelines) -> dict[str, Value]:
    events: dict[str, list[Value]] = {}
    for one in model.triggers:
        entry: dict[str, Value] = {"condition": one.condition, "pipelines": Flow(list[Value](one.pipelines))}
        events.setdefault(one.event, []).append(entry)
    return dict(events)


def _definitions(model: Pipelines) -> Iterator[tuple[str, Value]]:
    if model.caches:
        yield "caches", {cache.name: _cache(cache) for cache in model.caches}
    if model.services:
        services: dict[str, Value] = {service.name: _service(service) for service in model.services}
        yield "services", Commented(services, apart=bool(model.caches))
    if model.shared:
        scripts: list[Value] = [_titled(Anchored(shared.anchor, shared.text), shared.title) for shared in model.shared]
        yield "scripts", Commented(scripts, apart=bool(model.caches or model.services))
    if model.defined:
        anchors = {shared.text: shared.anchor for shared in model.shared}
        by_anchor = {defined.anchor: defined.step for defined in model.defined}
        steps: list[Value] = []
        for defined in model.defined:
            keys = dict(_step(defined.step, anchors))
            if defined.base:
                base = dict(_step(by_anchor[defined.base], anchors))
                keys = {"<<": Alias(defined.base)} | {k: v for k, v in keys.items() if base.get(k) != v}
            comment = (defined.step.comment,) if defined.step.comment else ()
            steps.append(Commented({"step": Anchored(defined.anchor, keys)}, comment, apart=bool(steps)))
        yield "steps", Commented(steps, apart=bool(model.caches or model.services or model.shared))


def _image(image: Image) -> Value:
    if not (image.username or image.user or image.aws):
        return image.name
    aws: dict[str, Value] = dict(image.aws)
    keys: dict[str, Value] = {
        "run-as-user": image.user,
        "username": image.username,
        "password": image.password,
        "aws": aws,
    }
    return {"name": image.name} | {key: value for key, value in keys.items() if value}


def _service(service: Service) -> Value:
    variables: dict[str, Value] = dict(service.variables)
    keys: dict[str, Value] = {"variables": variables, "memory": service.memory}
    image: dict[str, Value] = {"image": _image(service.image)} if service.image.name else {}
    return image | {key: value for key, value in keys.items() if value}


def _cache(cache: Cache) -> Value:
    if not cache.files:
        return cache.path
    return Flow({"path": cache.path, "key": {"files": list[Value](cache.files)}})


def _step(step: Step, shared: dict[str, str]) -> Iterator[tuple[str, Value]]:
    """The keys of a step; what it does comes last, who it is and where it runs first."""
    yield "name", step.name
    if step.image:
        yield "image", _image(step.image)
    plain: dict[str, Value] = {
        "size": step.size,
        "runs-on": Flow(list[Value](step.runs_on)) if step.runs_on else "",
        "runtime": _runtime(step),
        "max-time": step.max_time,
        "concurrency-group": step.concurrency,
        "deployment": step.deployment,
        "trigger": "manual" if step.manual else "",
        "condition": _condition(step),
        "oidc": step.oidc,
        "clone": _clone(step),
        "services": Flow(list[Value](step.services)) if step.services else "",
        "caches": Flow(list[Value](step.caches)) if step.caches else "",
    }
    yield from ((key, value) for key, value in plain.items() if value)
    yield "script", [_item(item, shared) for item in step.script]
    if step.after_script:
        yield "after-script", [_item(item, shared) for item in step.after_script]
    artifacts = dict(_artifacts(step))
    if artifacts:
        yield "artifacts", artifacts


def _artifacts(step: Step) -> Iterator[tuple[str, Value]]:
    if step.downloads or step.no_downloads:
        yield "download", Flow(list[Value](step.downloads)) if step.downloads else False
    if step.artifacts:
        yield "upload", [_upload(upload) for upload in step.artifacts]


def _condition(step: Step) -> Value:
    paths: Value = {"includePaths": list[Value](step.changes)} if step.changes else {}
    keys: dict[str, Value] = {"changesets": paths, "state": step.state}
    return {key: value for key, value in keys.items() if value}


def _runtime(step: Step) -> Value:
    keys: dict[str, Value] = {"arch": step.arch, "atlassian-ip-ranges": step.ip_ranges}
    cloud: dict[str, Value] = {key: value for key, value in keys.items() if value}
    return {"cloud": cloud} if cloud else {}


def _clone(step: Step) -> Value:
    if not step.clone:
        return {"enabled": False}
    if not step.depth:
        return {}
    return {"depth": int(step.depth) if step.depth.isdecimal() else step.depth}


def _item(item: Item, shared: dict[str, str]) -> Value:
    if isinstance(item, Pipe):
        variables: dict[str, Value] = dict(item.variables)
        pipe: dict[str, Value] = {"pipe": item.ref}
        return _titled(pipe | {"variables": variables} if variables else pipe, item.title)
    if item.text in shared:
        return Alias(shared[item.text])
    return _titled(item.text, item.title)


def _titled(value: Value, title: str) -> Value:
    return Commented(value, (title,)) if title else value


def _upload(upload: Upload) -> Value:
    return {
        "name": upload.name,
        "type": upload.type,
        "paths": Flow(list[Value](upload.paths)),
        "capture-on": upload.capture_on,
    }


def _pipelines(model: Pipelines) -> dict[str, Value]:
    steps = {id(defined.step): defined.anchor for defined in model.defined}
    tree: dict[str, Value] = {}
    for section in SECTIONS:
        starts = [start for start in model.starts if start.section == section]
        if section == "default":
            tree |= {start.section: _pipeline(start, steps) for start in starts}
        elif starts:
            tree[section] = {start.pattern: _pipeline(start, steps) for start in starts}
    return tree


def _pipeline(start: Start, anchors: dict[int, str]) -> Value:
    if start.like:
        return Alias(start.like)
    items: list[Value] = []
    if start.variables:
        items.append({"variables": [_variable(variable) for variable in start.variables]})
    for item in start.pipeline:
        if isinstance(item, Parallel):
            items.append({"parallel": [{"step": _named(step, anchors)} for step in item.steps]})
        else:
            items.append({"final" if item.final else "step": _named(item, anchors)})
    return Anchored(start.anchor, items) if start.anchor else items


def _named(step: Step, anchors: dict[int, str]) -> Value:
    """A step as a pipeline has it: by its anchor, or in full if it runs another pipeline."""
    if not step.child:
        return Alias(anchors[id(step)])
    passed: dict[str, Value] = {"input": list[Value](step.inputs), "output": list[Value](step.outputs)}
    artifacts: dict[str, Value] = {key: value for key, value in passed.items() if value}
    keys: dict[str, Value] = {"name": step.name, "type": "pipeline", "custom": step.child, "artifacts": artifacts}
    return {key: value for key, value in keys.items() if value}


def _variable(variable: Variable) -> Value:
    keys: dict[str, Value] = {
        "name": variable.name,
        "default": variable.default,
        "allowed-values": Flow(list[Value](variable.allowed)) if variable.allowed else "",
        "description": variable.description,
    }
    return {key: value for key, value in keys.items() if value}
