"""Bitbucket's pages for the codes of the front end, which may not know the target."""

from migrate.diagnostics import Code

_DOCS = "https://support.atlassian.com/bitbucket-cloud/docs/"
_STARTS = f"{_DOCS}pipeline-start-conditions/"
_CONDITION = f"{_DOCS}step-options/#Condition"
_PIPES = f"{_DOCS}use-pipes-in-bitbucket-pipelines/"
COUNTERPARTS = {
    "bad-mapping": _CONDITION,
    "condition-unknown": _CONDITION,
    "continuation-missing": _STARTS,
    "continuation-parameters": _STARTS,
    "filter-matches-nothing": f"{_DOCS}use-glob-patterns-on-the-pipelines-yaml-file/",
    "ignored-key": f"{_DOCS}step-options/",
    "ignored-steps": f"{_DOCS}step-options/",
    "never-runs": _CONDITION,
    "no-workflow": _STARTS,
    "orb-gap": _PIPES,
    "orb-unknown": _PIPES,
    "orb-version": _PIPES,
    "override-with": f"{_DOCS}yaml-anchors/",
    "parameter-settled": f"{_STARTS}#Custom--manual-only--pipelines",
    "setup-commands": _STARTS,
    "setup-config": _STARTS,
    "unused": f"{_DOCS}yaml-anchors/",
    "version-2": f"{_DOCS}bitbucket-pipelines-configuration-reference/",
    "workflow-disabled": _STARTS,
    "workflow-refused": _STARTS,
}
"""By the code's id; what CircleCI refuses has none, since nothing of it comes to Bitbucket."""


def pages(code: Code) -> tuple[str, ...]:
    """The pages of a code: those that it declares, and Bitbucket's where the front end declared it."""
    return (*code.urls, COUNTERPARTS[code.id]) if code.id in COUNTERPARTS else code.urls


__all__ = ["COUNTERPARTS", "pages"]
