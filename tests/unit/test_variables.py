"""A command sees the same values on both sides, whatever way it asks for them: bash says so."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate import Source, convert
from migrate.bitbucket.model import Command

BEFORE = {
    "CIRCLE_TAG": "v1.2.3/a b",
    "CIRCLE_BRANCH": "feature/it's",
    "CIRCLE_SHA1": "0123456789abcdef",
    "CIRCLE_JOB": "build",
    "CIRCLE_PROJECT_REPONAME": "app",
    "CIRCLE_PIPELINE_NUMBER": "7",
}
AFTER = {
    "BITBUCKET_TAG": "v1.2.3/a b",
    "BITBUCKET_BRANCH": "feature/it's",
    "BITBUCKET_COMMIT": "0123456789abcdef",
    "BITBUCKET_REPO_SLUG": "app",
    "BITBUCKET_BUILD_NUMBER": "7",
}
WAYS = (
    *('echo "$V"', "echo '$V'", "echo $V | cat", 'echo "${V:-none}"', "echo ${V#v} ${V##*/} ${V%b}", "echo ${#V}"),
    *('echo "${V/a/b}" "${V:0:3}" "${V^^}"', 'echo "\\$V $V"', "echo $'$V'", "echo \"a'$V'b\" 'a\"$V\"b'"),
    *(
        "cat <<EOF\n$V and '${V:0:3}' \\$V\nEOF",
        "cat <<'EOF'\n$V\nEOF",
        "sh -s <<'EOF'\necho \"$V\"\nEOF",
        'cat <<<"$V"',
    ),
    *("printenv V", 'env | grep "^V="', "env | grep ^CIRCLE_ | grep V", "sh -c 'echo \"$V\"'", 'sh -c "echo \\"$V\\""'),
    *("python3 -c 'import os; print(os.environ[\"V\"])'", "export -p | grep V", "declare -p V"),
    *('X=$V; echo "$X"', "export X=$V; sh -c 'echo \"$X\"'", 'X="$V" sh -c \'echo "$X"\'', 'env X="$V" printenv X'),
    *('V=mine; echo "$V"', "V=mine sh -c 'echo $V'; echo \"$V\"", 'V=${V:-unset}; echo "$V"', ': "${V:=d}"; echo "$V"'),
    *('(V=x; echo "$V"); echo "$V"', 'f() { local V=1; echo "$V"; }; f; echo "$V"', 'unset V; echo "${V:-gone}"'),
    *('V+=x; echo "$V"', 'export V; echo "$V"', "export V=1; sh -c 'echo $V'", 'readonly Y=$V; echo "$Y"'),
    *(
        "[[ $V == v* ]] && echo yes || echo no",
        '[ -n "$V" ] && echo set',
        "test -v V && echo set",
        "[[ -v V ]] && echo s",
    ),
    *("echo $((${#V} + 1))", 'eval "echo \\"\\$V\\""', 'N=V; echo "${!N}"', 'echo "$(echo "$V")" `echo "$V"`'),
    *('case $V in v*) echo v;; *) echo "$V";; esac', 'for x in $V; do echo "$x"; done', 'set -u; echo "${V-unset}"'),
    *('read -r V <<<"a"; echo "$V"', 'for V in 1 2; do echo "$V"; done; echo "$V"', 'set -- "$V"; echo "$1"'),
    *('V=1 eval \'echo "$V"\'; echo "$V"', "trap 'echo \"$V\"' EXIT", "# $V\necho a#$V", 'echo "$V" > f; cat f; rm f'),
)
"""Ways of asking for a variable V."""


def script(commands: list[str]) -> str:
    """What the converter writes for commands in one job."""
    steps = ["checkout", *({"run": text} for text in commands)]
    config = {"version": 2.1, "jobs": {"build": {"docker": [{"image": "x"}], "steps": steps}}}
    (step,) = convert(Source("config.yml", json.dumps(config).replace("<<", "\\\\<<"))).pipelines.starts[0].steps
    return "\n".join(item.text for item in step.script if isinstance(item, Command))


def bash(text: str, options: str, values: dict[str, str], folder: Path) -> tuple[int, str]:
    """The exit status of a script, and what it prints."""
    ran = subprocess.run(
        ["bash", options, "pipefail", "-c", text] if options == "-eo" else ["bash", options, "-c", text],
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **values},
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    return ran.returncode, ran.stdout


def circleci(commands: list[str], folder: Path) -> tuple[int, str]:
    """The commands as CircleCI runs them: one shell for each."""
    out = ""
    for text in commands:
        status, printed = bash(text, "-eo", BEFORE, folder)
        out += printed
        if status:
            return status, out
    return 0, out


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["CIRCLE_TAG", "CIRCLE_JOB"])
def test_each_way_of_asking(way: str, name: str, tmp_path: Path) -> None:
    """By itself."""
    commands = [way.replace("V", name)]

    assert bash(script(commands), "-e", AFTER, tmp_path) == circleci(commands, tmp_path)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(st.sampled_from(WAYS), min_size=1, max_size=3), st.sampled_from(sorted(BEFORE)))))
def test_all_ways_together(tmp_path_factory: pytest.TempPathFactory, found: list[tuple[list[str], str]]) -> None:
    """Several commands in a job, each with several ways."""
    folder = tmp_path_factory.mktemp("both")
    commands = ["\n".join(ways).replace("V", name) for ways, name in found] or ["true"]

    assert bash(script(commands), "-e", AFTER, folder) == circleci(commands, folder)
