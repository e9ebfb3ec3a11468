"""`install_signing_bundle` installs Apple's certificates, which CircleCI keeps; a Mac of one's own has its own."""

from migrate.circleci.plan import Call
from migrate.diagnostics import Fate, declare
from migrate.lower.draft import StepDraft
from migrate.lower.missing import fail_in_place
from migrate.lower.registry import step

SIGNING_BUNDLE = declare(
    "signing-bundle",
    Fate.ERROR,
    "Certificates for signing apps are installed by a step",
    """CircleCI keeps the bundle.

    The script fails on purpose where it was installed.

    Keep the certificates in the keychain of your own Mac, or import them from secured variables with 'security
    import'.""",
    "https://circleci.com/docs/ios-codesigning/",
    "https://support.atlassian.com/bitbucket-cloud/docs/runners/",
)


@step("install_signing_bundle")
def lower(call: Call, step: StepDraft) -> None:
    """Fail where the certificates were installed."""
    said = "the signing bundle stays with CircleCI; the step fails until you install it"
    fail_in_place(call, step, SIGNING_BUNDLE, said)
