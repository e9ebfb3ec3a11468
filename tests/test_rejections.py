"""What CircleCI refuses is refused, with its own words and the place (reference circleci.md, section 8).

One config a row of that table, as short as it can be. The place is the line of the user's own file.
"""

# ruff: noqa: E501 - a row of the table stays a line

import pytest

from migrate import Outcome, Source, convert

JOB = "docker: [{image: a}], steps: [checkout, run: make]"
BUILD = f"version: 2.1\njobs:\n  build: {{{JOB}}}\n"
USED = f"{BUILD}workflows:\n  main:\n    jobs: [build]\n"


def job(*lines: str, before: str = "") -> str:
    """A config whose one job has these lines, the first of them at line 4 unless something stands `before`."""
    return f"version: 2.1\n{before}jobs:\n  build:\n" + "".join(f"    {line}\n" for line in lines)


def step(*lines: str, before: str = "") -> str:
    """A config whose one job has a step of these lines, the first of them at line 6."""
    body = [f"  {line}" for line in lines]
    return job("docker: [{image: a}]", "steps:", *[f"- {body[0].strip()}", *body[1:]], before=before)


def workflow(*lines: str, jobs: str = f"  build: {{{JOB}}}\n") -> str:
    """A config whose one workflow has these lines, the first of them at line 6 with one job."""
    return f"version: 2.1\njobs:\n{jobs}workflows:\n  main:\n" + "".join(f"    {line}\n" for line in lines)


def refused(outcome: Outcome) -> list[str]:
    """The refusals as `line: message`."""
    return [f"{note.span.line}: {note.detail}" for note in outcome.notes if note.refusal]


ROWS = {
    "1 unknown key of a job": (job("docker: [{image: a}]", "shel: b", "steps: [checkout]"), "5: [#/jobs/build] extraneous key [shel] is not permitted"),
    "1 unknown key of an executor": (job("executor: e", "steps: [checkout]", before="executors: {e: {docker: [{image: a}], steps: []}}\n"), "2: [#/executors/e] extraneous key [steps] is not permitted"),
    "1 unknown key of a run": (step("run:", "  command: make", "  timeout: 5"), "8: [#/jobs/build/steps/0/run] extraneous key [timeout] is not permitted"),
    "1 unknown key of a container": (job("docker: [{image: a, ports: [80]}]", "steps: [checkout]"), "4: [#/jobs/build/docker/0] extraneous key [ports] is not permitted"),
    "1 unknown key of auth": (job("docker: [{image: a, auth: {user: b}}]", "steps: [checkout]"), "4: [#/jobs/build/docker/0/auth] extraneous key [user] is not permitted"),
    "1 unknown key of a machine": (job("machine: {image: a, size: b}", "steps: [checkout]"), "4: [#/jobs/build/machine] extraneous key [size] is not permitted"),
    "1 unknown key of a workflow": (workflow("jobs: [build]", "requires: [x]"), "7: [#/workflows/main] extraneous key [requires] is not permitted"),
    "1 unknown key of filters": (workflow("jobs:", "  - build:", "      filters: {branch: {only: main}}"), "8: [#/workflows/main/jobs/build/filters] extraneous key [branch] is not permitted"),
    "1 unknown key of a parameter": ("parameters: {p: {type: string, default: a, requird: true}}\n" + USED, "1: [#/parameters/p] extraneous key [requird] is not permitted"),
    "1 missing key": (job("docker: [{name: a}]", "steps: [checkout]"), "4: [#/jobs/build/docker/0] required key [image] not found"),
    "1 a list of jobs": ("version: 2.1\njobs: [build]\n", "2: [#/jobs] expected type: Mapping, found: Sequence"),
    "1 wrong type": (job("docker: a", "steps: [checkout]"), "4: [#/jobs/build/docker] expected type: Sequence, found: String"),
    "2 unexpected argument": (workflow("jobs:", "  - build:", "      filter: {}"), "8: Unexpected argument(s): filter"),
    "3 wrong type of an argument": (
        workflow("jobs:", "  - build: {version: 1}", jobs=f"  build: {{parameters: {{version: {{type: string}}}}, {JOB}}}\n"),
        '7: Type error for argument version: expected type: string, actual value: "1" (type integer)',
    ),
    "4 bad default": ("parameters: {killswitch: {type: boolean, default: 'on'}}\n" + USED, "1: Parameter error: default value of parameter 'killswitch' is \"on\" (type string): expected type: boolean"),
    "4 default outside of the enum": ("parameters: {p: {type: enum, enum: [a, b], default: c}}\n" + USED, "1: Parameter error: default value of parameter 'p' is \"c\" (type string): expected type: enum (a, b)"),
    "5 missing argument": (workflow("jobs: [build]", jobs=f"  build: {{parameters: {{p: {{type: string}}}}, {JOB}}}\n"), "6: Missing required argument(s): p"),
    "6 undeclared parameter": (step("run: echo << parameters.message >>"), "6: Arguments referenced without declared parameters: parameters.message"),
    "7 undeclared pipeline parameter": (step("run: echo << pipeline.parameters.bug >>"), '6: Referred to a variable "pipeline.parameters.bug" that does not exist'),
    "7 one that an inline orb sees": (
        "parameters: {p: {type: string, default: a}}\norbs: {o: {commands: {c: {steps: [run: echo << pipeline.parameters.p >>]}}}}\n" + USED,
        '2: Referred to a variable "pipeline.parameters.p" that does not exist',
    ),
    "8 unclosed tag": (step("run: |", "  make", "  cat <<EOF"), "8: Unclosed '<<' tag"),
    "9 undefined command": (step("compile"), "6: Cannot find a definition for command named compile"),
    "9 a command of the root in an orb": (
        job("docker: [{image: a}]", "steps: [o/c]", before="commands: {own: {steps: [checkout]}}\norbs: {o: {commands: {c: {steps: [own]}}}}\n"),
        "3: Cannot find a definition for command named own",
    ),
    "10 undefined job": (workflow("jobs: [bar]"), "6: Error calling workflow: 'main': Cannot find a definition for job named bar"),
    "11 nothing to run": (f"version: 2.1\njobs:\n  test: {{{JOB}}}\n", "1: Cannot find a job named `build` to run in the `jobs:` section"),
    "12 nobody required": (workflow("jobs:", "  - build: {requires: [ghost]}"), "7: Job 'build' requires 'ghost', which is the name of 0 other jobs in workflow 'main'"),
    "12 two required": (
        workflow("jobs:", "  - build", "  - build", "  - build: {requires: [build]}"),
        "9: Job 'build-3' requires 'build', which is the name of 2 other jobs in workflow 'main'; You can give a job within a workflow an explicit name by adding a name key",
    ),
    "13 circle": (
        workflow("jobs:", "  - a: {requires: [b]}", "  - b: {requires: [a]}", jobs=f"  a: {{{JOB}}}\n  b: {{{JOB}}}\n"),
        "9: The job 'b' is part of a cycle: b -> a -> b",
    ),
    "14 undefined executor": (job("executor: ghost", "steps: [checkout]"), '4: Executor "ghost" does not exist'),
    "15 two environments": (job("docker: [{image: a}]", "machine: true", "steps: [checkout]"), "3: [#/jobs/build] 0 subschemas matched instead of one"),
    "15 no environment": (job("steps: [checkout]"), "3: [#/jobs/build] 0 subschemas matched instead of one"),
    "16 no steps": (job("docker: [{image: a}]"), "3: [#/jobs/build] required key [steps] not found"),
    "16 no step left": (job("docker: [{image: a}]", "steps: [when: {condition: false, steps: [checkout]}]"), "3: the job 'build' has no steps; at least one step is required"),
    "17 run without command": (step("run: {name: x}"), "6: [#/jobs/build/steps/0/run] required key [command] not found"),
    "17 bare run": (step("run:"), "6: [#/jobs/build/steps/0/run] required key [command] not found"),
    "17 indentation": (step("run:", "name: x", "command: y"), "6: a step has one key; this one has 3 (run, name, command)"),
    "18 when without steps": (step("when: {condition: true}"), "6: [#/jobs/build/steps/0/when] required key [steps] not found"),
    "18 empty list in a statement": (step("when: {condition: {and: []}, steps: [checkout]}"), "6: 'and' wants a list of at least one value, and this is an empty list"),
    "18 a list as a condition": (step("when: {condition: [true], steps: [checkout]}"), "6: a condition is a value or a logic statement, and this is a list"),
    "18 too deep": (step("when: {condition: " + "{not: " * 101 + "true" + "}" * 101 + ", steps: [checkout]}"), "6: a condition nests at most 100 statements"),
    "19 when and unless": (workflow("when: true", "unless: false", "jobs: [build]"), "6: [#/workflows/main] a workflow has 'when' or 'unless', not both"),
    "20 inline type": (workflow("jobs:", "  - hold: {type: lock}"), "7: Only jobs with `type: approval` can be defined inline"),
    "20 bad type": (job("type: bad-type", "steps: [checkout]"), "4: [#/jobs/build] Invalid job type 'bad-type'. Allowed types: approval, build, lock, no-op, release, unlock"),
    "21 malformed orb": ("orbs: {o: node}\n" + USED, "1: 'node' is no reference to an orb"),
    "22 orbs in version 2": (USED.replace("2.1", "2") + "orbs: {o: circleci/node@5}\n", "7: 'orbs' wants 'version: 2.1'"),
    "22 commands in version 2": (USED.replace("2.1", "2") + "commands: {}\n", "7: 'commands' wants 'version: 2.1'"),
    "23 schedule without filters": (workflow("triggers:", "  - schedule: {cron: '0 0 * * *'}", "jobs: [build]"), "7: [#/workflows/main/triggers/0/schedule] required key [filters] not found"),
    "23 cron with steps": (workflow("triggers:", "  - schedule: {cron: '*/5 * * * *', filters: {branches: {only: main}}}", "jobs: [build]"), "7: [#/workflows/main/triggers/0/schedule/cron] '*/5 * * * *' is no cron"),
    "24 reruns out of range": (step("run: {command: a, max_auto_reruns: 6}"), "6: [#/jobs/build/steps/0/run/max_auto_reruns] 6 is not between 1 and 5"),
    "24 delay alone": (step("run: {command: a, auto_rerun_delay: 5s}"), "6: [#/jobs/build/steps/0/run] auto_rerun_delay needs max_auto_reruns beside it"),
    "24 delay too long": (step("run: {command: a, max_auto_reruns: 1, auto_rerun_delay: 11m}"), "6: [#/jobs/build/steps/0/run/auto_rerun_delay] '11m' is no delay from 1s to 10m"),
    "24 rerun in the background": (step("run: {command: a, max_auto_reruns: 1, background: true}"), "6: [#/jobs/build/steps/0/run] a step with 'background: true' takes neither"),
    "25 method": (step("checkout: {method: fast}"), "6: [#/jobs/build/steps/0/checkout/method] 'fast' is not one of: blobless, full, shallow"),
    "25 depth": (step("checkout: {method: full, depth: 1}"), "6: [#/jobs/build/steps/0/checkout] a depth needs 'method: shallow'"),
    "26 retention": (job("docker: [{image: a}]", "retention: {caches: 2w}", "steps: [checkout]"), "5: [#/jobs/build/retention/caches] '2w' is no number of days from 1d to 30d"),
    "27 blank serial group": (workflow("jobs:", "  - build: {serial-group: ' '}"), "7: [#/workflows/main/jobs/build/serial-group] ' ' is no key of 1 to 512"),
    "27 lock without key": (workflow("jobs: [take]", jobs="  take: {type: lock}\n"), "3: [#/jobs/take] required key [key] not found"),
    "28 nested groups": (BUILD + "job-groups: {a: {jobs: [build]}, b: {jobs: [a]}}\nworkflows: {main: {jobs: [b]}}\n", "4: the job group 'a' stands in the job group 'b'; groups do not nest"),
    "29 duplicate key": (USED + "version: 2.1\n", "7: the key 'version' stands twice"),
    "29 tab": ("version: 2.1\njobs:\n\tbuild: {}\n", "3: the file is not YAML: a tab"),
    "30 two setup workflows": (f"version: 2.1\nsetup: true\njobs:\n  build: {{{JOB}}}\nworkflows: {{a: {{jobs: [build]}}, b: {{jobs: [build]}}}}\n", "5: a setup config runs one workflow"),
    "31 expression": (workflow("jobs:", "  - build: {filters: 'pipeline.git.branch = \"x\"'}"), '7: pipeline.git.branch = "x": '),
    "32 look-around": (workflow("jobs:", "  - build: {filters: {branches: {only: /(?=a).*/}}}"), "7: the filter /(?=a).*/ is no regular expression that CircleCI takes"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "said"), ROWS.values(), ids=ROWS)
def test_each_row_of_the_table(text: str, said: str) -> None:
    """The config is refused, with these words at this line, and nothing is written."""
    outcome = convert(Source("config.yml", text))

    assert outcome.text is None
    assert any(line.startswith(said) for line in refused(outcome)), refused(outcome)


NOT_ERRORS = {
    "unknown keys at the top": f"x-anything: {{a: b}}\n{USED}",
    "what nothing uses": f"{USED}commands: {{c: {{steps: [ghost]}}}}\nexecutors: {{e: {{}}}}\n",
    "a workflow that is off": f"{USED}  off: {{when: false, jobs: [ghost]}}\n",
    "workflows.version in 2.1": f"{BUILD}workflows: {{version: 2, main: {{jobs: [build]}}}}\n",
    "ignored keys of a no-op": f"{BUILD}  nothing: {{type: no-op, shel: a}}\nworkflows: {{main: {{jobs: [build, nothing]}}}}\n",
    "anchors called parameters in version 2": f"parameters: {{a: &a {{x: y}}}}\n{USED.replace('2.1', '2')}",
}  # fmt: skip


@pytest.mark.parametrize("text", NOT_ERRORS.values(), ids=NOT_ERRORS)
def test_what_is_no_error(text: str) -> None:
    """The table's last line: such configs run."""
    outcome = convert(Source("config.yml", text))

    assert refused(outcome) == []
    assert outcome.text is not None
