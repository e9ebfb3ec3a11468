"""Pipeline parameters: the values with which a workflow runs, and the variables that commands read."""

import itertools
import subprocess
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrate import Outcome, Source, convert
from migrate.bitbucket.model import Command

PARAMETERS = {"a": ("false", "true"), "b": ("false", "true"), "kind": ("none", "ship", "test")}
CONFIG = """version: 2.1
parameters:
  a: {{type: boolean, default: false}}
  b: {{type: boolean, default: false}}
  kind: {{type: enum, enum: [none, ship, test], default: none}}
  text: {{type: string, default: {default}}}
jobs:
  job: {{docker: [{{image: alpine}}], steps: [{{run: {command}}}]}}
workflows:
  w:
    when: {when}
    jobs: [job]
"""
Statement = str | tuple[str, tuple["Statement", ...]]

statements = st.recursive(
    st.sampled_from(
        [
            "<< pipeline.parameters.a >>",
            "<< pipeline.parameters.b >>",
            *(f"{{equal: [{kind}, << pipeline.parameters.kind >>]}}" for kind in PARAMETERS["kind"]),
        ]
    ),
    lambda inner: st.one_of(
        st.builds("{{and: [{}, {}]}}".format, inner, inner),
        st.builds("{{or: [{}, {}]}}".format, inner, inner),
        st.builds("{{not: {}}}".format, inner),
    ),
    max_leaves=5,
)


def converted(when: str, command: str = "make", default: str = "x") -> Outcome:
    """The conversion of a config whose workflow has this condition, and whose job has this command."""
    outcome = convert(Source("config.yml", CONFIG.format(when=when, command=command, default=default)))
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    return outcome


def holds(statement: str, values: dict[str, str]) -> bool:
    """Whether a statement holds with these values: read once more, as Python."""
    for name, value in values.items():
        statement = statement.replace(f"<< pipeline.parameters.{name} >>", value if name != "kind" else f'"{value}"')
    for word, kinds in (("equal", "equal"), ("and", "all"), ("or", "any")):
        statement = statement.replace(f"{{{word}: [", f"{kinds}_([")
    statement = statement.replace("{not: ", "not_((").replace("]}", "])").replace("}", "))")
    names = {
        "all_": all,
        "any_": any,
        "not_": lambda value: not value,
        "equal_": lambda pair: pair[0] == pair[1],
        "true": True,
        "false": False,
        **{kind: kind for kind in PARAMETERS["kind"]},
    }
    return bool(eval(statement, {"__builtins__": {}}, names))  # noqa: S307 - our own three operators


def combinations() -> Iterator[dict[str, str]]:
    """All values of all parameters."""
    for values in itertools.product(*PARAMETERS.values()):
        yield dict(zip(PARAMETERS, values, strict=True))


@given(statements)
@settings(max_examples=150, deadline=None)
def test_a_workflow_is_written_with_values_under_which_it_runs(when: str) -> None:
    """If any values let it run, those that are found do, and change as few; with defaults a push starts it."""
    outcome = converted(when)
    defaults = {name: values[0] for name, values in PARAMETERS.items()}
    running = [values for values in combinations() if holds(when, values)]
    starts = [start.section for start in outcome.pipelines.starts]
    workflows = outcome.plan.workflows

    if defaults in running:
        assert starts == ["default"]
        assert workflows[0].given == ()
        return
    assert "default" not in starts
    if not workflows:
        assert not running  # its condition asks for nothing that could change
        return
    chosen = {name.removeprefix("pipeline.parameters."): node.text for name, node in workflows[0].given}
    if running:
        assert defaults | chosen in running
        assert len(chosen) == min(sum(v[n] != defaults[n] for n in v) for v in running)
    else:
        assert chosen == {}


@pytest.mark.parametrize(
    "command",
    [
        "echo << pipeline.parameters.text >>",
        "echo '<< pipeline.parameters.text >>'",
        'echo "<< pipeline.parameters.text >>"',
        "echo 'say: << pipeline.parameters.text >>' '& << pipeline.parameters.text >>' << pipeline.parameters.text >>",
        'x=<< pipeline.parameters.text >>; echo "$x-<< pipeline.parameters.text >>-<< pipeline.parameters.text >>"',
        'echo "$(echo << pipeline.parameters.text >>)"',
        "cat \\<<END\n<< pipeline.parameters.text >>\nEND",
        "for one in << pipeline.parameters.text >> b; do echo $one; done",
    ],
)
@pytest.mark.parametrize("value", ["x", "", "v1.2-rc_3"])
def test_a_command_reads_the_value_where_it_stood(command: str, value: str) -> None:
    """Given a value, the written command says what CircleCI's says with the value put into its text."""
    block = "|\n" + "".join(f"          {line}\n" for line in command.splitlines())
    text = CONFIG.format(when="<< pipeline.parameters.a >>", command="COMMAND", default='"default"')
    text = text.replace("steps: [{run: COMMAND}]}", "steps: [{run: &c COMMAND}]}")
    text = text.replace(
        "  job: {docker: [{image: alpine}], steps: [{run: &c COMMAND}]}",
        f"  job:\n    docker: [{{image: alpine}}]\n    steps:\n      - run: {block}",
    )
    outcome = convert(Source("config.yml", text))
    assert outcome.text is not None, [str(note) for note in outcome.notes]
    (start,) = outcome.pipelines.starts
    script = "\n".join(item.text for step in start.steps for item in step.script if isinstance(item, Command))
    wanted = command.replace("\\<<", "<<").replace("<< pipeline.parameters.text >>", value)

    assert [variable.name for variable in start.variables] == ["text"]
    assert _said(script, value) == _said(wanted, value)


def _said(script: str, value: str) -> str:
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, check=True, env={"text": value})
    return done.stdout


def test_a_quoted_here_document_keeps_the_default() -> None:
    """Where the shell expands nothing the default stands, and a note says so."""
    text = CONFIG.format(when="<< pipeline.parameters.a >>", command="COMMAND", default="x").replace(
        "{run: COMMAND}", "{run: \"cat \\\\<<'END'\\n<< pipeline.parameters.text >>\\nEND\"}"
    )
    outcome = convert(Source("config.yml", text))
    (start,) = outcome.pipelines.starts

    assert start.variables == ()
    assert "parameter-settled" in {note.code.id for note in outcome.notes}


def test_a_list_of_values_holds_the_default() -> None:
    """Bitbucket refuses a list of allowed values without a default in it."""
    outcome = converted(
        "<< pipeline.parameters.a >>", '"echo << pipeline.parameters.kind >> << pipeline.parameters.b >>"'
    )
    variables = outcome.pipelines.starts[0].variables

    assert [(one.name, one.default, one.allowed) for one in variables] == [
        ("b", "false", ("true", "false")),
        ("kind", "none", ("none", "ship", "test")),
    ]


def test_what_is_given_is_no_variable_that_a_person_creates() -> None:
    """The list of variables to create has none that the pipeline asks for."""
    assert converted("<< pipeline.parameters.a >>", '"echo << pipeline.parameters.text >>"').variables == ()


@pytest.mark.parametrize(
    ("when", "chosen", "several"),
    [
        ("{equal: [ship, << pipeline.parameters.text >>]}", {"text": "ship"}, False),
        ('pipeline.parameters.text starts-with "v"', {"text": "v"}, False),
        ("pipeline.parameters.text matches /v[0-9]+/", {}, False),
        ("{or: [<< pipeline.parameters.b >>, << pipeline.parameters.a >>]}", {"a": "true"}, True),
        ("pipeline.parameters.a and pipeline.parameters.b", {"a": "true", "b": "true"}, False),
        ("{not: {equal: [none, << pipeline.parameters.kind >>]}}", {"kind": "ship"}, True),
    ],
)
def test_the_first_values_in_the_order_of_declaration(when: str, chosen: dict[str, str], several: bool) -> None:
    """A text has the value that it is compared with; where only whoever starts the pipeline knows it, none."""
    (workflow,) = converted(when).plan.workflows

    assert {name.removeprefix("pipeline.parameters."): node.text for name, node in workflow.given} == chosen
    assert workflow.several is several
