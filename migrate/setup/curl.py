"""The plan as a shell script of curl's calls, for who wants to see each request before it is sent.

It is bash, with curl and jq. No secret is an argument of a program, where others on the machine could read it: curl
reads the login from a file that is none (`<(…)`) and bodies from standard input, and jq takes values from its
environment. It creates what there is not, and changes nothing that is there; so it can be run again.
"""

import json
from collections.abc import Iterator

from migrate.setup.api import API, Paths, known_host, schedule
from migrate.setup.plan import DEPLOYMENT, REPOSITORY, WORKSPACE, Plan, Variable
from migrate.shell import quote

_HEAD = r"""#!/usr/bin/env bash
# What the pipelines of {source} need on Bitbucket. Made by 'circle2bb setup --format curl'.
#
#     bash setup.sh WORKSPACE/REPOSITORY
#
# needs curl (7.76 or later) and jq. It takes from the environment: CIRCLE2BB_TOKEN, an API token, and CIRCLE2BB_EMAIL,
# the account's address; or CIRCLE2BB_TOKEN alone, an access token of the repository or workspace. And the values of the
# variables, named below: what has no value is left out and told. What is there already stays; run it again at any time.
# shellcheck disable=SC2016 # what looks like a variable of the shell's between apostrophes is one of jq's
set -euo pipefail

if (($# != 1)) || [[ ! $1 =~ ^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$ ]]; then
  echo "usage: bash $0 WORKSPACE/REPOSITORY" >&2
  exit 2
fi
workspace=${{1%%/*}}
repository=${{1#*/}}
if [[ ! ${{CIRCLE2BB_TOKEN-}} =~ ^[^[:space:]\"\\]+$ || ${{CIRCLE2BB_EMAIL-}} =~ [[:space:]\"\\] ]]; then
  echo "set CIRCLE2BB_TOKEN, and CIRCLE2BB_EMAIL if it is an API token" >&2
  exit 2
fi
for program in curl jq; do
  if ! command -v "$program" >/dev/null; then
    echo "$program is not installed" >&2
    exit 2
  fi
done
api=${{CIRCLE2BB_API:-{api}}}
open=0
"""
_FUNCTIONS = r"""
# The login, as curl's configuration. printf is part of bash, and no program that has arguments.
login() {
  if [[ -n ${CIRCLE2BB_EMAIL-} ]]; then
    printf 'user = "%s:%s"\n' "$CIRCLE2BB_EMAIL" "$CIRCLE2BB_TOKEN"
  else
    printf 'header = "Authorization: Bearer %s"\n' "$CIRCLE2BB_TOKEN"
  fi
}

# send METHOD PATH: the body comes on standard input. A POST whose answer is lost may have been carried out, so it is
# not sent again: run the script again, and it looks.
send() {
  local answer
  answer=$(curl --silent --show-error --fail-with-body --config <(login) --request "$1" \
    --header 'Content-Type: application/json' --data-binary @- "$api/$2") || fail "$1 $api/$2" "$answer"
}

# fail REQUEST ANSWER: ends the script. The answer may quote what it does not like.
fail() {
  echo "$1 did not succeed; what was done stays, run this again: ${2//"$CIRCLE2BB_TOKEN"/***}" >&2
  exit 1
}
"""
_GET = r"""
# get URL: prints the answer.
get() {
  local answer
  answer=$(curl --silent --show-error --fail-with-body --retry 5 --config <(login) "$1") || fail "GET $1" "$answer"
  printf '%s\n' "$answer"
}
"""
_LOOK = r"""
# look PATH: puts all that the list has into $there, an object a line, page by page.
look() {
  local url="$api/$1?pagelen=100" page
  there=
  while [[ -n $url ]]; do
    page=$(get "$url") || exit 1
    there+=$(jq --compact-output '.values[]?' <<<"$page")$'\n'
    url=$(jq --raw-output '.next // empty' <<<"$page")
    # The token goes to the API, and nowhere else.
    if [[ -n $url && $url != "$api"/* ]]; then
      echo "the next page would be at $url, which is not below $api" >&2
      exit 1
    fi
  done
}

# has FILTER [NAME VALUE]...: whether something in $there is so, by a filter of jq's.
has() {
  local filter=$1 arguments=()
  shift
  while (($#)); do
    arguments+=(--arg "$1" "$2")
    shift 2
  done
  jq --exit-status --slurp "${arguments[@]}" "any(.[]; $filter)" <<<"$there" >/dev/null
}
"""
_ENVIRONMENT = r"""
# environment NAME TYPE
environment() {
  if has '(.name | ascii_downcase) == ($name | ascii_downcase)' name "$1"; then
    echo "there already: the environment $1"
  else
    jq --null-input --arg name "$1" --arg type "$2" \
      '{name: $name, environment_type: {name: $type}, restrictions: {admin_only: false}}' | send POST "$environments"
    echo "created: the environment $1"
  fi
}
"""
_UUID = r"""
# uuid NAME: prints the UUID of an environment, as it stands in a path.
uuid() {
  look "repositories/$workspace/$repository/environments"
  jq --raw-output --arg name "$1" \
    'select((.name | ascii_downcase) == ($name | ascii_downcase)) | .uuid | @uri' <<<"$there"
}
"""
_VARIABLE = r"""
# variable NAME SECURED SOURCE...: its value is that of the first source, a variable of the environment, that has one.
variable() {
  local name=$1 secured=$2 source
  shift 2
  if has '.key == $name' name "$name"; then
    echo "there already: the variable $name"
    return
  fi
  for source in "$@"; do
    if [[ -n ${!source-} ]]; then
      VALUE=${!source} jq --null-input --arg name "$name" --argjson secured "$secured" \
        '{key: $name, value: env.VALUE, secured: $secured}' | send POST "$variables"
      echo "created: the variable $name"
      return
    fi
  done
  echo "no value: the variable $name; set $1" >&2
  open=1
}
"""
_HOST = r"""
# known_host NAME BODY
known_host() {
  if has '(.hostname | rtrimstr(":22") | ltrimstr("[") | rtrimstr("]")) == $name' name "$1"; then
    echo "there already: the host $1"
  else
    send POST "$hosts" <<<"$2"
    echo "created: the host $1"
  fi
}
"""
_SCHEDULE = r"""
# schedule CRON BRANCH PIPELINE BODY
schedule() {
  if has '.cron_pattern == $cron and .target.ref_name == $branch and .target.selector.pattern == $pipeline' \
    cron "$1" branch "$2" pipeline "$3"; then
    echo "there already: the schedule of $3 on $2"
  else
    send POST "$schedules" <<<"$4"
    echo "created: the schedule of $3 on $2"
  fi
}
"""
_PATHS = Paths("$workspace", "$repository")


def render(plan: Plan) -> str:
    """The text of the script; functions that it does not call are not in it."""
    listed = plan.environments or plan.variables or plan.schedules or any(host.key for host in plan.hosts)
    functions = (
        (_GET, listed or plan.build_number),
        (_LOOK, listed),
        (_ENVIRONMENT, plan.environments),
        (_UUID, any(one.scope == DEPLOYMENT for one in plan.variables)),
        (_VARIABLE, plan.variables),
        (_HOST, any(host.key for host in plan.hosts)),
        (_SCHEDULE, plan.schedules),
    )
    head = _HEAD.format(source=" ".join(plan.source.split()), api=API)
    return "".join((head, _FUNCTIONS, *(text for text, wanted in functions if wanted), *_calls(plan)))


def _calls(plan: Plan) -> Iterator[str]:
    yield f'\n# Pipelines\nsend PUT "{_PATHS.config}" <<<\'{{"enabled": true}}\'\n'
    if plan.environments:
        yield f'\n# Deployment environments\nenvironments="{_PATHS.environments}"\nlook "$environments"\n'
        yield from (f"environment {quote(one.name)} {one.type}\n" for one in plan.environments)
    yield from _variables(plan)
    yield from _hosts(plan)
    if plan.build_number:
        number = plan.build_number
        yield "\n# The number of the next build\n"
        yield f"last=$(get \"$api/{_PATHS.newest}\" | jq '.values[0].build_number // 0')\n"
        yield f'if ((last + 1 < {number})); then\n  send PUT "{_PATHS.build_number}" <<<\'{{"next": {number}}}\'\nfi\n'
    if plan.schedules:
        yield f'\n# Schedules; their branches must have bitbucket-pipelines.yml\nschedules="{_PATHS.schedules}"\n'
        yield 'look "$schedules"\n'
        for one in plan.schedules:
            words = " ".join(map(quote, (one.cron, one.branch, one.pipeline)))
            yield f"schedule {words} \\\n  {quote(json.dumps(schedule(one)))}\n"
    for one in plan.unfinished:
        said = f"the schedule of {one.pipeline} lacks what stands in CircleCI's project settings"
        yield f"echo {quote(said)} >&2\n"
        yield "open=1\n"
    yield '\nexit "$open"\n'


def _variables(plan: Plan) -> Iterator[str]:
    for title, path, scope in (
        ("Workspace variables", _PATHS.workspace_variables, WORKSPACE),
        ("Repository variables", _PATHS.variables, REPOSITORY),
    ):
        yield from _list(title, path, [one for one in plan.variables if one.scope == scope])
    for place in dict.fromkeys(one.environment for one in plan.variables if one.scope == DEPLOYMENT):
        found = [one for one in plan.variables if one.environment == place]
        title = f"Variables of the environment {' '.join(place.split())}"
        yield from _list(title, _PATHS.deployment_variables("$uuid"), found, f"uuid=$(uuid {quote(place)})\n")


def _list(title: str, path: str, found: list[Variable], before: str = "") -> Iterator[str]:
    if found:
        yield f'\n# {title}\n{before}variables="{path}"\nlook "$variables"\n'
    for one in found:
        secured = "true" if one.secured else "false"
        yield f"variable {one.name} {secured} {' '.join(one.sources)}\n"


def _hosts(plan: Plan) -> Iterator[str]:
    if plan.hosts:
        yield "\n# Known hosts\n"
    if any(host.key for host in plan.hosts):
        yield f'hosts="{_PATHS.known_hosts}"\nlook "$hosts"\n'
    for host in plan.hosts:
        if host.key:
            yield f"known_host {host.name} \\\n  {quote(json.dumps(known_host(host.name, host.key)))}\n"
        else:
            said = f"no key of the host {host.name}: compare what 'ssh-keyscan' says, and use --known-hosts"
            yield f"echo {quote(said)} >&2\nopen=1\n"


__all__ = ["render"]
