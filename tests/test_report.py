"""The report: the JSON of the contract, and Markdown that a reviewer can work through."""

import json as standard_json
from collections.abc import Iterable
from typing import Any

import pytest

from migrate import Outcome, Source, convert
from migrate.diagnostics import Fate
from migrate.report import json, markdown, terminal
from migrate.report.markup import Links
from migrate.report.summary import Summary, summarise

FILE = ".circleci/config.yml"
LINKS = Links(frozenset({FILE}), "../")

CONFIG = """\
version: 2.1
executors:
  large:
    docker: [{image: "cimg/python:3.12"}]
    resource_class: large
commands:
  prepare:
    steps:
      - run: {name: Prepare, command: pip install -r requirements.txt, no_output_timeout: 60m}
jobs:
  build:
    executor: large
    steps:
      - checkout
      - restore_cache: {key: 'deps-{{ checksum "requirements.txt" }}'}
      - prepare
      - save_cache: {key: 'deps-{{ checksum "requirements.txt" }}', paths: [~/venv]}
      - run: make
  test:
    executor: large
    steps: [checkout, prepare, run: make test]
  mac:
    macos: {xcode: "14.2.0"}
    resource_class: large
    steps: [checkout, run: make mac]
  ship:
    docker: [{image: alpine}]
    steps:
      - checkout
      - add_ssh_keys: {fingerprints: ["aa:bb"]}
      - run: aws s3 sync build s3://bucket --profile "$DEPLOY_TOKEN"
workflows:
  main:
    jobs:
      - build
      - test: {requires: [build]}
      - mac: {requires: [build]}
      - approve: {type: approval, requires: [test], filters: {branches: {only: main}}}
      - ship: {context: aws, requires: [approve], filters: {branches: {only: main}}}
"""


def outcome(text: str = CONFIG, choices: str = "", files: Iterable[str] = ()) -> Outcome:
    """A conversion that was not refused."""
    have = set(files)
    made = convert(
        Source(FILE, text), Source("circle2bb.yml", choices) if choices else None, has_file=lambda name: name in have
    )
    assert made.text is not None, [str(note) for note in made.notes]
    return made


def summary(text: str = CONFIG, choices: str = "", files: Iterable[str] = ()) -> Summary:
    """The summary of a conversion."""
    return summarise(outcome(text, choices, files), "1.2.3")


def data(text: str = CONFIG, choices: str = "") -> Any:  # noqa: ANN401 - JSON
    """The report for programs, read again."""
    return standard_json.loads(json.render(summary(text, choices)))


def page(text: str = CONFIG, choices: str = "", files: Iterable[str] = ()) -> str:
    """The report for people."""
    return markdown.render(summary(text, choices, files), LINKS)


def section(text: str, title: str) -> list[str]:
    """The lines below a heading, up to the next of its level."""
    lines = text.splitlines()
    start = next(index for index, line in enumerate(lines) if line.lstrip("#") == f" {title}")
    level = lines[start].split()[0]
    ends = [
        i for i, line in enumerate(lines) if i > start and line.startswith("#") and len(line.split()[0]) <= len(level)
    ]
    return lines[start + 1 : min(ends, default=len(lines))]


def at(text: str) -> int:
    """The line of the config that is this text, counted from 1."""
    return [line.strip() for line in CONFIG.splitlines()].index(text) + 1


def keys(found: dict[str, Any]) -> list[str]:
    """The keys, in the order of the file."""
    return list(found)


def test_json_has_the_shape_of_the_contract() -> None:
    """Every key of schema 1 is there, in this order, and no other."""
    report = data()

    assert keys(report) == [
        *("schema", "tool", "source", "summary", "jobs"),
        *("notes", "variables", "environments", "schedules", "order", "events"),
    ]
    assert report["schema"] == 1
    assert report["tool"] == {"name": "circle2bb", "version": "1.2.3"}
    assert keys(report["source"]) == ["path", "sha256", "files"]
    assert keys(report["jobs"][0]) == ["workflow", "job", "fate", "steps", "notes"]
    assert keys(report["notes"][0]) == ["code", "fate", "subject", "detail", "source", "trail", "target"]
    assert keys(report["notes"][0]["source"]) == ["file", "line", "column"]
    assert keys(report["variables"][0]) == ["name", "secret", "scope", "used_by", "from"]
    assert keys(report["order"][0]) == ["start", "unit", "before", "after", "waiting"]


def test_jobs_are_counted_by_what_became_of_them() -> None:
    """Converted, held and dropped add up to the total; fates count notes, with a zero where there is none."""
    report = data()

    assert report["summary"]["jobs"] == {"total": 5, "converted": 3, "held": 1, "dropped": 1}
    assert keys(report["summary"]["fates"]) == [str(fate) for fate in Fate]
    assert sum(report["summary"]["fates"].values()) == len(report["notes"])


def test_a_job_has_its_fate_and_its_steps() -> None:
    """A job without a step is dropped, one that a person starts is held; paths are written as Bitbucket does."""
    jobs = {job["job"]: job for job in data()["jobs"]}

    assert jobs["mac"]["fate"] == "dropped"
    assert jobs["mac"]["steps"] == []
    assert jobs["ship"]["fate"] == "held"
    assert jobs["ship"]["steps"] == ["pipelines > branches > main > 2 > step"]
    assert jobs["approve"]["steps"] == jobs["ship"]["steps"]
    assert jobs["build"]["fate"] == "approximated"
    assert jobs["build"]["steps"] == ["pipelines > default > 0 > step", "pipelines > branches > main > 0 > step"]


def test_members_of_a_parallel_group_have_their_place() -> None:
    """The path of a step in a parallel group names the group's place and its own."""
    text = CONFIG.replace("      - test: {requires: [build]}\n", "      - test\n")
    jobs = {job["job"]: job for job in data(text)["jobs"]}

    assert jobs["test"]["steps"][0] == "pipelines > default > 0 > parallel > 1 > step"


def test_a_job_without_notes_is_kept() -> None:
    """Nothing to say about a job means that it is as it was."""
    report = data("version: 2.1\njobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}\n")

    assert report["notes"] == []
    assert [job["fate"] for job in report["jobs"]] == ["kept"]


def test_notes_point_both_ways() -> None:
    """A note names its place in the source, the way to it, and the line of its job's step in the output."""
    made = outcome()
    lines = (made.text or "").splitlines()
    report = standard_json.loads(json.render(summarise(made, "1")))
    timeouts = [note for note in report["notes"] if note["code"] == "no-output-timeout"]

    assert [note["source"]["line"] for note in timeouts] == [9, 9]
    assert [note["trail"][0]["line"] for note in timeouts] == [at("- build"), at("- test: {requires: [build]}")]
    assert all(note["source"] in note["trail"] for note in timeouts)
    assert ["step: &" in lines[note["target"]["line"] - 1] for note in timeouts] == [True, True]
    assert [note["target"] for note in report["notes"] if note["code"] == "executor-dropped"] == [None]


def test_a_jobs_notes_are_its_own() -> None:
    """The indexes of a job lead to notes that concern it, and every note on a job is reached."""
    made = summary()
    reached = [index for row in made.rows for index in row.notes]

    assert all(made.remarks[index].note.job == row.id for row in made.rows for index in row.notes)
    assert sorted(reached) == [i for i, remark in enumerate(made.remarks) if remark.note.job]


def test_variables_say_who_uses_them() -> None:
    """A variable that nobody sets is listed with the jobs that read it, secret if its name says so."""
    assert data()["variables"] == [
        {"name": "DEPLOY_TOKEN", "secret": True, "scope": "repository", "used_by": ["ship"], "from": ""}
    ]


def test_environments_have_a_type() -> None:
    """The environments that steps deploy to are listed, their type guessed from the name."""
    choices = "add:\n  - ecs-deploy: {cluster: c, service: s, environment: pre-live, requires: [build]}\n"

    assert data(choices=choices)["environments"] == [{"name": "pre-live", "type": "Production"}]
    assert data()["environments"] == []


def test_an_added_job_has_a_row() -> None:
    """What the user adds is a row after the jobs of the source; the sentence does not count it as CircleCI's."""
    choices = "add: [pypi-publish]\n"

    assert [job["job"] for job in data(choices=choices)["jobs"]][-1] == "pypi-publish"
    assert "4 of CircleCI's 5 jobs run on Bitbucket" in page(choices=choices)
    assert "1 job added by choice" in page(choices=choices)


def test_a_replaced_job_leads_to_its_replacement() -> None:
    """A job in whose place an addition runs is not dropped: its steps are those of the addition."""
    choices = "add:\n  - ecs-deploy: {replaces: ship, cluster: c, service: s}\n"
    jobs = {job["job"]: job for job in data(choices=choices)["jobs"]}

    assert jobs["ship"]["steps"] == jobs["ecs-deploy"]["steps"] != []
    assert jobs["ship"]["fate"] != "dropped"


def test_equal_jobs_of_two_workflows_share_a_step() -> None:
    """A job that is the same in two workflows is one step, and neither of its rows is dropped."""
    twice = CONFIG + "  again:\n    jobs: [build]\n"
    rows = {row["workflow"]: row for row in data(twice)["jobs"] if row["job"] == "build"}

    assert rows["main"]["steps"] == rows["again"]["steps"] != []


def test_markdown_has_its_sections_in_order() -> None:
    """Summary, what to do, the pictures, the jobs, the changes, the suggestions; no heading without a text."""
    text = page(files=["setup.py"])
    heads = [line for line in text.splitlines() if line.startswith("## ")]

    assert heads == [
        "## What a person must do",
        "## Before and after",
        "## The jobs",
        "## What runs when",
        "## What changed and why",
        "## What you may want to choose",
    ]
    titles = [line.lstrip("#").strip() for line in text.splitlines() if line.startswith("#")]
    assert all(any(section(text, title)) for title in titles)


def test_empty_sections_are_left_out() -> None:
    """Where nothing changed and nothing was detected, nothing is said."""
    text = page("version: 2.1\njobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}\n")

    assert "What changed" not in text
    assert "What you may want" not in text
    assert "| Fate |" not in text.splitlines()


def test_what_only_deploying_steps_read_is_a_variable_of_their_environment() -> None:
    """The checklist and the JSON say the same of it; what another step reads, too, is the repository's."""
    given = "ecs-deploy: {cluster: c, service: s, access-key: $OWN_KEY, secret-key: $SHIPPED}"
    text = CONFIG.replace("run: make test", "run: make test $SHIPPED")
    found = {one["name"]: one for one in data(text, choices=f"add: [{given}]\n")["variables"]}

    assert (found["OWN_KEY"]["scope"], found["OWN_KEY"]["environment"]) == ("deployment", "Production")
    assert found["SHIPPED"]["scope"] == "repository"
    assert "environment" not in found["SHIPPED"]
    boxes = "\n".join(section(page(text, choices=f"add: [{given}]\n"), "What a person must do"))
    assert boxes.index("`SHIPPED`") < boxes.index("environment `Production`") < boxes.index("`OWN_KEY`")


def test_the_checklist_is_in_the_order_of_doing() -> None:
    """Pipelines first, then environments, variables, contexts, keys and files; the merge is last."""
    choices = "add:\n  - ecs-deploy: {cluster: c, service: s, requires: [ship]}\n"
    boxes = [line for line in section(page(choices=choices), "What a person must do") if line.startswith("- [ ] ")]
    words = (
        *("Enable Pipelines", "deployment environments", "repository variables", "environment `Production`"),
        *("contexts", "SSH key"),
        *("lacks", "keyed by", "Commit", "Merge"),
    )

    assert len(boxes) == len(words)
    assert all(word in box for word, box in zip(words, boxes, strict=True))


def test_the_checklist_has_names_to_copy() -> None:
    """Variables stand as code, with whether they are secured and which jobs use them."""
    lines = section(page(), "What a person must do")

    assert "  - [ ] `DEPLOY_TOKEN`, secured: used by `ship`" in lines
    assert "  - [ ] `aws`: used by `ship`" in lines


def test_a_job_that_is_left_out_asks_for_nothing() -> None:
    """A person need not do anything for a job that does not run: an unknown class of a dropped job is no task."""
    text = CONFIG.replace(
        'macos: {xcode: "14.2.0"}\n    resource_class: large', "macos: {xcode: x}\n    resource_class: me/mine"
    )

    assert "Register runners" not in "\n".join(section(page(text), "What a person must do"))


def test_equal_details_are_one_line() -> None:
    """What is said of several jobs in the same words is one line that names them all and links the place once."""
    lines = [line for line in page().splitlines() if "60m" in line]

    assert len(lines) == 1
    assert "`build`, `test`" in lines[0]
    assert lines[0].count("](../.circleci/config.yml#L9)") == 1


def test_a_code_is_explained_once() -> None:
    """Title, explanation and documentation of a code stand once, above all of its lines."""
    made = summary()
    text = markdown.render(made, LINKS)

    for code in {remark.note.code for remark in made.remarks}:
        assert text.count(f"(`{code.id}`)") == 1
        assert all(text.count(f"]({url})") >= 1 for url in code.urls)


def test_fates_stand_from_the_gravest() -> None:
    """Errors come first, what is merely rewritten last."""
    fates = [line.split()[1].rstrip(":") for line in page().splitlines() if line.startswith("### ")]

    assert fates == ["Manual", "Dropped", "Approximated", "Rewritten"]


def test_of_a_dropped_job_only_the_reason_is_told() -> None:
    """A job that is left out is not lowered: the report tells why it is, and nothing of its steps."""
    text = CONFIG.replace("run: make mac", "prepare")
    line = next(line for line in page(text).splitlines() if "60m" in line)

    assert "`mac`" not in line
    assert any("macOS" in line and "`mac`" in line for line in page(text).splitlines())
    subjects = [note["subject"] for note in data(text)["notes"] if note["code"] == "no-output-timeout"]
    assert "jobs.mac" not in subjects


def test_jobs_link_to_both_files() -> None:
    """The table of jobs has a row each, with a link to the line of the source and to that of the output."""
    made = outcome()
    rows = section(markdown.render(summarise(made, "1"), LINKS), "The jobs")
    build = next(line for line in rows if line.startswith("| `build`"))
    line = next(i for i, text in enumerate((made.text or "").splitlines(), 1) if "&build" in text)

    assert "[config.yml:11](../.circleci/config.yml#L11)" in build
    assert f"[bitbucket-pipelines.yml:{line}](bitbucket-pipelines.yml#L{line})" in build
    assert sum(line.startswith("| `") for line in rows) == 5


def graphs(text: str) -> list[list[str]]:
    """The Mermaid blocks."""
    return [block.split("```")[0].strip().splitlines() for block in text.split("```mermaid")[1:]]


def test_the_source_is_drawn_as_it_is() -> None:
    """Before: a node a job with its filters, an arrow a `requires`; what is left out is dashed."""
    before, _ = graphs(page())
    node = {label: name for name, _, label in (line.strip().partition('"')[::1] for line in before) if label}

    text = "\n".join(before)
    assert node
    assert 'j2["mac"]:::dropped' in text
    assert 'j3{{"approve<br>branches: only main"}}' in text
    assert {"j0 --> j1", "j0 --> j2", "j1 --> j3", "j3 --> j4"} <= {line.strip() for line in before}
    assert "classDef dropped" in text


def test_the_pipelines_are_drawn_in_sequence() -> None:
    """After: a box a start condition, steps from left to right, what a person starts is marked."""
    _, after = graphs(page())
    lines = [line.strip() for line in after]

    assert 'subgraph p0["default"]' in lines
    assert 'subgraph p1["branches: main"]' in lines
    assert "p1s0 --> p1s1 --> p1s2" in lines
    assert 'p1s2["ship<br>started by hand"]:::manual' in lines


def test_hostile_names_stay_inside_their_graph_and_cell() -> None:
    """Quotes, brackets, bars and backticks in a job's name break neither the graph nor the table."""
    name = 'a "b" <c> | `d`'
    text = CONFIG.replace("      - build\n", f"      - build: {{name: '{name}'}}\n").replace("[build]", f"['{name}']")
    shown = page(text)
    before, _ = graphs(shown)
    row = next(line for line in section(shown, "The jobs") if "config.yml:11]" in line)

    assert any('j0["a #quot;b#quot; #lt;c#gt; | #96;d#96;"]' in line for line in before)
    assert row.replace("\\|", "").count("|") == 6
    assert '`` a "b" <c> \\| `d` ``' in row


@pytest.mark.parametrize(
    ("files", "choices", "name", "there"),
    [
        (["setup.py"], "", "pypi-publish", True),
        (["pyproject.toml"], "", "pypi-publish", True),
        ([], "", "pypi-publish", False),
        (["setup.py"], "add: [pypi-publish]\n", "pypi-publish", False),
        ([], "", "ecs-deploy", True),
    ],
)
def test_suggestions_are_what_was_detected(files: list[str], choices: str, name: str, *, there: bool) -> None:
    """A package that nobody publishes and an upload to S3 are pointed out, unless they are chosen already."""
    made = summary(choices=choices, files=files)

    assert (name in {one.name for one in made.suggestions}) is there


def test_a_job_that_publishes_needs_no_suggestion() -> None:
    """`twine upload` in a job publishes the package already."""
    text = CONFIG.replace("run: make test", "run: python -m twine upload dist/*")

    assert "pypi-publish" not in {one.name for one in summary(text, files=["setup.py"]).suggestions}


def test_the_suggested_lines_work() -> None:
    """Written into a choices file as they stand, the suggested lines are understood and do what was said."""
    for one in (*summary(files=["setup.py"]).suggestions, *summary(files=["pyproject.toml"]).suggestions):
        made = summary(choices=one.lines + "\n", files=["setup.py"])
        assert any(row.added and row.job == one.name for row in made.rows)
        assert one.name not in {other.name for other in made.suggestions}


def test_the_foot_says_what_made_it_of_what() -> None:
    """The last line has the tool's version and the digest of the source."""
    made = summary()
    last = markdown.render(made, LINKS).splitlines()[-1]

    assert "circle2bb 1.2.3" in last
    assert made.source.sha256 in last


def test_the_terminal_gets_one_screen() -> None:
    """Counts, the next things to do and the files; at most 24 lines of at most 100 columns."""
    written = (("output/bitbucket-pipelines.yml", ""), ("output/migration-report.md", "read this"))
    lines = terminal.render(summary(), written).splitlines()

    assert lines[0] == f"{FILE}: 5 jobs: 3 converted, 1 held, 1 left out"
    assert any("DEPLOY_TOKEN" in line for line in lines)
    assert any(line.split() == ["output/migration-report.md", "read", "this"] for line in lines)
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 100


def test_runners_and_errors_are_tasks() -> None:
    """A runner that must be registered and a step that fails on purpose stand in the checklist, runners first."""
    text = CONFIG.replace("run: make test", "no/such: {}").replace("version: 2.1", "version: 2.1\norbs: {no: a/b@1}", 1)
    titles = [task.title for task in summary(text, "unsupported-executors: self-hosted\n").tasks]
    places = [i for word in ("runners", "Mend", "Commit") for i, title in enumerate(titles) if word in title]

    assert len(places) == 3
    assert places == sorted(places)


def test_a_job_that_fails_on_purpose_has_the_fate_error() -> None:
    """A job whose step cannot be converted runs, and is marked in the table."""
    text = CONFIG.replace("run: make test", "no/such: {}").replace("version: 2.1", "version: 2.1\norbs: {no: a/b@1}", 1)

    assert {row["job"]: row["fate"] for row in data(text)["jobs"]}["test"] == "error"
    assert any(line.startswith("| `test` | **error** |") for line in page(text).splitlines())


SCHEDULED = """version: 2.1
jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}
workflows:
  soak:
    triggers: [{schedule: {cron: 0 3 1 * 1, filters: {branches: {only: [main, /rel-.*/]}}}}]
    jobs: [build]
  nightly:
    when: pipeline.schedule.name == "every night" and pipeline.git.branch == "dev"
    jobs: [build]
"""


def test_schedules_are_data() -> None:
    """One entry for each branch and pattern; what only the project's settings know is empty."""
    found = [tuple(one.values()) for one in data(SCHEDULED)["schedules"]]

    assert keys(data(SCHEDULED)["schedules"][0]) == ["name", "cron", "branch", "pipeline"]
    assert found == [
        ("soak", "0 0 3 1 * ? *", "main", "soak"),
        ("soak", "0 0 3 ? * MON *", "main", "soak"),
        ("soak", "0 0 3 1 * ? *", "", "soak"),
        ("soak", "0 0 3 ? * MON *", "", "soak"),
        ("every night", "", "dev", "nightly"),
    ]


def test_the_checklist_creates_the_schedules() -> None:
    """A schedule that is wholly known can be copied as the API takes it, the others say what is missing."""
    (task,) = (task for task in summary(SCHEDULED).tasks if "schedules" in task.title)
    body = task.items[0].partition(": ")[2].strip("'")

    assert standard_json.loads(body) == {
        "target": {
            "type": "pipeline_ref_target",
            "ref_type": "branch",
            "ref_name": "main",
            "selector": {"type": "custom", "pattern": "soak"},
        },
        "cron_pattern": "0 0 3 1 * ? *",
        "enabled": True,
    }
    assert task.items[2] == "'soak' on the branch that it shall run on, at '0 0 3 1 * ? *' (UTC)"
    assert task.items[4] == "'nightly' on 'dev', at the times of 'every night' in CircleCI's project settings"
    assert f"`{body}`" in page(SCHEDULED)
    assert not [item for task in summary(SCHEDULED).tasks for item in task.items if "create the schedule" in item]


def test_the_checklist_says_that_contexts_were_gates() -> None:
    """A context that is restricted wants a deployment environment, which the checklist asks for."""
    (task,) = (task for task in summary().tasks if "contexts" in task.title)

    assert task.items[0] == "'aws': used by 'ship'"
    assert "deployment environment with restricted permissions" in task.items[1]


WAITING = """\
version: 2.1
jobs:
  build: &job {docker: [{image: alpine}], steps: [{run: make}]}
  test: *job
  docs: *job
  site: *job
workflows:
  w: {jobs: [build, {test: {requires: [build]}}, docs, {site: {requires: [docs]}}]}
"""


def test_who_waits_for_strangers_is_told() -> None:
    """A table of the start conditions whose order differs, with the longest chains; where none does, there is none."""
    text = page(WAITING)
    (row,) = (line for line in text.splitlines() if line.startswith("| `default` | 2"))
    ((start,), exact) = data(WAITING)["order"], page(WAITING, "layout: nested\n")

    assert row == "| `default` | 2 steps | 2 steps | `test` for `docs`; `site` for `build` |"
    assert start["waiting"][0] == {"job": "w/test", "strangers": ["docs"], "more": 0, "gates": []}
    assert "## Order" not in exact
    assert "runs custom" in exact


@pytest.mark.parametrize(
    ("choices", "chain", "slowest"),
    [
        ("", ["build", "test"], ["build", "test"]),
        ("durations: {docs: 3}\n", ["docs", "site"], ["docs", "site"]),
        ("durations: {docs: 3, test: 2}\n", ["docs", "site"], ["docs", "test"]),
        ("durations: {docs: 3, test: 2}\nlayout: nested\n", ["docs", "site"], ["docs", "site"]),
    ],
)
def test_the_longest_chains_know_their_jobs(choices: str, chain: list[str], slowest: list[str]) -> None:
    """In CircleCI the jobs that wait for each other, here the slowest of each group; in children each in its own."""
    (start, *_) = outcome(WAITING, choices).order

    assert [name.removeprefix("w/") for name in start.chain] == chain
    assert [name.removeprefix("w/") for name in start.slowest] == slowest


FINAL = """\
version: 2.1
jobs:
  build: &job {docker: [{image: alpine}], steps: [{run: make}]}
  test: *job
  tell: *job
workflows:
  w:
    jobs:
      - build
      - test
      - tell: {requires: [build: [success, failed], test: [success, failed]]}
"""


def test_the_final_step_ends_the_chains() -> None:
    """It waits for everything, and so does the time."""
    (start,) = outcome(FINAL, "durations: {test: 4}\n").order

    assert start.chain == start.slowest == ("w/test", "w/tell")
    assert (start.before, start.after) == (5, 5)


def test_durations_are_what_the_chains_are_measured_in() -> None:
    """In minutes, where the choices file has them; a job that it does not name takes one."""
    text = page(WAITING, "durations: {build: 4, docs: 2.5}\n")
    (row,) = (line for line in text.splitlines() if line.startswith("| `default` | 5"))

    assert row.startswith("| `default` | 5 minutes | 5 minutes |")


OUTSIDE = """version: 2.1
jobs:
  build:
    docker: [{image: python:3.12}]
    circleci_ip_ranges: true
    steps:
      - add_ssh_keys: {fingerprints: ["a1:b2", "c3:d4"]}
      - run: ssh ci@example.com vault login $CIRCLE_OIDC_TOKEN
"""


def test_who_trusts_circleci_is_a_task() -> None:
    """Keys, identity providers and firewalls have tasks of their own, in this order, and stand in no other."""
    tasks = [task for task in summary(OUTSIDE).tasks if task.items and "variables" not in task.title]
    words = ["SSH key", "identity provider", "firewall"]

    assert [word for task in tasks for word in words if word in task.title] == words
    assert [len(task.items) for task in tasks] == [2, 1, 1]
    assert "'example.com' to its known hosts" in tasks[0].items[0]
    assert "SSH_KEY_2" in tasks[0].items[1]
    assert {one.name: one.secret for one in convert(Source(FILE, OUTSIDE)).variables} == {"SSH_KEY_2": True}
