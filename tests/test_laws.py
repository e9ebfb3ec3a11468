"""The laws hold for every spec, every case and ParlAI's four configs; and each law can be broken."""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from migrate import Outcome
from migrate.diagnostics import Note
from migrate.lower.draft import Schedule
from tests import golden, laws
from tests.running import both, explained

PARLAI = Path(__file__).parents[2] / "shared" / "parlai"
GOLDENS = tuple({(config.text, config.choices): config for config in golden.configs()}.values())
"""Each config once: many spec files begin with the same one, of which nothing must change."""
PARLAI_CONFIGS = tuple(golden.Config(p.name, p.read_text(encoding="utf-8")) for p in sorted(PARLAI.glob("*.yml")))
CONFIGS = (*GOLDENS, *PARLAI_CONFIGS)
needs_parlai = pytest.mark.skipif(
    not PARLAI_CONFIGS, reason=f"{PARLAI} is not there: ParlAI's configs are not ours to copy"
)

EVERY_NTH_LINE = 9
"""Of long configs, only so many lines are tried one by one."""
SHORT = 60


@cache
def converted(config: golden.Config) -> Outcome:
    """The outcome of a config, converted once for all laws."""
    return config.convert()


@pytest.mark.parametrize("config", GOLDENS, ids=lambda c: c.id)
@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_law_holds_for_goldens(law: laws.Law, config: golden.Config) -> None:
    """No golden can bless what a law forbids."""
    assert list(law(config.text, converted(config))) == []


@needs_parlai
@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
def test_law_holds_for_parlai(law: laws.Law) -> None:
    """The laws hold for real configs, too."""
    broken = {config.id: list(law(config.text, converted(config))) for config in PARLAI_CONFIGS}

    assert not any(broken.values()), broken


def test_hash_seeds_make_no_difference() -> None:
    """Texts, notes and variables are the same in processes with two hash seeds."""
    first = laws.digests(list(CONFIGS), 1)

    assert len(first) == len(CONFIGS)
    assert len(set(first)) > 1
    assert first == laws.digests(list(CONFIGS), 2)


def test_check_jsonschema_takes_every_output(tmp_path: Path) -> None:
    """The tool that users have says the same as our law: every output passes Bitbucket's schema."""
    for index, config in enumerate(CONFIGS):
        text = converted(config).text
        if text is not None:
            (tmp_path / f"{index}.yml").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.bitbucket-pipelines"]
    files = sorted(map(str, tmp_path.iterdir()))
    done = subprocess.run([*command, *files], capture_output=True, text=True, check=False)

    assert files
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: c.id)
def test_every_unknown_key_is_told(config: golden.Config) -> None:
    """An unknown key in any mapping has a note at its line, or its definition is left out as a whole."""
    if converted(config).text is None:
        return
    every = 1 if config.text.count("\n") < SHORT else EVERY_NTH_LINE
    planted = list(laws.with_unknown_keys(config.text))[::every]
    silent = [
        (one.line, one.path)
        for one in planted
        if not laws.unknown_key_is_told(one, replace(config, text=one.text).convert())
    ]

    assert silent == []


@pytest.mark.parametrize("config", CONFIGS, ids=lambda c: c.id)
def test_no_broken_config_raises(config: golden.Config) -> None:
    """With any one line taken out, emptied or cut, there are notes, and never an exception."""
    lines = config.text.splitlines(keepends=True)
    for index in range(0, len(lines), 1 if len(lines) < SHORT else EVERY_NTH_LINE):
        indent = re.match(r"[ ]*(?:- )?", lines[index])
        for line in ("", f"{indent[0] if indent else ''}\n", lines[index].partition(":")[0] + ":\n"):
            text = "".join([*lines[:index], line, *lines[index + 1 :]])
            outcome = replace(config, text=text).convert()

            assert outcome.text is not None or outcome.notes


SNIPPETS = (
    "echo one",
    "mkdir -p sub; cd sub",
    "ls",
    "touch made; cd ..; cd - > /dev/null; ls",
    "false; echo unreached",
    "echo first\nfalse\necho unreached",
    "sleep 0 & wait $!; echo $?",
    "readonly X=1; exit",
    "cat < /dev/null; read -r Z || Z=none; echo $Z",
    "echo \"export B='$A'\" > $BASH_ENV",
    ". $BASH_ENV; echo sourced $B",
    "export A=exported",
    "X=plain",
    'echo "A=$A X=$X B=$B F=$(type -t f)"',
    "false || echo saved",
    "[ -f nope ] && echo found",
    "if true; then exit 0; fi",
    "true; exit 3",
    "set +e; false; echo on",
    "false | cat",
    "f() { echo function; }; f",
    "trap 'echo trapped' EXIT",
    "echo 'export B=handed' >> $BASH_ENV",
    "if false; then echo 'export B=never' >> $BASH_ENV; fi",
    'cd /; echo "export B=$PWD" >> "$BASH_ENV"',
    "set -u",
    "umask 077; unset A; IFS=:",
    "for i in 1 2; do [ $i = 1 ] && echo $i; done",
    "{ echo braces; exit 0; }",
    "(exit 0); echo after",
    "alias ls=false; shopt -s expand_aliases",
    "cat \\<<EOF\n$A\nEOF",
    'echo "$X" # comment',
    "! true",
    "exec echo replaced",
    "return 0 2>/dev/null || echo returned",
    "wait; echo waited",
)
"""Commands that are harmless to run, and that would show if they saw each other's shells."""
WHENS = ("", "", "", "always", "on_fail")
RUNS = st.lists(st.tuples(st.sampled_from(SNIPPETS), st.sampled_from(WHENS)), min_size=1, max_size=4)


def job_of(runs: list[tuple[str, str]]) -> golden.Config:
    """A config with one job that runs these commands."""
    lines = [
        "version: 2.1",
        "jobs:",
        "  build:",
        "    docker: [{image: bash}]",
        "    environment: {A: job}",
        "    steps:",
    ]
    lines.append("      - checkout")
    for text, when in runs:
        lines += ["      - run:", *([f"          when: {when}"] if when else []), "          command: |"]
        lines += [f"            {line}" for line in text.splitlines()]
    return golden.Config("runs", "\n".join(lines) + "\n")


ORDER = ("", "on_fail", "always")


@settings(max_examples=150)
@given(RUNS)
@example([("if false; then echo 'export B=never' >> $BASH_ENV; fi", ""), ("echo one", "")])
@example([("true; exit 3", ""), ("echo 'export B=handed' >> $BASH_ENV", ""), ("echo one", "always")])
@example([("false; echo unreached", "always"), ("echo one", "always")])
@example([("[ -f nope ] && echo found", "on_fail")])
@example([("export A=exported", ""), ('echo "A=$A X=$X B=$B F=$(type -t f)"', "always")])
def test_commands_do_the_same_on_both_sides(runs: list[tuple[str, str]]) -> None:
    """A job's commands do the same, and end the same, in CircleCI's shells and in Bitbucket's one.

    What the note `after-script` tells is left out: an always-command in the middle runs later, and its failure fails
    neither the step nor starts an on_fail-command.
    """
    runs = sorted(runs, key=lambda run: ORDER.index(run[1]))
    kinds = {one.kind for one, _ in _differences(runs)}

    assert kinds <= ({both.Kind.STATUS} if any(when for _, when in runs) else set())


@settings(max_examples=75)
@given(RUNS)
def test_commands_in_any_order_differ_only_as_notes_tell(runs: list[tuple[str, str]]) -> None:
    """Wherever the always- and on_fail-commands stand, a note tells of what comes out differently."""
    assert [one for one, codes in _differences(runs) if not codes] == []


def _differences(runs: list[tuple[str, str]]) -> list[tuple[both.Difference, tuple[str, ...]]]:
    outcome = job_of(runs).convert()
    (job,) = outcome.before.jobs
    with tempfile.TemporaryDirectory() as folder:
        found = list(both.differences(both.run(outcome, job, Path(folder, "machine"))))
    return [(one, explained.codes(one, job.id, outcome.notes)) for one in found]


SAMPLE = golden.Config(
    "sample",
    """version: 2.1
commands:
  prepare:
    steps:
      - run: |
          echo one
          echo two
jobs:
  build: &job
    docker: [{image: 'python:3.12'}]
    steps:
      - checkout
      - prepare
      - restore_cache: {key: 'deps-{{ checksum "lock" }}'}
      - run: make "$CIRCLE_JOB"
      - attach_workspace: {at: .}
      - persist_to_workspace: {root: ., paths: [log.txt]}
      - save_cache: {key: 'deps-{{ checksum "lock" }}', paths: [deps]}
  test: *job
  ship: *job
workflows:
  all:
    jobs:
      - build
      - test: {requires: [build], filters: {branches: {ignore: /wip-.*/}}}
      - hold: {type: approval, requires: [test]}
      - ship: {requires: [hold], filters: {branches: {only: main}}}
""",
)


def rewritten(pattern: str, by: str, count: int = 1) -> Callable[[Outcome], Outcome]:
    """A change of the written text; it must change it."""

    def change(outcome: Outcome) -> Outcome:
        text = re.sub(pattern, by, outcome.text or "", count=count, flags=re.MULTILINE)
        assert text != outcome.text, pattern
        return outcome._replace(text=text)

    return change


def asking(variable: str, *, first: bool = True) -> Callable[[Outcome], Outcome]:
    """The outcome with a custom pipeline `c` that has this variable."""
    asked, step = f"\n      - variables: [{variable}]", "\n      - step: *build"
    return rewritten("^pipelines:", "pipelines:\n  custom:\n    c:" + (asked + step if first else step + asked))


def saying_twice(outcome: Outcome) -> Outcome:
    """The outcome with one note once more."""
    return outcome._replace(notes=(*outcome.notes, outcome.notes[0]))


BREAKS: tuple[tuple[laws.Law, Callable[[Outcome], Outcome]], ...] = (
    (laws.no_template_is_left, rewritten("echo one", "echo << parameters.x >>")),
    (laws.no_template_is_left, rewritten("echo one", "echo <<#parameters.x>>y<</parameters.x>>")),
    (laws.readers_agree, rewritten("name: build", "name: yes")),
    (laws.readers_agree, rewritten("name: build", "name: 0o17")),
    (laws.requires_hold, rewritten(r"- step: \*build\n( *)- step: \*test", r"- step: *test\n\1- step: *build")),
    (
        laws.requires_hold,
        rewritten(
            r"^( *)- step: \*build\n *- step: \*test",
            r"\1- parallel:\n\1    - step: *build\n\1    - step: *test",
        ),
    ),
    (laws.gates_hold, rewritten(" *trigger: manual\n", "")),
    (laws.filters_hold, rewritten(r"wip-", "xyz-")),
    (laws.filters_hold, rewritten(r"^    main:", "    m*:")),
    (laws.filters_hold, rewritten(r"^    main:", "    '**':")),
    (laws.every_job_is_accounted_for, rewritten("name: ship", "name: other")),
    (laws.scripts_are_bash, rewritten("echo one", "if one")),
    (laws.scripts_are_bash, rewritten("echo one", "(echo one")),
    (laws.circleci_is_gone, rewritten("export CIRCLE_JOB=build", "export OTHER=build")),
    (laws.circleci_is_gone, rewritten("echo one", "circleci tests glob x")),
    (laws.circleci_is_gone, rewritten("echo one", "ls | circleci-agent step halt")),
    (laws.anchors_are_used, rewritten(r"\*prepare$", "echo two", 2)),
    (laws.anchors_are_used, rewritten(r"- step: \*ship$", "- step: *build")),
    (laws.schema_holds, rewritten("name: build", "name: [build]")),
    (laws.schema_holds, rewritten("trigger: manual", "trigger: by hand")),
    (laws.runner_reads_it, rewritten("trigger: manual", "trigger: by hand")),
    (laws.runner_reads_it, rewritten(r"^(pipelines:)[\s\S]*", r"\1 {}")),
    (laws.limits_hold, rewritten(r"^(pipelines:)[\s\S]*", r"\1 {}")),
    (laws.limits_hold, rewritten("name: build", "name: build\n        trigger: manual")),
    (laws.limits_hold, rewritten(r"caches: \[deps\]", "caches: [dependencies]")),
    (laws.limits_hold, rewritten(r"caches: \[deps\]", "caches: [deps, deps]")),
    (laws.limits_hold, rewritten(r"caches: \[deps\]", "services: [postgres]")),
    (laws.limits_hold, rewritten(r"^( +name: (?:build|test))", r"\1\n        deployment: Test", 2)),
    (laws.limits_hold, rewritten(r"^( *)- step: \*build", (r"\1- step: *build" + "\n") * 99 + r"\1- step: *build")),
    (laws.artifacts_hold, rewritten(r"download: \[build\]", "download: [biuld]")),
    (laws.artifacts_hold, rewritten(r"download: \[build\]", "download: [test]")),
    (laws.artifacts_hold, rewritten(r"paths: \[[^]]*\]", "paths: [../log.txt]")),
    (
        laws.artifacts_hold,
        rewritten(r"^( *)- name: build\n\1  type: shared", r"\1- {name: build, type: scoped, paths: [a]}\n\g<0>"),
    ),
    (laws.variables_hold, asking("{name: X}", first=False)),
    (laws.variables_hold, asking("{name: X-Y}")),
    (laws.variables_hold, asking("{name: X, default: a, allowed-values: [b]}")),
    (laws.variables_hold, asking("{name: X}")),
    (laws.schedules_hold, lambda o: o._replace(schedules=(Schedule("s", "0 0 3 * * ? *", "main", "none"),))),
    (laws.schedules_hold, lambda o: asking("{name: X}")(o)._replace(schedules=(Schedule("s", "0 3 * * *", "", "c"),))),
    (laws.notes_are_placed, saying_twice),
    (laws.notes_are_placed, lambda o: o._replace(notes=_elsewhere(o))),
    (laws.notes_are_placed, lambda o: o._replace(notes=(o.notes[0]._replace(detail=" "),))),
    (laws.verify_agrees, rewritten("name: ship", "name: other")),
    (laws.verify_agrees, rewritten(" *trigger: manual\n", "")),
    (laws.verify_agrees, rewritten(r"^    main:", "    '**':")),
    (laws.verify_agrees, rewritten(r"wip-", "xyz-")),
    (laws.verify_agrees, rewritten(r"- step: \*build\n( *)- step: \*test", r"- step: *test\n\1- step: *build")),
    (laws.validate_finds_nothing, rewritten("name: build", "naem: build")),
    (laws.validate_finds_nothing, rewritten(r"caches: \[deps\]", "max-time: 1000")),
)


def _elsewhere(outcome: Outcome) -> tuple[Note, ...]:
    note = outcome.notes[0]
    return (note._replace(trail=(note.span._replace(line=1000),)),)


def test_the_sample_is_lawful() -> None:
    """What the laws are broken with is lawful before."""
    outcome = converted(SAMPLE)

    assert outcome.notes
    assert {law.__name__: list(law(SAMPLE.text, outcome)) for law in laws.LAWS} == {
        law.__name__: [] for law in laws.LAWS
    }


@pytest.mark.parametrize(("law", "damage"), BREAKS, ids=[f"{i}-{law.__name__}" for i, (law, _) in enumerate(BREAKS)])
def test_law_can_be_broken(law: laws.Law, damage: Callable[[Outcome], Outcome]) -> None:
    """Each law complains of an output that was damaged just so: a test that cannot fail is none."""
    assert list(law(SAMPLE.text, damage(converted(SAMPLE))))


def test_every_law_is_broken_once() -> None:
    """The table above has a damage for each law."""
    assert {law for law, _ in BREAKS} == set(laws.LAWS)


def test_digests_tell_outcomes_apart() -> None:
    """Two configs that differ in one command have different digests."""
    other = replace(SAMPLE, text=SAMPLE.text.replace("echo one", "echo three"))
    one, two = laws.digests([SAMPLE, other], 0)

    assert one != two


def test_a_silent_key_would_be_found() -> None:
    """The unknown keys are really put in, everywhere; without its note, a key counts as silent."""
    found = list(laws.with_unknown_keys(SAMPLE.text))
    one = next(planted for planted in found if planted.path == "jobs.build")
    outcome = replace(SAMPLE, text=one.text).convert()

    assert {planted.path for planted in found} >= {"", "commands", "jobs", "workflows", "workflows.all"}
    assert one.text.splitlines()[one.line - 1].strip() == f"{laws.UNKNOWN}: 1"
    assert laws.unknown_key_is_told(one, outcome)
    assert not laws.unknown_key_is_told(one, outcome._replace(notes=()))


def test_a_leaking_shell_would_be_found(tmp_path: Path) -> None:
    """Commands without their brackets do something else."""
    outcome = job_of([("export A=exported", ""), ('echo "$A"', "")]).convert()
    (job,) = outcome.before.jobs
    leaky = rewritten(r"\((export A=exported)\)", r"\1")(outcome)

    assert list(both.differences(both.run(outcome, job, tmp_path / "machine"))) == []
    assert list(both.differences(both.run(leaky, job, tmp_path / "machine"))) != []


def one_job(steps: str, keys: str = "") -> str:
    """A config with one job that has these steps, on one line, and these further keys."""
    return f"version: 2.1\njobs: {{build: {{docker: [{{image: python:3.12}}], {keys}steps: [checkout, {steps}]}}}}\n"


def jobs(entries: str) -> str:
    """A config with a workflow of these jobs, of which each exists."""
    job = "{docker: [{image: python:3.12}], steps: [checkout, {run: make}]}"
    defined = ", ".join(f"{name}: {job}" for name in ("a", "b", "c"))
    return f"version: 2.1\njobs: {{{defined}}}\nworkflows: {{w: {{jobs: [{entries}]}}}}\n"


PITFALLS = {
    "a value of the run in single quotes": (
        one_job("{run: \"echo '<< pipeline.number >>'\"}"),
        r"'\$\{BITBUCKET_BUILD_NUMBER\}'",
    ),
    "a link in a folder that is not there": (
        one_job("{run: ls /home/circleci/app/x}", "working_directory: /home/circleci/app, "),
        r"\A(?![\s\S]*mkdir -p /home/circleci)[\s\S]*ln -sfn \S+ /home/circleci/app",
    ),
    "a neighbour of the working directory": (
        one_job("{run: git clone x ../tool}, {run: ls ~/tool}", "working_directory: ~/app, "),
        r"\A(?![\s\S]*~/app)[\s\S]*ls ~/tool",
    ),
    "two cached paths of one name": (
        one_job("{run: make}, {save_cache: {key: k, paths: [~/x/lib, ~/y/lib]}}"),
        r"\A(?![\s\S]*~/x/lib[\s\S]*~/y/lib)",
    ),
    "a job that runs after a failure only": (jobs("a, {b: {requires: [{a: [failed]}]}}, c"), r"name: b\b"),
    "a workflow that runs on a condition only": (
        jobs("a, b, c").replace("{jobs: [a", "{when: {equal: [main, << pipeline.git.branch >>]}, jobs: [a"),
        r"default:",
    ),
    "a workflow that runs on a schedule only": (
        jobs("a, b, c").replace("{jobs: [a", "{triggers: [{schedule: {cron: 0 0 * * *}}], jobs: [a"),
        r"default:",
    ),
    "a job of 2.0 with branches of its own": (
        one_job("{run: make}", "branches: {only: main}, ").replace("2.1", "2"),
        r"default:",
    ),
}
"""Configs with a pattern that their output must not match unless a note of weight tells of it."""


@pytest.mark.parametrize("title", PITFALLS)
def test_pitfall(title: str) -> None:
    """What goes wrong easily and no law sees: not written so, or told as an error or as something to do."""
    text, wrong = PITFALLS[title]
    outcome = golden.Config(title, text).convert()
    told = any(note.code.fate in {"error", "manual"} for note in outcome.notes)

    assert told or not re.search(wrong, outcome.text or "")
    assert told or outcome.text is not None


def test_the_installing_step_comes_first() -> None:
    """Nothing runs beside the step that fills the cache, also where what a job requires does not run."""
    text = jobs("a, {b: {requires: [a]}}, c").replace(
        "{run: make}]", "{run: pip install x}, {save_cache: {key: k, paths: [venv]}}]"
    )
    outcome = golden.Config("install", text, "add: [install-step]\njobs: {branches: {main: [b, c]}}\n").convert()
    groups = dict(laws.starts(laws.document(outcome)))["branches main"]

    assert [[step["name"] for step in group] for group in groups] == [["install-step"], ["b", "c"]]


def test_a_replaced_job_leaves_its_context_to_its_successor() -> None:
    """A context is a gate; what stands in for the job inherits it, or a note tells of it."""
    text = jobs("a, b, {c: {context: aws}}")
    outcome = golden.Config("replace", text, "add: [{ecs-deploy: {replaces: c, cluster: x, service: y}}]\n").convert()

    assert "context" in {note.code.id for note in outcome.notes}


def test_an_addition_that_requires_a_job_that_is_not_there_is_refused() -> None:
    """The choices file is read by people who mistype: one clear message, no exception."""
    outcome = golden.Config("typo", jobs("a, b, c"), "add: [{pypi-publish: {requires: [nope]}}]\n").convert()

    assert outcome.text is None
    assert any("nope" in note.detail for note in outcome.notes)


def test_a_job_of_an_unknown_orb_does_not_refuse_the_config() -> None:
    """CircleCI would run it; we know nothing of it: its step fails on purpose, the rest is converted."""
    text = jobs("a, paint/house, b, c").replace("version: 2.1", "version: 2.1\norbs: {paint: acme/paint@1}")
    outcome = golden.Config("orb", text).convert()

    assert outcome.text is not None
    assert "paint/house" in outcome.text
    assert "false\n" in outcome.text
