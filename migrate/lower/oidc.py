"""A token that says who the step is: CircleCI sets one in every job, Bitbucket in a step that asks for it.

`CIRCLE_OIDC_TOKEN` and its second version become `BITBUCKET_STEP_OIDC_TOKEN` (mappings/environment.yml); so does what
`circleci run oidc get` prints (reference circleci.md, sections 4.4 and 4.9; bitbucket.md, section 3.14).
"""

from collections.abc import Iterator

from migrate.diagnostics import Fate, Trail, declare
from migrate.lower import programs
from migrate.lower.draft import Draft, Run, StepDraft
from migrate.shell import analyse, replace_calls

_DOCS = (
    "https://circleci.com/docs/openid-connect-tokens/",
    "https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/",
)
OIDC = declare(
    "oidc",
    Fate.MANUAL,
    "A token of OpenID Connect has another issuer",
    """Who takes the token trusts CircleCI, and Bitbucket's token has another issuer, audience and subject.

    The step asks for Bitbucket's token with 'oidc: true'. Until it is trusted, logging in fails.

    Add Bitbucket's identity provider there, with the URL and the audience that Repository settings, OpenID Connect,
    shows, and let the role's trust policy ask for Bitbucket's subject, which names the repository and the step, not the
    project of CircleCI.""",
    *_DOCS,
)
OIDC_CLAIMS = declare(
    "oidc-claims",
    Fate.MANUAL,
    "A token was asked for with claims or an audience of its own",
    """CircleCI makes a token with the claims that a command asks for; Bitbucket makes one for the step.

    Bitbucket's token has the audience of the workspace, which Repository settings, OpenID Connect, shows.

    Let who takes the token expect that one.""",
    *_DOCS,
)
_TOKENS = frozenset({"CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2"})
_GET = ("circleci", "run", "oidc", "get")
_PRINTED = 'echo "$BITBUCKET_STEP_OIDC_TOKEN"'
_ROLE = "arn:aws:iam::"


def settle(draft: Draft) -> None:
    """Ask for the token in each step whose commands read it, or get it from CircleCI's program."""
    for step in draft.steps.values():
        first = _first_use(step)
        if first is None:
            continue
        step.oidc = True
        roles = ", ".join(dict.fromkeys(_roles(step)))
        who = roles or "who takes the token"
        step.note(OIDC, first, f"let {who} trust Bitbucket's identity provider: '{step.job.name}' shows its token")
        _print_it(step)


def _first_use(step: StepDraft) -> Trail | None:
    """Where a command first wants the token."""
    for run in programs.runs(step):
        effects = analyse(run.text)
        if effects.mentions & _TOKENS or any(words[:4] == _GET for words in effects.calls):
            return run.trail
    return None


def _roles(step: StepDraft) -> Iterator[str]:
    """The roles of AWS that commands, or the job's variables, name."""
    named = (word for _, words in programs.of_step(step) for word in words)
    for word in (*named, *step.environment.values()):
        role = word.rpartition("=")[2].strip("'\"")
        if role.startswith(_ROLE) and "$" not in role:
            yield role


def _print_it(step: StepDraft) -> None:
    """Let commands that got the token from CircleCI's program take Bitbucket's."""
    for items in (step.script, step.after_script):
        for place, run in enumerate(items):
            if not isinstance(run, Run):
                continue
            asked = [words for words in analyse(run.text).calls if words[:4] == _GET]
            if asked:
                items[place] = run._replace(text=replace_calls(run.text, _GET, _PRINTED))
            for words in asked:
                if words[4:]:
                    said = f"'{' '.join(words[4:])}' cannot be asked for; the token has the audience of the workspace"
                    step.note(OIDC_CLAIMS, run.trail, said)
