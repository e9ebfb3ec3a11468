"""circle2bb: a compiler from CircleCI configuration to Bitbucket Pipelines.

>>> from migrate import Source, convert
>>> text = "{version: 2.1, jobs: {build: {docker: [{image: alpine}], steps: [checkout, run: make]}}}"
>>> outcome = convert(Source("config.yml", text))
>>> outcome.pipelines.starts[0].section
'default'
"""

from migrate.compiler import Outcome, Source, convert

__version__ = "0.1.0"

__all__ = ["Outcome", "Source", "__version__", "convert"]
