"""Start conditions: each class of names runs its jobs, and no name is forgotten."""

import subprocess
import time

import pytest

from migrate import Source, convert
from migrate.circleci.filters import BRANCH, Filters, NameFilter, Pattern
from migrate.circleci.plan import Job, Plan, Requirement, Workflow
from migrate.diagnostics import Span
from migrate.lower.plan.guards import guard
from migrate.lower.plan.triggers import select
from migrate.yamlio.nodes import Mapping

HERE = Span("config.yml", 1, 1)
EMPTY = Mapping((), HERE)


def name_filter(only: str | None = None, ignore: str = "") -> NameFilter:
    """A filter of words; a word between slashes is a regular expression."""

    def patterns(words: str) -> tuple[Pattern, ...]:
        return tuple(Pattern(w.strip("/"), w.startswith("/")) for w in words.split())

    return NameFilter(None if only is None else patterns(only), patterns(ignore))


def job(name: str, requires: str = "", branches: NameFilter | None = None, tags: NameFilter | None = None) -> Job:
    """A job of the workflow `w`."""
    needed = tuple(Requirement(other) for other in requires.split())
    admitted = Filters(branches or NameFilter(), tags)
    return Job(name, name, "w", "build", EMPTY, (), needed, admitted, EMPTY, (HERE,), HERE)


def starts(*jobs: Job) -> dict[str, str]:
    """The jobs of each start condition, as words."""
    plan = Plan((Workflow("w", jobs, EMPTY, HERE),))
    found = select(plan).starts
    return {f"{s.section} {s.pattern}".strip(): " ".join(j.name for j in s.jobs) for s in found}


def test_without_filters_there_is_one_pipeline() -> None:
    """Every branch runs everything, no tag runs anything."""
    assert starts(job("a"), job("b")) == {"default": "a b"}


def test_a_name_has_a_pipeline_where_it_runs_other_jobs() -> None:
    """A spelled name that runs what all others run needs none."""
    found = starts(job("a"), job("b", branches=name_filter("main")), job("c", branches=name_filter("dev main", "dev")))

    assert found == {"default": "a", "branches main": "a b c"}


def test_ignored_names() -> None:
    """An ignored name runs the rest."""
    assert starts(job("a"), job("b", branches=name_filter(ignore="main"))) == {"default": "a b", "branches main": "a"}


def test_only_named_branches_have_no_default() -> None:
    """If nothing runs elsewhere there is no default pipeline."""
    assert starts(job("a", branches=name_filter("main"))) == {"branches main": "a"}


def test_a_job_runs_if_one_that_it_requires_runs() -> None:
    """A required job that is filtered out is not waited for; if all are, the job does not run, nor what requires it."""
    main = name_filter("main")
    found = starts(job("a"), job("b", branches=main), job("c", "b"), job("d", "a b"), job("e", "c"))

    assert found == {"default": "a d", "branches main": "a b c d e"}


def test_tags() -> None:
    """Only jobs with a tag filter run for tags; `default` is for branches."""
    found = starts(
        job("a"),
        job("b", tags=name_filter("latest")),
        job("c", "b", name_filter(ignore="/.*/"), name_filter("/v.*/ latest")),
    )

    assert found == {"default": "a b", "tags latest": "b c"} or found["tags latest"] == "b c"
    assert "a" not in " ".join(jobs for where, jobs in found.items() if where.startswith("tags"))


@pytest.mark.parametrize(
    ("only", "ignore", "name", "runs"),
    [
        ("/rel-.*/", "", "rel-1", True),
        ("/rel-.*/", "", "xrel-1", False),
        ("/rel-.*/ main", "", "main", True),
        ("/^rel$/", "", "release", False),
        ("/a|b/", "", "ab", False),
        ("/v[0-9]+\\.[0-9]+/", "", "v1.2", True),
        ("/v[0-9]+\\.[0-9]+/", "", "v1x2", False),
        (None, "/wip.*/", "wip-1", False),
        (None, "/wip.*/", "main", True),
        ("/r.*/", "/rx.*/", "rx", False),
        ("/r.*/", "/rx.*/", "ry", True),
        ("/v\\d+/", "", "v12", True),
        ("/v\\d+/", "", "vd", False),
        ("/(?:a|b)-\\w+/", "", "a-x_1", True),
        ("/[^\\/]+/", "", "a", True),
    ],
)
@pytest.mark.parametrize("bash", [True, False])
def test_the_guard_means_what_the_pattern_means(
    only: str | None, ignore: str, name: str, runs: bool, bash: bool
) -> None:
    """A shell, asked with the guard, says what CircleCI's whole-name match says, also for Java's own escapes."""
    one = job("a", branches=name_filter(only, ignore))
    text = f"{guard({'branch': one.filters.branches.condition(BRANCH)}, alone=True, bash=bash)}\necho runs"
    env = {"BITBUCKET_BRANCH": name}
    done = subprocess.run(["bash" if bash else "sh", "-ec", text], capture_output=True, text=True, check=False, env=env)

    assert one.filters.branches.admits(name) is runs
    assert done.returncode == 0, done.stderr
    assert (done.stdout == "runs\n") is runs


def test_names_and_patterns_that_match_all_need_no_guard() -> None:
    """Where start conditions are exact the script does not ask again."""
    plan = Plan((Workflow("w", (job("a", branches=name_filter("main", "dev")), only_latest()), EMPTY, HERE),))

    assert select(plan).asked == {}


def only_latest() -> Job:
    """A job for the tag `latest`."""
    return job("b", branches=name_filter(ignore="/.*/"), tags=name_filter("latest"))


def test_globs_say_what_they_can() -> None:
    """A pattern that is a union of globs becomes start conditions, or a condition where these would be more."""
    docs = job("b", branches=name_filter(ignore="/docs?\\/.*/"))

    assert starts(job("a"), docs) == {"default": "a b", "branches docs/**": "a", "branches doc/**": "a"}


def test_a_pattern_that_no_glob_says_is_asked_in_the_script() -> None:
    """Its start condition is the smallest glob; the script asks for the rest."""
    plan = Plan((Workflow("w", (job("a", tags=name_filter("/v[0-9]+\\.[0-9]+/")),), EMPTY, HERE),))
    found = select(plan)

    assert [(s.section, s.pattern) for s in found.starts] == [("default", ""), ("tags", "v*.*")]
    assert set(found.asked["w/a"]) == {"tag"}


def test_a_pattern_that_explodes_is_asked_in_the_script() -> None:
    """It is not compared with anything."""
    plan = Plan((Workflow("w", (job("a"), job("b", branches=name_filter("/.*a.{12}/"))), EMPTY, HERE),))
    before = time.process_time()
    found = select(plan)

    assert time.process_time() - before < 0.5
    assert [(s.section, s.pattern, len(s.jobs)) for s in found.starts] == [("default", "", 2)]
    assert set(found.asked) == {"w/b"}


def test_a_condition_where_start_conditions_overlap() -> None:
    """`feature/x-rc` is taken by the longer of two globs, and runs the jobs of both."""
    plan = Plan(
        (
            Workflow(
                "w",
                (job("a", branches=name_filter("/feature\\/.*/")), job("b", branches=name_filter("/.*-rc/"))),
                EMPTY,
                HERE,
            ),
        )
    )
    found = {s.pattern: (len(s.jobs), dict(s.states)) for s in select(plan).starts}

    assert found == {
        "feature/**": (2, {"w/b": 'glob(BITBUCKET_BRANCH, "**-rc")'}),
        "**-rc": (1, {}),
    }


def test_a_name_is_not_a_glob() -> None:
    """CircleCI takes `release/*` as a name; Bitbucket must not let `release/1` in."""
    text = """version: 2.1
jobs: {a: {docker: [{image: alpine}], steps: [checkout, {run: make}]}}
workflows: {w: {jobs: [{a: {filters: {branches: {only: release/*}}}}]}}
"""
    outcome = convert(Source("config.yml", text))

    assert [start.pattern for start in outcome.pipelines.starts if "*" in start.pattern] == []


def test_an_event_whose_condition_is_too_long_is_still_of_branches() -> None:
    """No tag starts a pipeline whose steps would all end at once."""
    ignored = ", ".join(f"a-branch-with-a-long-name-{number}" for number in range(60))
    text = f"""
        version: 2.1
        jobs: {{build: {{docker: [{{image: "python:3.12"}}], steps: [checkout]}}}}
        workflows: {{ci: {{jobs: [{{build: {{filters: {{branches: {{ignore: [{ignored}]}}}}}}}}]}}}}
    """
    found = convert(Source("config.yml", text), style="triggers")

    assert [str(one.condition) for one in found.pipelines.triggers] == ['BITBUCKET_BRANCH != ""']


@pytest.mark.parametrize(("workflows", "said"), [("w", "1 pipeline"), ("w v", "2 pipelines")])
def test_more_start_conditions_than_a_person_reads(workflows: str, said: str) -> None:
    """The note says how many pipelines the other style writes."""
    jobs = [f"{{job: {{name: on-{n}, filters: {{branches: {{only: b{n}}}}}}}}}" for n in range(14)]
    head = "version: 2.1\njobs: {job: {docker: [{image: alpine}], steps: [run: make]}}\nworkflows:\n"
    body = "".join(f"  {name}: {{jobs: [{', '.join(jobs)}]}}\n" for name in workflows.split())

    outcome = convert(Source("config.yml", head + body))

    details = [note.detail for note in outcome.notes if note.code.id == "many-start-conditions"]
    assert details == [f"there are 14 start conditions; '--style triggers' would write {said}"]


def test_what_runs_nothing_stays_where_a_glob_would_take_some_of_its_names() -> None:
    """`**ci**` has no name that begins with `release-` where `release-**`, the longer one, is written, too."""
    text = r"""
        version: 2.1
        jobs: {ship: {docker: [{image: "python:3.12"}], steps: [checkout, {run: make}]}}
        workflows:
          ci:
            jobs:
              - hold: {type: approval, filters: {branches: {ignore: /release-.*/}}}
              - ship: {requires: [hold], filters: {branches: {only: /.*\bci\b.*/}}}
    """
    found = convert(Source("config.yml", text))

    assert [start.pattern for start in found.pipelines.starts] == ["release-**", "**ci**"]
    assert not found.verdict.unexplained
