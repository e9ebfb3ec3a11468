"""Where a pipeline parameter's default stands for good, though a run may give another value.

Reference circleci.md, section 1.11: values are put in before anything runs, and what decides about jobs and steps is
decided then.
"""

from migrate.diagnostics import Fate, Trail, declare
from migrate.yamlio.decode import Claims
from migrate.yamlio.nodes import Node, Scalar, walk

SETTLED = declare(
    "parameter-settled",
    Fate.APPROXIMATED,
    "A pipeline parameter's default stands where no variable can",
    """Whoever starts this pipeline may give a value, which commands read from a variable.

    Here a value is wanted before the pipeline runs, so that the default stands for it, whatever is given.

    Where another value is needed, write a second pipeline with it.""",
    "https://circleci.com/docs/pipeline-variables/#pipeline-parameters",
)


def note_settled(node: Node, what: str, open_: frozenset[str], claims: Claims, trail: Trail) -> None:
    """Say that `what` has a parameter's default for good, where whoever starts the pipeline may give another value."""
    nodes = (node, *(place.node for place in walk(node)))
    for name in dict.fromkeys(one.name for each in nodes if isinstance(each, Scalar) for one in each.defaults):
        if name in open_:
            claims.notes.add(SETTLED, trail, what, f"'{name}' has its default in this '{what}', whatever is given")


__all__ = ["SETTLED", "note_settled"]
