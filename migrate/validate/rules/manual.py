"""Manual steps, where they may stand (reference bitbucket.md, sections 1.7 to 1.9 and 3.7)."""

from migrate.diagnostics import Fate, declare
from migrate.validate.document import File, text
from migrate.yamlio.decode import peek
from migrate.yamlio.nodes import Mapping

MANUAL = declare(
    "pipelines-manual",
    Fate.ERROR,
    "A manual step where there can be none",
    """A pipeline begins by itself, so its first step cannot wait for a person; in a stage only the stage can be manual;
    a final step runs in any case.

    Bitbucket refuses the file.

    Take 'trigger: manual' out, or put a step before it that starts by itself.""",
    "https://support.atlassian.com/bitbucket-cloud/docs/step-options/#Trigger",
)


def check(file: File) -> None:
    """Look at the triggers of steps and stages."""
    for pipeline in file.pipelines:
        work = [item for item in pipeline.items if item.kind != "variables"]
        for number, item in enumerate(work):
            own = isinstance(item.node, Mapping) and text(peek(item.node, "trigger")) == "manual"
            if own and number == 0:
                file.say(MANUAL, item.span, item.path, f"the first item of {pipeline.path} is manual")
            for step in item.steps if item.kind != "step" else ():
                node = peek(step.node, "trigger")
                if node is None or text(node) != "manual":
                    continue
                if item.kind == "final":
                    file.say(MANUAL, node.span, step.path, "a final step is manual")
                elif item.kind == "stage":
                    file.say(MANUAL, node.span, step.path, "a step in a stage is manual; make the stage manual")
                elif number == 0:
                    file.say(MANUAL, node.span, step.path, f"a step of the first group of {pipeline.path} is manual")
