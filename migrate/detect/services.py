"""Services that are told of a build: Slack and SonarCloud.

Source: api.slack.com/messaging/webhooks, docs.sonarsource.com (sonar-project.properties).
"""

import re
from collections.abc import Iterator

from migrate.detect.commands import commands, jobs, of_kind, pipes, place_of
from migrate.detect.finding import Finding, Repository, Seen

_NAMES = re.compile(r"[/@.]|__")
"""What parts the names of orbs in the names of their files: `circleci/slack.yml`, `circleci__slack@4.12.5.yml`."""
_WEBHOOKS = "hooks.slack.com"
_WEBHOOK_VARIABLES = ("SLACK_WEBHOOK", "SLACK_HOOK")


def slack(repository: Repository) -> Iterator[Finding]:
    """`slack-notify`: the config's orb, or a webhook that its commands call."""
    found = tuple(dict.fromkeys((*_orb(repository, "slack"), *_webhook(repository))))
    if found:
        would = (
            "One message when a pipeline has ended, whatever came of it; 'when: on_fail' or 'on_success' says which. "
            "The jobs that tell Slack themselves still do."
        )
        yield Finding("add", "slack-notify", found, would)


def sonar(repository: Repository) -> Iterator[Finding]:
    """`sonarcloud`: a properties file or a scanner; nothing if the pipe is there already."""
    if "sonarsource/sonarcloud-scan" in pipes(repository):
        return
    files = tuple(
        Seen(path, "says what SonarCloud reads") for path in repository.called("sonar-project.properties")[:1]
    )
    scans = {one.job.name: one.seen(short=1) for one in of_kind(repository, "scans-with-sonar")}
    if files or scans:
        would = "A step of its own has SonarCloud read the code, with the whole history."
        if scans:
            would += " The jobs that call the scanner still do; take the call out of them."
        yield Finding("add", "sonarcloud", (*files, *scans.values()), would)


def _orb(repository: Repository, name: str) -> Iterator[Seen]:
    """The jobs that have a step of an orb's: of its mapping, of its source, or of none of them."""
    for job in jobs(repository):
        for call in job.steps:
            files = (span.file for span in call.trail if span.file != job.trail[0].file)
            if call.step.partition("/")[0] == name or any(name in _NAMES.split(file) for file in files):
                yield Seen(place_of(call, job), f"has a step of the orb '{name}'", job.called)


def _webhook(repository: Repository) -> Iterator[Seen]:
    for command in commands(repository):
        words = " ".join(command.words)
        if command.words[:1] == ("curl",) and any(sign in words for sign in (_WEBHOOKS, *_WEBHOOK_VARIABLES)):
            yield Seen(command.where, "calls a webhook of Slack", command.job.called)
