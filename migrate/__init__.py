"""circle2bb: a compiler from CircleCI configuration to Bitbucket Pipelines.

>>> from migrate import Source, convert
>>> text = "{version: 2.1, jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}}"
>>> outcome = convert(Source("config.yml", text))
>>> outcome.pipelines.starts[0].section
'default'
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from migrate.compiler import Outcome, Source, convert

__version__ = "0.1.0"

__all__ = ["Outcome", "Source", "__version__", "convert"]


def __getattr__(name: str) -> object:
    """Load the compiler when it is first asked for: `circle2bb --help` need not wait for it."""
    if name not in __all__:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from migrate import compiler

    return getattr(compiler, name)
