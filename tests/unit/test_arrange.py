"""Deployments, final steps and child pipelines in one start condition, from jobs and their steps."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from migrate.bitbucket.model import Command, Step, Upload
from migrate.catalog import Catalog
from migrate.choices import Choices
from migrate.circleci.filters import Filters
from migrate.circleci.plan import Job, Requirement
from migrate.diagnostics import Notes, Span
from migrate.lower.children import Children, name_of
from migrate.lower.draft import Draft
from migrate.lower.plan.arrange import Arranged, arrange
from migrate.lower.plan.order import Child
from migrate.lower.plan.starting import Selected
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Mapping

HERE = Span("config.yml", 1, 1)
EMPTY = Mapping((), HERE)
ENVIRONMENTS = ("", "Test", "Staging", "Production", "eu")


def job(name: str, *requires: str, kind: str = "build") -> Job:
    """A job of the workflow `w`; a requirement is a name, perhaps with a colon and statuses."""
    asked = (other.partition(":") for other in requires)
    needed = tuple(Requirement(other, tuple((statuses or "success").split(","))) for other, _, statuses in asked)
    return Job(name, name, "w", kind, EMPTY, (), needed, Filters(), EMPTY, (HERE,), HERE)


def step(one: Job, deployment: str = "") -> Step:
    """The step of a job."""
    return Step(one.name, one.name, (Command("make"),), deployment=deployment, job=one.id)


def arranged(
    jobs: list[Job], steps: list[Step], section: str = "default", layout: str = "flat"
) -> tuple[Arranged, Notes, Draft]:
    """The jobs in order, and what was said."""
    notes = Notes()
    draft = Draft(Catalog(), Choices(layout=layout), Claims(notes), notes, lambda _: False)
    draft.jobs = {(one.workflow, one.name): one for one in jobs}
    return arrange(Selected(section, "", tuple(jobs)), {one.job: one for one in steps}, draft), notes, draft


@given(st.data())
def test_environments_stand_once_and_in_order(data: st.DataObject) -> None:
    """Whatever deploys where: each environment once, the types in order; what lost its deployment is held and told."""
    jobs: list[Job] = []
    for number in range(data.draw(st.integers(1, 6))):
        names = [other.name for other in jobs]
        needs = data.draw(st.lists(st.sampled_from(names), unique=True)) if names else []
        jobs.append(job(f"j{number}", *needs))
    steps = [step(one, data.draw(st.sampled_from(ENVIRONMENTS))) for one in jobs]
    found, notes, _ = arranged(jobs, steps)
    place = {one: index for index, group in enumerate(found.layout) for one in group}
    deployed = [(place[one], each.deployment) for one, each in enumerate(found.steps) if each.deployment]
    ranked = [(at, ("Test", "Staging", "Production").index(name)) for at, name in deployed if name != "eu"]

    assert len({name for _, name in deployed}) == len(deployed)
    assert all(before < after for before, low in ranked for after, high in ranked if low < high)
    for old, new in zip(steps, found.steps, strict=True):
        lost = old.deployment != new.deployment
        assert lost == new.manual
        assert lost == any(note.job == new.job and note.code.id == "deployment-held" for note in notes)


def test_of_several_the_final_step_is_the_one_that_waits_for_most() -> None:
    """A pipeline has one final step; in a custom pipeline there is none, and the jobs stand in the list."""
    jobs = [job("a"), job("b"), job("one", "a:terminal"), job("two", "a:terminal", "b:success,failed")]
    steps = [step(one) for one in jobs]
    push, custom = arranged(jobs, steps)[0], arranged(jobs, steps, "custom")[0]

    assert push.final is not None
    assert push.final[1].name == "two"
    assert push.final[1].final
    assert [one.name for one in push.jobs] == ["a", "b", "one"]
    assert push.times == (2, 3)
    assert custom.final is None
    assert len(custom.jobs) == len(jobs)


def test_what_waits_for_a_person_is_no_final_step() -> None:
    """It would run while the person is waited for; nor is one that deploys or runs on a condition."""
    jobs = [job("a"), job("hold", "a", kind="approval"), job("b", "hold"), job("last", "b:terminal")]
    steps = [step(one) for one in jobs if one.type != "approval"]
    plain = [job("a"), job("last", "a:terminal")]

    assert arranged(jobs, steps)[0].final is None
    assert arranged(plain, [step(plain[0]), step(plain[1], "Test")])[0].final is None
    assert arranged(plain, [step(plain[0]), replace(step(plain[1]), state='BITBUCKET_BRANCH == "x"')])[0].final is None
    assert arranged(plain, [step(one) for one in plain])[0].final is not None


def test_a_child_gets_and_hands_on_shared_artifacts() -> None:
    """What earlier steps share goes in, what its own share comes out; scoped artifacts are for people."""
    jobs = [job("build"), job("a1", "build"), job("a2", "a1"), job("b1", "build")]
    shared, scoped = Upload("lib", ("lib/**",), "shared"), Upload("log", ("log",))
    steps = [step(one) for one in jobs]
    steps[0] = replace(steps[0], artifacts=(shared, scoped))
    steps[2] = replace(steps[2], artifacts=(shared._replace(name="app"), scoped))
    found, notes, draft = arranged(jobs, steps, layout="nested")
    children = Children(draft, {"a1-to-a2"})
    (child,) = (item for group in found.layout for item in group if isinstance(item, Child))
    made = children.step(child, found)

    assert (made.child, made.inputs, made.outputs) == ("a1-to-a2-2", ("lib",), ("app",))
    assert children.step(child, found).child == made.child
    assert [start.pattern for start in children.starts] == [made.child]
    assert {note.job for note in notes} == {"w/a1", "w/a2"}


def test_names_of_children() -> None:
    """What all begin with; from which to which; the first and how many more."""
    assert name_of([["unit tests (a)"], ["unit tests (b)"]]) == "unit-tests"
    assert name_of([["build"], ["lint", "unit"], ["ship it"]]) == "build-to-ship-it"
    assert name_of([["build"], ["lint", "unit"]]) == "build-and-2-more"
