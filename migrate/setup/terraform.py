"""The plan as Terraform, for the provider DrFaust92/bitbucket.

Resources and their arguments are those of the provider's documentation
(https://registry.terraform.io/providers/DrFaust92/bitbucket/latest/docs, 2.50; checked 2026-11-28). Values are
variables of Terraform without defaults. Whether Pipelines is enabled is an argument of the resource of the whole
repository, which we do not claim to know; the number of the next build is none at all. Both are told in comments.
"""

import json
from collections.abc import Iterator, Sequence

from migrate.lower.draft import Schedule
from migrate.setup.plan import DEPLOYMENT, WORKSPACE, KnownHost, Plan, Variable

_REPOSITORY = '"${var.workspace}/${var.repository}"'
_HEAD = """\
# What the pipelines of {source} need on Bitbucket. Made by 'circle2bb setup --format terraform'.
#
# The provider takes its login from BITBUCKET_USERNAME (the account's email) and BITBUCKET_PASSWORD (an API token), or
# from BITBUCKET_OAUTH_TOKEN. Give values as TF_VAR_… or in a file that is in no repository; the state has them, too.
#
# Not in here, as the provider has no resource of its own for it:
# - enable Pipelines first: Repository settings, Pipelines, Settings; or 'pipelines_enabled = true' in the
#   bitbucket_repository that you have
{number}# - Bitbucket makes the environments Test, Staging and Production by itself: import those that are there

terraform {{
  required_providers {{
    bitbucket = {{
      source  = "DrFaust92/bitbucket"
      version = "~> 2.50"
    }}
  }}
}}

provider "bitbucket" {{}}

variable "workspace" {{
  description = "The workspace's ID, as in the repository's address"
  type        = string
{workspace}}}

variable "repository" {{
  description = "The repository's name, as in its address"
  type        = string
{repository}}}
"""
Pairs = Sequence[tuple[str, str]]


class _Labels:
    """Names of blocks: each is given once."""

    def __init__(self) -> None:
        self.used: set[str] = {"workspace", "repository"}

    def new(self, *words: str) -> str:
        """A label made of words: small letters, digits and underscores, not a digit first."""
        text = "_".join(filter(None, words)).lower()
        plain = "".join(char if char.isascii() and char.isalnum() else "_" for char in text)
        plain = plain if plain[:1].isalpha() else f"_{plain}"
        label, number = plain, 1
        while label in self.used:
            number += 1
            label = f"{plain}_{number}"
        self.used.add(label)
        return label


def render(plan: Plan, repository: tuple[str, str] = ("", "")) -> str:
    """The text of the file; `repository`, its workspace and name, are defaults if they are known."""
    workspace, name = (f"  default     = {_text(word)}\n" if word else "" for word in repository)
    number = "# - the number of the next build\n" if plan.build_number else ""
    source = " ".join(plan.source.split())
    blocks = [_HEAD.format(source=source, number=number, workspace=workspace, repository=name)]
    return "\n".join((*blocks, *_blocks(plan)))


def _blocks(plan: Plan) -> Iterator[str]:
    labels, places = _Labels(), {}
    for one in plan.environments:
        places[one.name] = labels.new("environment", one.name)
        pairs = [("repository", _REPOSITORY), ("name", _text(one.name)), ("stage", _text(one.type))]
        yield _block("resource", "bitbucket_deployment", places[one.name], pairs)
    for variable in plan.variables:
        yield from _variable(variable, labels.new(variable.environment, variable.name), places)
    for host in plan.hosts:
        yield from _known_host(host, labels)
    for schedule in plan.schedules:
        yield _schedule(schedule, labels.new("schedule", schedule.pipeline, schedule.branch))
    for schedule in plan.unfinished:
        yield f"# The schedule of {_text(schedule.pipeline)} lacks what stands in CircleCI's project settings.\n"


def _variable(one: Variable, label: str, places: dict[str, str]) -> Iterator[str]:
    said = _text(f"The value of {one.said}, used by {', '.join(one.used_by)}")
    pairs = [("description", said), ("type", "string"), *([("sensitive", "true")] if one.secured else [])]
    yield _block("variable", label, "", pairs)
    value = [("key", _text(one.name)), ("value", f"var.{label}"), ("secured", "true" if one.secured else "false")]
    if one.scope == DEPLOYMENT:
        place = f"bitbucket_deployment.{places[one.environment]}.id"
        yield _block("resource", "bitbucket_deployment_variable", label, [("deployment", place), *value])
    elif one.scope == WORKSPACE:
        yield _block("resource", "bitbucket_workspace_variable", label, [("workspace", "var.workspace"), *value])
    else:
        yield _block("resource", "bitbucket_repository_variable", label, [("repository", _REPOSITORY), *value])


def _known_host(one: KnownHost, labels: _Labels) -> Iterator[str]:
    where = [("workspace", "var.workspace"), ("repository", "var.repository"), ("hostname", _text(one.name))]
    label = labels.new("host", one.name)
    if one.key:
        key = [("key_type", _text(one.key.type)), ("key", _text(one.key.key))]
    else:
        said = _text(f"The ed25519 key of the host {one.name} in base64, once its fingerprint was compared")
        yield _block("variable", label, "", [("description", said), ("type", "string")])
        key = [("key_type", '"ssh-ed25519"'), ("key", f"var.{label}")]
    yield _block("resource", "bitbucket_pipeline_ssh_known_host", label, where, _inner("public_key", key))


def _schedule(one: Schedule, label: str) -> str:
    where = [("workspace", "var.workspace"), ("repository", "var.repository")]
    selector = _inner("selector", [("type", '"custom"'), ("pattern", _text(one.pipeline))])
    target = _inner("target", [("ref_type", '"branch"'), ("ref_name", _text(one.branch))], selector)
    pairs = [*where, ("cron_pattern", _text(one.cron)), ("enabled", "true")]
    return _block("resource", "bitbucket_pipeline_schedule", label, pairs, target)


def _block(kind: str, first: str, second: str, pairs: Pairs, inner: tuple[str, ...] = ()) -> str:
    head = " ".join([kind, *(f'"{label}"' for label in (first, second) if label)])
    return "\n".join([f"{head} {{", *_lines(pairs, inner), "}", ""])


def _inner(name: str, pairs: Pairs, inner: tuple[str, ...] = ()) -> tuple[str, ...]:
    return (f"{name} {{", *_lines(pairs, inner), "}")


def _lines(pairs: Pairs, inner: tuple[str, ...]) -> Iterator[str]:
    """The lines of a block as 'terraform fmt' has them: equals signs below each other."""
    wide = max(len(name) for name, _ in pairs)
    yield from (f"  {name:<{wide}} = {value}" for name, value in pairs)
    if inner:
        yield ""
        yield from (f"  {line}".rstrip() for line in inner)


def _text(text: str) -> str:
    """A string as HCL writes it: JSON's, in which '${' and '%{' are no templates."""
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


__all__ = ["render"]
