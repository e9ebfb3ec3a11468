"""A job's commands, run twice: as CircleCI runs them, and as Bitbucket runs what was written.

A case is a config whose jobs come to the same on both sides, or whose differences are told by notes with just the codes
that stand behind it.
"""

import importlib
import pkgutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import migrate
from migrate import Outcome
from migrate.diagnostics import CODES
from tests import golden
from tests.running import both, explained, fence
from tests.running.both import Difference, Kind
from tests.running.place import Given


class Case(NamedTuple):
    """A config; the codes that explain its differences; the programs that fail."""

    config: str
    told: tuple[str, ...] = ()
    failing: tuple[str, ...] = ()


def job(*steps: str, keys: str = "", told: str = "", failing: str = "") -> Case:
    """A case of one job with these steps, each on one line, behind a checkout."""
    lines = [
        "version: 2.1",
        "jobs:",
        "  build:",
        "    docker: [{image: 'python:3.12'}]",
        *(f"    {line}" for line in keys.splitlines()),
        "    steps:",
        *(f"      - {step}" for step in ("checkout", *steps)),
    ]
    return Case("\n".join(lines) + "\n", tuple(told.split()), tuple(failing.split()))


def run(command: str, *keys: str) -> str:
    """A step that runs a command, with further keys, on one line."""
    quoted = '"' + command.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
    return "run: {" + ", ".join([f"command: {quoted}", *keys]) + "}"


CALLED_TWICE = """\
version: 2.1
commands:
  greet:
    parameters: {who: {type: string}}
    steps: [{run: greet << parameters.who >>}]
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps: [checkout, {greet: {who: ada}}, {greet: {who: bob}}]
"""
BOTH_WAYS = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    parameters: {deep: {type: boolean, default: %s}}
    steps:
      - when: {condition: << parameters.deep >>, steps: [{run: go deep}]}
      - unless: {condition: << parameters.deep >>, steps: [{run: go shallow}]}
"""
EXECUTOR = """\
version: 2.1
executors:
  node:
    parameters: {version: {type: string}, mode: {type: string, default: fast}}
    docker: [{image: 'node:<< parameters.version >>'}]
    environment: {MODE: << parameters.mode >>, VERSION: << parameters.version >>}
    working_directory: ~/app
jobs:
  build:
    executor: {name: node, version: '20', mode: slow}
    environment: {VERSION: mine}
    steps: [checkout, {run: node build.js}]
"""
MATRIX = """\
version: 2.1
jobs:
  test:
    parameters: {python: {type: string}}
    docker: [{image: 'python:<< parameters.python >>'}]
    environment: {PYTHON: << parameters.python >>}
    steps: [checkout, {run: tox -e << parameters.python >>}]
workflows:
  all:
    jobs: [{test: {matrix: {parameters: {python: ['3.10', '3.11']}}}}]
"""
NOWHERE = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps: [{run: ls}, {run: make}]
"""
LATE = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps: [{run: 'ls; echo new > made'}, checkout, {run: cat made lock}]
"""

TESTS = (
    "run: mkdir -p t/deep/b u/.hidden; cd t; touch test_1.py deep/test_2.py deep/b/x.ts deep/b/test_3.py .test_0.py "
    "deep/w.ts ../u/y.js ../u/.hidden/z.js"
)
QUOTING = """\
environment:
  A: $HOME `id` "x" 'y' \\z !
  B: '  spaced  '
  C: ''
  D: 'a#b'
  E: "two\\nlines"
  F: '*'
"""
KINDS = """\
environment: {A: true, B: off, C: 2019-01-01, D: 3.10, E: 0x1F, F: ~, G: 1_000, H: 1:30, I: 1e3}
"""

CASES: dict[str, Case] = {
    # what open converters get wrong
    "a command called twice with other arguments": Case(CALLED_TWICE),
    "when": Case(BOTH_WAYS % "true"),
    "unless": Case(BOTH_WAYS % "false"),
    "on_fail, where nothing fails": job("run: make", run("report", "when: on_fail"), told=""),
    "a list on_fail, where nothing fails": job("run: make", run("false && report", "when: on_fail"), "run: make two"),
    "a list on_fail with a comment": job("run: make", run("report || x # why", "when: on_fail"), failing="make"),
    "lists on_fail, where something fails": job(
        "run: make",
        run("report one || report two", "when: on_fail"),
        run("report && x", "when: on_fail"),
        failing="make",
    ),
    "on_fail, where something fails": job("run: make", run("report", "when: on_fail"), failing="make"),
    "always, where something fails": job("run: make", "run: test1", run("report", "when: always"), failing="make"),
    "environment as a list": job("run: make", keys="environment: [A: one, 'B=two words', C: yes]"),
    "an executor with parameters": Case(EXECUTOR),
    "a matrix value in an image": Case(MATRIX),
    "restore_cache with keys": job(
        "restore_cache: {keys: ['v1-{{ checksum \"lock\" }}', v1-]}",
        "run: make install",
        "save_cache: {key: 'v1-{{ checksum \"lock\" }}', paths: [deps]}",
    ),
    "exit 0 in the middle": job(run("if true; then exit 0; fi\nmake never"), "run: make"),
    "exit 0 at the end of a line": job("run: make first; exit 0", "run: make second"),
    "cd leaks": job("run: cd src && make", "run: pwd; ls; make"),
    "export leaks": job("run: export A=1; make", 'run: make "${A:-none}"'),
    "a plain variable leaks": job("run: A=1; make $A", 'run: make "${A:-none}"'),
    "a pipeline hides no failure": job("run: make | tee log", "run: make next", failing="make"),
    "a here-document with a tag": job(run("cat > notes \\<<EOF\nTag $CIRCLE_TAG of ${CIRCLE_BRANCH:-none}\nEOF")),
    "a quoted here-document": job(run("cat > notes \\<<'EOF'\n$CIRCLE_TAG ${CIRCLE_BRANCH}\nEOF"), "run: cat notes"),
    # runs
    "options leak": job("run: set +e; make one", "run: make two; make three", failing="make"),
    "nounset leaks": job("run: set -u; make", 'run: echo "$NOWHERE"; make'),
    "a trap leaks": job("run: trap 'echo bye' EXIT; make", "run: make again"),
    "a function leaks": job("run: f() { echo mine; }; f", "run: type f || echo none"),
    "an alias leaks": job(run("shopt -s expand_aliases\nalias make=ls\nmake"), run("make")),
    "umask leaks": job("run: umask 077; touch a", "run: umask"),
    "unset leaks": job("run: unset A; make", 'run: make "$A"', keys="environment: {A: kept}"),
    "the status before": job("run: make || true", "run: echo $?"),
    "the last command may fail": job("run: '[ -f nope ] && make'", "run: make after"),
    "a failure in an and-list": job("run: make one && make two; make three", "run: make", failing="make"),
    "a command in the background": job(run("serve", "background: true"), "run: sleep 1; make"),
    "a command in the background that fails": job(run("serve", "background: true"), "run: make", failing="serve"),
    "brackets in the background": job(run("(cd src; make)", "background: true"), "run: sleep 1; make"),
    "brackets first in the background": job(
        run("(cd src; make) && make two", "background: true"), "run: sleep 1; make three"
    ),
    "brackets that leak": job("run: (cd src; make) && [ -f nope ]", "run: make never"),
    "its own process": job("run: kill $$ || true", run("make", "when: on_fail")),
    "environment of a run": job(
        run("make", "environment: {A: step, B: '$HOME x'}"), "run: make", keys="environment: {A: job}"
    ),
    "working directory of a run": job(run("make && pwd", "working_directory: src"), "run: make"),
    "working directory that is not there": job(run("make", "working_directory: fresh/place"), "run: ls"),
    "another shell, without -e": job(run("make one\nmake two", "shell: /bin/bash"), "run: make three", failing="make"),
    "another shell, without -e, that goes on": job(
        run("make one\nls", "shell: /bin/bash"), "run: make three", failing="make"
    ),
    "another shell, without -e and with one command": job(run("make", "shell: bash"), "run: ls", failing="make"),
    "another shell, without -e, where the command asks for it": job(
        run("set -ex\nmake one\nls", "shell: /bin/bash"), "run: make three", failing="make"
    ),
    "another shell, without pipefail": job(
        run("make | cat", "shell: bash -e"), run("make two | cat"), "run: make three", failing="make"
    ),
    "another shell, without pipefail anywhere": job(
        run("make | cat", "shell: bash -e"), "run: ls; make three", failing="make"
    ),
    "another shell, with -u": job(run('make "$NOWHERE"', "shell: bash -euo pipefail"), "run: make"),
    "another shell, with -u for all": job(
        'run: make "$A" ${B:-none}',
        'run: make "$NOWHERE"',
        run("report ${A}", "when: always"),
        keys="shell: /bin/bash -euo pipefail\nenvironment: {A: b}",
    ),
    "another shell, with -u and a variable of CircleCI's": job(
        "run: make $CIRCLE_BRANCH $CIRCLE_JOB", "run: echo $CIRCLE_TAG", keys="shell: bash -euo pipefail"
    ),
    "another shell, with -x and -f": job(run("A=1\nmake *", "shell: bash -exfo pipefail"), "run: make *"),
    "another shell: sh": job(run("make | cat\nmake two", "shell: /bin/sh -e"), "run: make"),
    "another shell: sh, where the first of a pipeline fails": job(
        run("make | cat\nls", "shell: /bin/sh -e"), run("make | cat", "shell: sh"), "run: make | cat", failing="make"
    ),
    "another shell: bash by its name": job(run("make one\nmake two", "shell: /usr/bin/env bash"), failing="make"),
    "another shell: options that must be called": job(run("make; cat; exit 3", "shell: bash --posix -e"), "run: ls"),
    "a login shell": job(run("make $PROFILE", "shell: bash --login -eo pipefail"), 'run: make "${PROFILE:-none}"'),
    "a login shell with quotes": job(
        run("cd src\nmake 'a b' $PROFILE; cat", "shell: bash -leo pipefail"), 'run: make "${PROFILE:-none}"'
    ),
    "a login shell that fails": job(run("make\nls", "shell: bash -leo pipefail"), "run: ls", failing="make"),
    "a login shell for all": job(
        "run: make $PROFILE",
        run("report $PROFILE", "when: always"),
        keys="shell: /bin/bash --login -eo pipefail\nenvironment: {A: b}",
    ),
    "a login shell for all but one": job(
        "run: make $PROFILE", run("make ${PROFILE:-none}", "shell: bash -e"), keys="shell: bash -leo pipefail"
    ),
    "a login shell for all, without -e": job("run: make $PROFILE; ls; exit 3", keys="shell: /bin/bash --login"),
    "python": job(
        run("import os\nprint('two', os.environ['A'])\nopen('made', 'w').write('x')", "shell: python3"),
        "run: cat made; make",
        keys="environment: {A: 'b c'}",
    ),
    "python that fails": job(run("print(1)\nraise SystemExit(3)", "shell: /usr/bin/env python3"), "run: make"),
    "python in a directory": job(
        run(
            "import os\nprint(os.listdir(), os.environ['A'])",
            "shell: python3",
            "working_directory: src",
            "environment: {A: b}",
        ),
        "run: ls",
    ),
    "python with a variable of CircleCI's": job(
        run("import os\nprint(os.environ['CIRCLE_BRANCH'], os.environ.get('CIRCLE_TAG') or 'none')", "shell: python3"),
        "run: make",
    ),
    "python with a value of the pipeline": job(
        run("print('<< pipeline.git.branch >>')", "shell: python3"), "run: ls", told="variable-without-counterpart"
    ),
    "python for all": job(
        run("print(1)"), run("x = '''\nPYTHON\n'''\nprint(x, input.__name__)"), keys="shell: python3 -u"
    ),
    "python that always runs": job("run: make", run("print('PYTHON')", "shell: python3", "when: always")),
    "perl": job(run('my $x = "a"; print "$x\\n"; exit 0;', "shell: perl"), "run: make"),
    "dash": job(run("make 'a b'; cat; false; ls", "shell: /bin/dash -e"), "run: make"),
    "another shell in the background": job(
        run("make $A", "shell: bash -u", "background: true"), "run: sleep 1; make b"
    ),
    "another shell and reruns": job(
        run("make\nmake two", "shell: bash", "max_auto_reruns: 1"), "run: make", failing="make"
    ),
    "another shell and halt": job(run("make; circleci step halt", "shell: bash"), "run: make never"),
    "another shell that always runs": job(
        "run: ls",
        run("make one; make two", "shell: bash", "when: always"),
        run("make three", "when: always"),
        failing="make",
        told="after-script",
    ),
    "another shell that always runs alone": job(
        "run: ls", run("make one; report", "shell: bash", "when: always"), failing="make"
    ),
    "a job's shell": job("run: make one; make two", keys="shell: /bin/bash -o pipefail", failing="make"),
    "a job's shell and a command's own": job(
        "run: make one; make two; ls", run("make; ls", "shell: bash -e"), keys="shell: /bin/bash", failing="make"
    ),
    "reruns": job(run("make", "max_auto_reruns: 2"), "run: make after", failing="make"),
    "reruns that were not needed": job(run("make", "max_auto_reruns: 2"), "run: make after"),
    "step halt": job("run: make; circleci-agent step halt; make rest", "run: make never"),
    "step halt under a condition that does not hold": job(
        "run: if [ -f nope ]; then circleci-agent step halt; fi", "run: make"
    ),
    "step halt under a condition": job(
        run("if [ -f lock ]; then\n  echo done\n  circleci step halt\nfi"), "run: make never"
    ),
    "step halt in a list": job("run: '[ -s nope ] || circleci-agent step halt'", "run: make never"),
    "step halt in a list that ends in a failure": job("run: '[ -s nope ] && circleci step halt'", "run: make never"),
    "step halt in a list that ends well": job("run: '[ -s lock ] && circleci step halt'", "run: make never"),
    "step halt and exit": job(
        run("if [ -f lock ]; then\n  circleci-agent step halt\n  # it does not stop\n  exit 0\nfi\nmake no"),
        "run: make never",
    ),
    "step halt beside an exit": job(
        run("if [ -f nope ]; then exit 0\nelif [ -f lock ]; then circleci step halt\nfi\nmake on"), "run: make never"
    ),
    "step halt beside an exit that is taken": job(
        run("if [ -f lock ]; then exit 0\nelif [ -f nope ]; then circleci step halt\nfi\nmake no"), "run: make"
    ),
    "step halt in a directory": job(
        run("make; circleci-agent step halt", "working_directory: src", "environment: {A: b}"), "run: make never"
    ),
    "step halt in a function": job("run: 'stop() { circleci step halt; }; stop; make rest'", "run: make never"),
    "step halt in brackets": job("run: (cd src; circleci step halt); make rest", "run: make never"),
    "step halt in a loop": job("run: for x in a b; do make $x; circleci step halt; done", "run: make never"),
    "step halt in a pipeline": job("run: ls | while read -r x; do circleci step halt; done", "run: make never"),
    "step halt, then a failure": job("run: circleci step halt; make", "run: make never", failing="make"),
    "step halt after a failure": job("run: make; circleci step halt", "run: make never", failing="make"),
    "step halt before an always-command": job(
        "run: circleci step halt", run("report", "when: always"), run("alarm", "when: on_fail")
    ),
    "step halt that did not happen before an always-command": job(
        "run: '[ -f lock ] || circleci step halt'", "run: make", run("report", "when: always"), told=""
    ),
    "step halt behind an always-command": job(run("report", "when: always"), "run: circleci step halt", "run: make"),
    "step halt by an always-command": job(
        run("report; circleci step halt", "when: always"),
        run("report more", "when: always"),
        "run: make never",
        told="after-script",
    ),
    "step halt in the last command": job("run: make", "run: circleci step halt; make rest"),
    "step halt in reruns": job(run("make; circleci step halt", "max_auto_reruns: 1"), "run: make never"),
    "step halt with BASH_ENV": job("run: echo export A=1 >> $BASH_ENV; circleci step halt", "run: make $A"),
    "step halt in another shell": job(
        "run: bash -c 'circleci step halt'; make rest", "run: make never", told="circleci-command"
    ),
    "step halt before what is kept": job(
        "run: mkdir out; touch out/a; circleci step halt", "store_artifacts: {path: out}", told=""
    ),
    "BASH_ENV carries": job('run: \'echo "export A=1" >> $BASH_ENV; make "$A"\'', 'run: make "$A"'),
    "BASH_ENV carries what a shell computes": job(
        "run: 'echo ''export A=$(pwd)'' >> \"$BASH_ENV\"'", 'run: cd src; make "$A"', 'run: make "$A"'
    ),
    "BASH_ENV with a line that fails": job("run: echo false >> $BASH_ENV", "run: make"),
    "BASH_ENV with a line that fails in the middle": job(
        run("echo export A=1 >> $BASH_ENV; echo '[ -s nope ] && . nope' >> $BASH_ENV; echo export B=2 >> $BASH_ENV"),
        'run: make "$A" "$B"',
        run("report $B", "when: always"),
    ),
    "BASH_ENV to the after-script": job(
        "run: echo export A=1 >> $BASH_ENV", run('report "$A"', "when: always"), told=""
    ),
    "BASH_ENV by a here-document": job(
        run("cat >> $BASH_ENV \\<<'EOF'\nexport A=1\nexport B=\"$A 2\"\nEOF"),
        'run: make "$A" "$B"',
    ),
    "BASH_ENV by a pipeline": job("run: echo export A=1 | tee -a $BASH_ENV", "run: make $A"),
    "BASH_ENV by a script": job("run: ./setup.sh $BASH_ENV", "run: make $A"),
    "BASH_ENV by a copy": job(run("echo export A=1 > vars; cp vars $BASH_ENV"), "run: make $A"),
    "BASH_ENV by another shell": job(run("bash -c 'echo export A=1 >> $BASH_ENV'"), "run: make $A"),
    "BASH_ENV by brackets": job(run("{ echo export A=1; echo export B=2; } >> $BASH_ENV"), "run: make $A $B"),
    "BASH_ENV by printf": job(run("printf 'export %s=1\\n' A B >> $BASH_ENV"), "run: make $A $B"),
    "BASH_ENV written anew": job(
        "run: echo export A=1 >> $BASH_ENV",
        "run: echo export B=1 > $BASH_ENV",
        'run: make "$B"',
        told="bash-env-anew",
    ),
    "BASH_ENV that is read at once": job(
        run("echo export A=$(ls) >> $BASH_ENV\nsource $BASH_ENV\nmake $A"), "run: make $A"
    ),
    "BASH_ENV that is read too early": job(
        run("source $BASH_ENV\necho export A=1 >> $BASH_ENV\nmake ${A:-none}"), "run: make $A"
    ),
    "BASH_ENV in brackets with an environment": job(
        run("echo 'export B=${A:-none}' >> $BASH_ENV"), run("make $B", "environment: {A: step}"), "run: make $B"
    ),
    "BASH_ENV of a run": job(
        run("echo export A=1 > /tmp/env"), run("make $A", "environment: {BASH_ENV: /tmp/env}"), "run: make ${A:-none}"
    ),
    "BASH_ENV in the environment to the after-script": job(
        "run: echo export A=1 >> $BASH_ENV",
        run("report $A", "when: always"),
        keys="environment: {BASH_ENV: /tmp/env}",
    ),
    "BASH_ENV in the environment, without the file": job("run: make", keys="environment: {BASH_ENV: /tmp/env}"),
    "BASH_ENV and reruns": job(
        run("echo export A=1 >> $BASH_ENV; make ${A:-none}", "max_auto_reruns: 1"), failing="make"
    ),
    "BASH_ENV behind a failure that another shell passes over": job(
        run("make\necho 'export A=1' >> $BASH_ENV", "shell: /bin/bash"), 'run: echo "$A"', failing="make"
    ),
    "BASH_ENV with a path": job("run: 'echo ''export PATH=$PATH:/opt/x'' >> $BASH_ENV'", "run: make"),
    "BASH_ENV with a function": job("run: 'echo ''f() { make f; }'' >> $BASH_ENV'", "run: f; make"),
    "BASH_ENV with cd": job("run: echo cd src >> $BASH_ENV", "run: make", "run: make; pwd"),
    "BASH_ENV with cd before a working directory": job(
        "run: echo cd src >> $BASH_ENV",
        run("make", "working_directory: src"),
        told="bash-env-directory",
    ),
    "BASH_ENV above the environment": job(
        "run: echo export A=2 >> $BASH_ENV", "run: make $A", keys="environment: {A: job}"
    ),
    "BASH_ENV above a run's environment": job(
        "run: echo export A=2 >> $BASH_ENV",
        run("make $A", "environment: {A: step}"),
    ),
    "BASH_ENV above a variable of CircleCI's": job(
        "run: echo export CIRCLE_TAG=2 >> $BASH_ENV",
        "run: make $CIRCLE_TAG",
    ),
    "BASH_ENV at the end of brackets": job("run: cd src; echo export A=1 >> $BASH_ENV", 'run: make "$A"; pwd'),
    "BASH_ENV with what its command sets": job(
        run("B=2\necho 'export A=x$B' >> $BASH_ENV"), 'run: make "${A:-none}"', 'run: B=3; make "$A"'
    ),
    "BASH_ENV above what a command sets": job(
        "run: echo export A=1 >> $BASH_ENV", "run: export A=3; make $A", "run: A=4 bash -c 'make $A'; make $A"
    ),
    "BASH_ENV that reads what a command sets": job(
        "run: 'echo ''export A=x$B'' >> $BASH_ENV'", "run: make $A", "run: export B=3; bash -c 'make $A'"
    ),
    "an environment that each command enters": job(
        run("mkdir -p v/bin; echo 'export V=1' > v/bin/activate"),
        run(". v/bin/activate\nmake $V"),
        run(". v/bin/activate\nmake $V two"),
        run("report ${V:-none}"),
    ),
    "a failure in the last list": job(run("make one\nmake two && make three"), "run: make four", failing="make"),
    "a directory for two commands": job(run("cd src\nmake one\nmake two"), "run: pwd; make", failing="make"),
    "BASH_ENV in the environment": job(
        "run: echo export A=1 >> /tmp/env",
        'run: make "$A"',
        keys="environment: {BASH_ENV: /tmp/env}",
    ),
    "always in the middle": job("run: make one", run("report", "when: always"), "run: make two", told="after-script"),
    "always in the middle makes a file": job(
        run("touch made", "when: always"), "run: ls made; make", told="after-script"
    ),
    "an always-command fails": job("run: make", run("report", "when: always"), told="after-script", failing="report"),
    "two always-commands": job(
        run("report one", "when: always"), run("report two", "when: always"), failing="report", told="after-script"
    ),
    "on_fail sees the environment": job(
        "run: make", run("report $A", "when: on_fail"), keys="environment: {A: job}", failing="make"
    ),
    "always in a directory": job(run("report", "when: always", "working_directory: src")),
    "on_fail after a failed always": job(
        run("report", "when: always"), run("alarm", "when: on_fail"), told="after-script", failing="report"
    ),
    "a comment at the end": job(run("make # all"), run("make two # \\'")),
    "a command of nothing": job(run("# nothing"), "run: make"),
    "a continued line at the end": job(run("make one \\\\\n  two")),
    "exec": job("run: exec make", "run: make two"),
    "return": job("run: return 0 2>/dev/null || make", "run: make two"),
    "source": job("run: . ./vars.sh; make", "run: make"),
    "stdin": job("run: cat; read -r x || make", "run: make"),
    "a redirection by exec": job("run: exec > log; make", "run: echo shown"),
    "bashism": job(run("a=(1 2); [[ ${a[1]} == 2 ]] && make ${a[@]}")),
    "wait for nothing": job("run: make & wait", "run: jobs; make"),
    "positional parameters": job("run: set -- a b; make $1", 'run: make "$#"'),
    "a here-document in brackets": job(run("cd src\ncat > x \\<<EOF\n  a\nb\nEOF\nmake"), "run: cat src/x"),
    "a text of several lines in brackets": job(run('cd src\necho "a\n  b"\nmake'), "run: make"),
    "line ends of Windows": job(run("make one\r\nmake two\r\n")),
    "a syntax error": job(run("make a\nif"), run("report", "when: always")),
    "extended globs": job(run("shopt -s extglob\nls !(src)\nmake"), "run: make"),
    "a file descriptor": job("run: exec 3>log; echo x >&3", "run: echo y >&3 || make"),
    "exit in a function": job("run: f() { exit 0; }; f; make", "run: make 2"),
    "a trap on errors": job(run("trap 'report err' ERR\nmake"), "run: make 2", failing="make"),
    "HOME": job("run: export HOME=/tmp/h; make", "run: make; cd; pwd"),
    "word splitting": job("run: IFS=,; make", "run: x=a,b; make $x"),
    # environment
    "precedence": job(
        run("make", "environment: {A: step}"), "run: make", keys="environment: {A: job, CIRCLE_BRANCH: mine}"
    ),
    "the primary container's variables": Case(
        "version: 2.1\njobs:\n  build:\n    docker: [{image: 'python:3.12', environment: {A: image, B: image}}]\n"
        "    environment: {A: job}\n    steps: [checkout, {run: make}]\n"
    ),
    "quoting": job(
        "run: make",
        keys=QUOTING,
    ),
    "kinds": job(
        "run: make",
        keys=KINDS,
    ),
    "quoting in a run": job(run("make", "environment: {A: 'a $B \"c\" d', B: \"it''s\"}")),
    "built-in variables": job(
        'run: make "$CIRCLE_BRANCH" "$CIRCLE_SHA1" "$CIRCLE_PROJECT_REPONAME" "$CIRCLE_JOB" "$CIRCLECI" "$CI"'
    ),
    "a number for each job": job('run: make "$CIRCLE_BUILD_NUM"', told="variable-differs"),
    "an id": job('run: make "$CIRCLE_WORKFLOW_ID"', told="variable-differs"),
    "who pushed": job('run: make "$CIRCLE_USERNAME"', told="variable-differs"),
    "in single quotes": job("run: make '$CIRCLE_BRANCH'; bash -c 'echo $CIRCLE_BRANCH'"),
    "with operators": job('run: make ${CIRCLE_TAG:-none} ${CIRCLE_BRANCH#m} "${CIRCLE_BRANCH/a/b}" ${#CIRCLE_SHA1}'),
    "indirectly": job('run: n=CIRCLE_BRANCH; make "${!n}"'),
    "printenv": job("run: make $(printenv CIRCLE_BRANCH)"),
    "set by the config itself": job(
        'run: make "$CIRCLE_BRANCH"',
        keys="environment: {CIRCLE_BRANCH: mine}",
    ),
    "set by the command itself": job('run: CIRCLE_TAG=v1; make "$CIRCLE_TAG"', 'run: make "$CIRCLE_TAG"'),
    "an unset variable under -u": job(run('set -u; make "${CIRCLE_TAG:-}"'), run('set -u; make "$CIRCLE_TAG"')),
    "whether it is set": job('run: if [ -n "${CIRCLE_TAG+x}" ]; then make; else make no; fi'),
    "an unset variable": job(
        "run: unset CIRCLE_BRANCH; make ${CIRCLE_BRANCH:-x}",
        "run: make $CIRCLE_BRANCH",
    ),
    "the names of variables": job('run: echo ${!CIRCLE_BR*}; make "${!CIRCLE_REPO@}"'),
    "set where it is empty": job('run: \'if [ -z "$CIRCLE_TAG" ]; then CIRCLE_TAG=dev; fi; make "$CIRCLE_TAG"\''),
    "set by an operator": job('run: ": ${CIRCLE_TAG:=v0}; make $CIRCLE_TAG"', 'run: make "${CIRCLE_TAG:-none}"'),
    "set for one program": job("run: CIRCLE_BRANCH=z make $CIRCLE_BRANCH"),
    "set by a loop": job("run: for CIRCLE_TAG in a b; do make $CIRCLE_TAG; done", 'run: make "$CIRCLE_TAG"'),
    "through a filter": job("run: env | grep ^CIRCLE_BRANCH= | cut -d= -f2"),
    "a value of the pipeline in quotes": job(
        run("make '<< pipeline.number >>' \"'<< pipeline.number >>'\" # << pipeline.id >>")
    ),
    "a value of the pipeline in a here-document": job(run("cat > n \\<<EOF\n'<< pipeline.number >>' $A\nEOF")),
    "a value of the pipeline in a quoted here-document": job(
        run("cat > n \\<<'EOF'\n<< pipeline.number >> $A\nEOF"), told="variable-without-counterpart"
    ),
    "in arithmetic": job("run: make $((CIRCLE_NODE_INDEX + 1)) $CIRCLE_NODE_TOTAL"),
    "a value of the pipeline": job(
        'run: make << pipeline.git.branch >> "<< pipeline.number >>" << pipeline.git.revision >>'
    ),
    "in the environment": job(
        "run: make", keys="environment: {B: << pipeline.git.branch >>, N: 'n<< pipeline.number >>'}"
    ),
    "to the after-script": job(
        run('report "$CIRCLE_JOB" "$CIRCLE_BRANCH" "$A"', "when: always"), keys="environment: {A: '$x'}"
    ),
    # directories
    "~/project": job("run: cd ~/project && make", "run: ls ~/project/src; cat ~/project/lock"),
    "/root/project": job("run: cd /root/project/src; make"),
    "the variable": job("run: cd $CIRCLE_WORKING_DIRECTORY/src; make", 'run: make "$CIRCLE_WORKING_DIRECTORY"'),
    "a working directory of its own": job("run: pwd; make ~/app/lock; cat ~/app/lock", keys="working_directory: ~/app"),
    "an absolute working directory": job("run: cd /srv/app/src; make", keys="working_directory: /srv/app"),
    "a relative working directory": job("run: make; pwd", keys="working_directory: app"),
    "a run in an absolute directory": job(
        "run: mkdir -p /srv/x",
        run("make", "working_directory: /srv/x"),
        run("make", "working_directory: ~/project/src"),
    ),
    "a run in a directory that is not there": job(
        run("make", "working_directory: /srv/x"), run("report", "when: always")
    ),
    "a run in the home directory": job(run("make; touch here", "working_directory: '~'"), "run: make; ls ~/here"),
    "a working directory in the environment": job(
        "run: ls $W",
        keys="environment: {W: /root/project}",
    ),
    "the home directory as the working directory": job(
        "run: ls ~/src; make",
        keys="working_directory: '~'",
        told="home-checkout",
    ),
    "a run in a directory with a value of the pipeline": job(
        run("make", "working_directory: src/<< pipeline.git.branch >>"), told="run-time-value"
    ),
    "beside the checkout": job("run: touch ../made; ls ..", told="parent-directory"),
    "no checkout": Case(NOWHERE),
    "a late checkout": Case(LATE, ("late-checkout",)),
    "checkout with a path": Case(
        "version: 2.1\njobs:\n  build:\n    docker: [{image: 'python:3.12'}]\n"
        "    steps: [{checkout: {path: ~/project/app}}, {run: cd app && make && ls}]\n",
    ),
    "checkout into the place where it is": Case(
        "version: 2.1\njobs:\n  build:\n    docker: [{image: 'python:3.12'}]\n    working_directory: ~/app\n"
        "    steps: [{checkout: {path: ~/app}}, {run: make && ls}]\n"
    ),
    # what is kept
    "stored artifacts": job("run: mkdir out; touch out/a", "store_artifacts: {path: out}", told=""),
    "stored artifacts elsewhere": job("run: echo a > /tmp/a", "store_artifacts: {path: /tmp/a}", told="artifact"),
    "test results": job("run: mkdir r; echo a > r/a.xml", "store_test_results: {path: r}", told="test-results"),
    "test results after a failure": job(
        run("mkdir r; echo a > r/a.xml; make"), "store_test_results: {path: r}", told="test-results", failing="make"
    ),
    # CircleCI's own commands
    "tests glob and split": job(TESTS, "run: make $(circleci tests glob 't/**/test_*.py' | circleci tests split)"),
    "tests glob, everywhere": job(TESTS, "run: circleci tests glob '**/*.js' | xargs make"),
    "tests glob, one level": job(
        TESTS, "run: circleci tests glob 't/*.py' 't/*/*.py' | circleci tests split > list; cat list"
    ),
    "tests glob, braces": job(TESTS, "run: circleci tests glob '{t,u}/**/*.{js,ts}' | xargs make"),
    "tests glob, folders behind folders": job(
        TESTS, "run: circleci tests glob 't/**/deep/*.py' '**/b/**/*.ts' | xargs make"
    ),
    "tests glob, classes": job(TESTS, "run: circleci tests glob 't/**/[!a-c]*_[0-9].py' 't/?/*' | xargs make"),
    "tests glob, everything": job(TESTS, "run: circleci tests glob 't/**/*' 'u/**/*' | xargs -n 1 make"),
    "tests glob, a file": job(TESTS, "run: circleci tests glob t/test_1.py '*.md' | xargs make"),
    "tests glob, nothing there": job(TESTS, "run: circleci tests glob 't/**/*.rb' > list; make; cat list"),
    "tests glob, a folder in a variable": job(
        TESTS, run('D=t; circleci tests glob "$D/**/*.ts" "$PWD/u/*.js" "$D/*/*.ts" | xargs make')
    ),
    "tests glob, patterns in variables": job(
        TESTS,
        run(
            'P="t/**/*.{py,ts}"; A=("u/*.js" "t/*.py"); circleci tests glob "$P" | xargs make; P=t/\n'
            'circleci tests glob "${A[@]}" "$P/deep/**" | xargs make; circleci tests glob "$P"/"*.rb" > list; cat list'
        ),
    ),
    "tests split, by timings, in a variable": job(
        TESTS,
        run(
            'LIST=$(circleci tests glob "t/**/*.py" | circleci tests split --split-by=timings --timings-type=file)\n'
            "make $LIST"
        ),
    ),
    "tests split from a file": job(
        "run: printf 'b\\na\\n' > list",
        "run: make $(circleci tests split < list) $(circleci tests split --split-by=name list)",
    ),
    "tests split in the middle": job(
        run("printf 'a\\nb\\n' |\n  circleci tests split --split-by timings |\n  xargs make"), "run: make"
    ),
    "tests split of a here-document": job(
        run("cat \\<<EOF | circleci tests split > list\na\nb\nEOF\nmake $(cat list)")
    ),
    "tests split of a loop": job(
        "run: for X in a b; do echo $X; done | circleci tests split | xargs make; make ${X:-none}"
    ),
    "tests split of what sets a variable": job(
        run("{ X=1; echo a; } | circleci tests split > f; make ${X:-none}; cat f")
    ),
    "tests split with a share of its own": job(
        "run: printf 'a\\nb\\nc\\n' | circleci tests split --index 1 --total=2 > list; cat list"
    ),
    "tests split where the list fails": job("run: make list | circleci tests split > f", "run: make", failing="make"),
    "tests run": job(
        TESTS, run('circleci tests glob "t/**/*.py" | circleci tests run --command="xargs make" --verbose')
    ),
    "tests run, into a file": job(
        TESTS, run('circleci tests glob "t/**/*.py" | circleci tests run --command=">list xargs echo"\ncat list; make')
    ),
    "tests run, each by itself": job(
        TESTS, run("circleci tests glob 't/**/*.py' | circleci tests run --command='xargs -n1 make' --split-by=timings")
    ),
    "tests run, on one line": job(
        run('echo "$LIST" | circleci tests run --command="xargs -I{} -d\\" \\" make {} $(basename a/b)" --verbose'),
        keys="environment: {LIST: 'a b'}",
    ),
    "tests run, several commands": job(
        run("echo a b | circleci tests run --command 'cat > list && make; make again'\ncat list; pwd")
    ),
    "tests run from a variable": job(run('circleci tests run --command="xargs make" \\<<< "a b"')),
    "tests run that fails": job(run('echo a | circleci tests run --command="xargs make"'), "run: make", failing="make"),
    "env subst": job(
        run("echo 'A is $A and ${B}, $NOWHERE.' > in\ncircleci env subst < in > out\ncat out; make"),
        keys="environment: {A: one, B: 'two words'}",
    ),
    "env subst of a text": job(
        run('A=\'<$B>\'\nmake "$(circleci env subst "$A")" "$(echo $A | circleci env subst)"'),
        keys="environment: {B: b}",
    ),
}


def outcome_of(case: Case) -> Outcome:
    """The conversion of a case, which writes something."""
    outcome = golden.Config("case", case.config).convert()
    assert outcome.text is not None, outcome.notes
    return outcome


def differences(case: Case, outcome: Outcome, root: Path) -> list[tuple[Difference, tuple[str, ...]]]:
    """How the jobs of a case differ, and the codes that tell of it."""
    found = []
    for one in outcome.before.jobs:
        pair = both.run(outcome, one, root, case.failing)
        found += [(each, explained.codes(each, one.id, outcome.notes)) for each in both.differences(pair)]
    return found


@pytest.mark.parametrize("title", CASES)
def test_case(title: str, tmp_path: Path) -> None:
    """Both sides do the same, or differ as the notes say."""
    case = CASES[title]
    found = differences(case, outcome_of(case), tmp_path / "machine")

    assert [each for each, codes in found if not codes] == []
    assert {codes for _, codes in found} == ({case.told} if case.told else set())


HANDED_ON = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps:
      - checkout
      - run: mkdir -p out/deep; echo a > out/deep/a; echo b > out/b; echo c > other; chmod +x out/b
      - persist_to_workspace: {root: %s, paths: [%s]}
  use:
    docker: [{image: 'python:3.12'}]
    steps:
      - checkout
      - attach_workspace: {at: %s}
      - run: ls -R; make; if [ -x out/b ]; then echo runs; fi
workflows:
  all:
    jobs: [build, {use: {requires: [build]}}]
"""
CACHED = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps:
      - checkout
      - restore_cache: {key: 'v1-{{ checksum "lock" }}'}
      - run: if [ -f deps/a ]; then make from cache; else mkdir -p deps; echo a > deps/a; make anew; fi
      - save_cache: {key: 'v1-{{ checksum "lock" }}', paths: [deps]}
"""
CACHES = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    environment: {VERSION: v1}
    steps:
      - checkout
      - restore_cache: {keys: [%s]}
      - run: ls -R deps more ~/.deps || true; mkdir -p deps more ~/.deps; touch deps/a more/b ~/.deps/c; make "$VERSION"
      - save_cache: {key: '%s', paths: [%s]}
  use:
    docker: [{image: 'python:3.12'}]
    environment: {VERSION: v1}
    steps: [checkout, {restore_cache: {keys: [%s]}}, {run: ls -R deps more ~/.deps || true; make}]
workflows:
  all:
    jobs: [build, {use: {requires: [build]}}]
"""
OF_RUN = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps:
      - checkout
      - restore_cache: {keys: ['deps-{{ .Revision }}', deps-]}
      - run: mkdir -p dist bin; echo "$CIRCLE_SHA1" > dist/commit; touch bin/tool; chmod +x bin/tool; make build
      - save_cache: {key: 'deps-{{ .Revision }}', paths: [dist%s]}
      - run: make more
  use:
    docker: [{image: 'python:3.12'}]
    steps: [checkout, {restore_cache: {key: 'deps-{{ .Revision }}'}}, {run: cat dist/commit; ls bin || true; make}]
workflows:
  all:
    jobs: [build, {use: {requires: [build]}}]
"""


def cached(key: str, paths: str = "deps", *, other: str = "", fallback: str = "") -> str:
    """A config whose first job caches paths under a key, and whose second restores them."""
    keys = ", ".join(f"'{one}'" for one in (key, fallback) if one)
    return CACHES % (keys, key, paths, f"'{other or key}'")


KEPT_FOR_PEOPLE = """\
version: 2.1
jobs:
  build:
    docker: [{image: 'python:3.12'}]
    steps: [checkout, {run: mkdir out; echo a > out/a}, {store_artifacts: {path: out}}]
  use:
    docker: [{image: 'python:3.12'}]
    steps: [checkout, {run: ls; make}]
workflows:
  all:
    jobs: [build, {use: {requires: [build]}}]
"""
CARRIED: dict[str, Case] = {
    "a cache in the second pipeline": Case(CACHED),
    "a cache without a file in its key": Case(cached("v1-deps")),
    "a cache of several paths": Case(cached('v1-{{ checksum "lock" }}', "deps, more, ~/.deps")),
    "a cache with all that is known in its key": Case(
        cached('{{ .Environment.VERSION }}-{{ arch }}-{{ checksum "lock" }}-{{ .CheckoutKey }}-x')
    ),
    "a cache for each branch": Case(cached("deps-{{ .Branch }}", fallback="deps-")),
    "a cache found by the beginning of its key": Case(cached('deps-{{ checksum "lock" }}-x', other="deps-")),
    "a cache that nobody saves": Case(cached("deps", other="elsewhere")),
    "Bitbucket's own cache": Case(cached("pip", "~/.cache/pip, deps")),
    "a cache of the run": Case(OF_RUN % ""),
    "a cache of the run, by its full name": Case(
        (OF_RUN % "")
        .replace("paths: [dist]", "paths: [~/app/dist]")
        .replace("steps:", "working_directory: ~/app\n    steps:")
    ),
    "a cache of the run, of everything": Case((OF_RUN % "").replace("paths: [dist]", "paths: [.]")),
    "a cache of the run, of files that programs run": Case(OF_RUN % ", bin"),
    "what is stored for people stays with them": Case(KEPT_FOR_PEOPLE),
    "a workspace": Case(HANDED_ON % (".", "out", "."), ("workspace-attach",)),
    "a workspace with a root": Case(HANDED_ON % ("out", "deep, b", "out"), ("workspace-attach",)),
    "a workspace of everything": Case(HANDED_ON % (".", ".", ".")),
    "a workspace elsewhere": Case(HANDED_ON % (".", "out", "/srv/ws")),
}


@pytest.mark.parametrize("title", CARRIED)
def test_what_is_carried(title: str, tmp_path: Path) -> None:
    """Files that jobs hand on come to the same places, pipeline after pipeline."""
    case = CARRIED[title]
    outcome = outcome_of(case)
    found = [
        (each, explained.codes(each, one.id, outcome.notes))
        for one, pair in both.run_all(outcome, tmp_path / "machine", pushes=2)
        for each in both.differences(pair)
    ]

    assert [each for each, codes in found if not codes] == []
    assert {code for _, codes in found for code in codes} == set(case.told)


MACHINES = """\
version: 2.1
jobs:
  list:
    docker: [{image: 'python:3.12'}]
    steps: [checkout, {run: printf '%%s\\n' e d c b a > list}, {persist_to_workspace: {root: ., paths: [list]}}]
  test:
    docker: [{image: 'python:3.12'}]
    parallelism: 3
    steps:
      - checkout
      - attach_workspace: {at: .}
      - run: 'mkdir -p t; cd t; rm -f .keep; i=5; for X in a b c d e; do printf "%%*s" $i > $X; i=$((i-1)); done'
      - run: %s
      - run: mkdir -p out; echo $CIRCLE_NODE_INDEX of $CIRCLE_NODE_TOTAL in $CIRCLE_JOB > out/$CIRCLE_NODE_INDEX
      - run: {command: report $CIRCLE_NODE_INDEX, when: always}
      - store_artifacts: {path: out}
      - persist_to_workspace: {root: ., paths: [out]}
  use:
    docker: [{image: 'python:3.12'}]
    steps: [checkout, {attach_workspace: {at: .}}, {run: 'cat out/*; make'}]
workflows:
  all:
    jobs: [list, {test: {requires: [list]}}, {use: {requires: [test]}}]
"""
SHARES = (
    "circleci tests glob 't/*' | circleci tests split --split-by=timings | xargs -n1 basename | xargs make",
    "make $(circleci tests split < list)",
    "make $(circleci tests split --split-by=name list)",
    "cat list | circleci tests run --command='xargs make' --verbose",
    "'circleci tests run --command=\"xargs make\" < list'",
    "'(cd t && ls | circleci tests split --split-by filesize | xargs make)'",
    "sort list | awk 'NR % '$CIRCLE_NODE_TOTAL' == '$CIRCLE_NODE_INDEX | xargs make",
)


@pytest.mark.parametrize("command", SHARES)
def test_machines_share_their_tests(command: str, tmp_path: Path) -> None:
    """Each machine is a step, does what the machine does, and all tests run, each once."""
    outcome = golden.Config("case", MACHINES % command, "parallelism: keep\n").convert()
    assert outcome.text is not None, outcome.notes
    pairs = both.run_all(outcome, tmp_path / "machine")
    calls = [call for job, pair in pairs if job.copies > 1 for call in pair.bitbucket.calls if call.program == "make"]

    assert [job.name for job, _ in pairs] == ["list", "test 1/3", "test 2/3", "test 3/3", "use"]
    assert all(call.arguments for call in calls)
    assert sorted(word for call in calls for word in call.arguments) == ["a", "b", "c", "d", "e"]
    assert [each for job, pair in pairs if job.name != "use" for each in both.differences(pair)] == []
    assert pairs[-1][1].bitbucket.printed == "".join(f"{index} of 3 in test\n" for index in range(3))
    assert pairs[-1][1].circleci.printed == pairs[-1][1].bitbucket.printed


LOWERED = """\
pipelines:
  default:
    - step:
        name: build
        script:
          - mkdir -p out/deep; echo a > out/deep/a; echo b > out/b; echo c > other; chmod +x out/b
        artifacts:
          upload: [{name: out, paths: [out/**]}]
    - step:
        name: use
        script:
          - chmod +x out/b
          - ls -R; make; if [ -x out/b ]; then echo runs; fi
        artifacts: {download: [out]}
"""


@pytest.mark.parametrize(
    ("line", "by", "kinds"),
    [
        ("", "", set()),
        ("          - chmod +x out/b\n", "", {Kind.OUTPUT}),
        (
            "{name: out, paths: [out/**]}",
            "{name: out, paths: [out]}",
            {Kind.OUTPUT, Kind.STATUS, Kind.COMMANDS, Kind.FILES},
        ),
        ("{name: out,", "{name: out, type: scoped,", {Kind.OUTPUT, Kind.STATUS, Kind.COMMANDS, Kind.FILES}),
        ("{download: [out]}", "{download: false}", {Kind.OUTPUT, Kind.STATUS, Kind.COMMANDS, Kind.FILES}),
        ("[out/**]", "['**']", {Kind.OUTPUT, Kind.FILES}),
    ],
)
def test_workspaces_would_be_compared(line: str, by: str, kinds: set[Kind], tmp_path: Path) -> None:
    """A right way to hand files on is found right, and each wrong one wrong."""
    outcome = outcome_of(Case(HANDED_ON % (".", "out", ".")))._replace(text=LOWERED.replace(line, by))
    pairs = both.run_all(outcome, tmp_path / "machine")

    assert line in LOWERED
    assert {each.kind for _, pair in pairs for each in both.differences(pair)} == kinds


NASTY = (
    "make one",
    "make | tee log",
    "cd ~/project/src && make",
    "make \"$CIRCLE_TAG\" '$CIRCLE_BRANCH'",
    "printf '%s' \"${A:-none}\" ${B#x}",
    "f() { cd src; make; }; f",
    "export A B=3; make",
    'x=$(make | cat); echo "[$x]"',
    "(cd src; make)",
    "if ! make; then make fallback; fi",
    "make || exit 0",
    "make; exit $?",
    "rm -rf src; mkdir -p src",
    "[[ -n $A ]] && make a",
    "set -a; B=all; make",
    "set -- a b; echo $#",
    "pushd src; make; popd",
    "eval 'export Z=2'; make",
    "HOME=/nowhere; make",
    "set +o pipefail; make | cat",
    "trap 'make t' EXIT; make",
    "cd nope || true",
    "v=$(false); make",
    "set -euo pipefail\nmake $A",
    "! make",
    "{ make; } 2>&1 | tee log",
    "cd src\ncat > here \\<<EOF\n  $A\nEOF",
    "make; cat src/here",
    "circleci step halt; make",
    "if [ -f lock ]; then circleci-agent step halt; fi",
    "[ -d src ] || circleci step halt",
    "cd src; f() { circleci step halt; }; make | cat; f; make after",
    "make && circleci step halt && exit 0",
    "echo export A=2 >> $BASH_ENV",
    "echo 'export B=$(false)x' >> $BASH_ENV; make $A",
    "cat >> $BASH_ENV \\<<'EOF'\nC=3\nfalse\nEOF\nmake $C",
    "source $BASH_ENV; make ${C:-none}",
    "(make; exit 0); make $A",
    "make one\nmake two\n[ -d nope ] && make",
    "make $NOWHERE | cat; make again",
)
SHELLS = (*("",) * 9, "shell: bash", "shell: bash -euo pipefail", "shell: /bin/bash -e", "shell: bash -leo pipefail")
WAYS = ("", "", "", "when: always", "when: on_fail", "environment: {A: step}", "environment: {B: 'x $A'}")
PLACES = ("", "", "", "working_directory: src", "working_directory: ./src/", "max_auto_reruns: 1")
STEPS = st.builds(
    lambda command, *keys: run(command, *filter(None, keys)),
    st.sampled_from(NASTY),
    st.sampled_from(WAYS),
    st.sampled_from(PLACES),
    st.sampled_from(SHELLS),
)


@settings(max_examples=60)
@given(st.lists(STEPS, min_size=1, max_size=4), st.sampled_from(("", "make")), st.sampled_from(SHELLS))
def test_nasty_commands_differ_only_as_notes_tell(steps: list[str], failing: str, shell: str) -> None:
    """Whatever commands do to their shell, each sees what CircleCI would show it, or a note tells of the difference."""
    case = job(*steps, keys=f"environment: {{A: job}}\n{shell}", failing=failing)
    with tempfile.TemporaryDirectory() as folder:
        found = differences(case, outcome_of(case), Path(folder, "machine"))

    assert [each for each, codes in found if not codes] == []


def test_codes_that_explain_are_codes() -> None:
    """A code that no room declares any more explains nothing."""
    for module in pkgutil.walk_packages([*migrate.__path__], "migrate."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)

    assert explained.CODES.keys() <= CODES.keys()


@pytest.mark.skipif(not fence.AVAILABLE, reason="the kernel has no Landlock that forbids the network")
def test_nothing_gets_out(tmp_path: Path) -> None:
    """A command writes nothing outside its folder, and reaches nobody."""
    outside = tmp_path / "outside"
    outside.mkdir()
    commands = (f"echo x > {outside}/made", f"rm -r {outside}", "echo x > /dev/tcp/127.0.0.1/1", f"cat {__file__}")
    case = job(*(run(f"if ( {command} ); then make got out; fi") for command in commands))
    outcome = outcome_of(case)
    (one,) = outcome.before.jobs
    pair = both.run(outcome, one, tmp_path / "machine")

    assert pair.circleci.succeeded
    assert (pair.circleci.calls, pair.bitbucket.calls) == ((), ())
    assert list(outside.iterdir()) == []


def test_a_job_finds_what_it_is_given(tmp_path: Path) -> None:
    """Files of the repository, variables, what programs print, and the name of the system."""
    asks = '. /etc/os-release; test $ID = ubuntu && test "$WORD" = open && test "$(curl x)" = sesame && make cave'
    outcome = outcome_of(job(run(asks)))
    (one,) = outcome.before.jobs
    given = Given(variables={"WORD": "open"}, prints={"curl": "sesame"})
    pair = both.run(outcome, one, tmp_path / "machine", given=given)

    for side in (pair.circleci, pair.bitbucket):
        assert side.succeeded
        assert [call.program for call in side.calls] == ["curl", "make"]
    assert not both.run(outcome, one, tmp_path / "other").circleci.succeeded
