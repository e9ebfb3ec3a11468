"""What all tests share: the option that rewrites goldens, and hypothesis without a clock."""

import os

import pytest
from hypothesis import settings

settings.register_profile("circle2bb", deadline=None)
settings.load_profile("circle2bb")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--update-goldens`."""
    text = "write the expected outputs anew instead of comparing them; then read the diff"
    parser.addoption("--update-goldens", action="store_true", default=False, help=text)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to rewrite goldens in CI: there they are the expectation, and nobody would read the diff."""
    if config.getoption("--update-goldens") and os.environ.get("CI"):
        message = "--update-goldens is refused where CI is set: rewrite them at home and commit what you have read"
        raise pytest.UsageError(message)


@pytest.fixture
def update_goldens(request: pytest.FixtureRequest) -> bool:
    """Whether goldens are rewritten instead of compared."""
    return bool(request.config.getoption("--update-goldens"))
