"""Small repositories, each with what `circle2bb init` shall find in it."""

from typing import NamedTuple

_JOB = "docker: [{image: 'cimg/base:2024.01'}], "


class Kept(NamedTuple):
    """A repository: its config, its other files, and the choices that it suggests, as they are written."""

    config: str
    files: dict[str, str]
    suggested: tuple[str, ...]


def config(*steps: str, more: str = "", keys: str = "", orbs: str = "") -> str:
    """A config with the jobs `test` and `release`; `release` has these steps, runs on main, and requires `test`."""
    listed = ", ".join(["checkout", *(f"{{run: {one}}}" if one[0] in "\"'" else one for one in steps)])
    return f"""\
version: 2.1
{orbs}
jobs:
  test: {{{_JOB}{keys}steps: [checkout, run: make test]}}
  release: {{{_JOB}steps: [{listed}]}}
workflows:
  main:
    jobs:
      - test
      - release:
          requires: [test]
          filters: {{branches: {{only: main}}}}
{more}"""


_PYPROJECT = '[build-system]\nrequires = ["hatchling"]\n\n[project]\nname = "example-kit"\nversion = "1.0"\n'
_SETUP = "from setuptools import setup\n\nsetup(\n    name='example-kit',\n)\n"
_PACKAGE = '{\n  "name": "@acme/web-kit",\n  "version": "1.0.0"\n}\n'
_SCHEDULE = """\
  nightly:
    triggers: [{schedule: {cron: "0 0 * * *", filters: {branches: {only: main}}}}]
    jobs: [test]
"""
_PULL = """\
  reviewed:
    when: pipeline.event.name == "pull_request"
    jobs: [test]
"""
_SHARED = """\
version: 2.1
jobs:
  unit: &job
    docker: [{image: "python:3.12"}]
    steps:
      - checkout
      - restore_cache: {key: 'v1-{{ checksum "requirements.txt" }}'}
      - run: python -m venv venv && venv/bin/pip install -r requirements.txt
      - save_cache: {key: 'v1-{{ checksum "requirements.txt" }}', paths: [venv]}
      - run: venv/bin/pytest
  lint: *job
workflows: {main: {jobs: [unit, lint]}}
"""
_MAC = """\
version: 2.1
jobs:
  test: {docker: [{image: alpine}], steps: [checkout, run: make]}
  app: {macos: {xcode: "15.3.0"}, steps: [checkout, run: xcodebuild]}
workflows: {main: {jobs: [test, app]}}
"""
_CHAINS = f"""\
version: 2.1
jobs:
  a: {{{_JOB}steps: [checkout, run: make a]}}
  b: {{{_JOB}steps: [checkout, run: make b]}}
  c: {{{_JOB}steps: [checkout, run: make c]}}
  d: {{{_JOB}steps: [checkout, run: make d]}}
workflows: {{main: {{jobs: [a, b: {{requires: [a]}}, c, d: {{requires: [c]}}]}}}}
"""

REPOSITORIES: dict[str, Kept] = {
    "nothing": Kept(config("'make'"), {"README.md": "# Hello\n"}, ()),
    "a package that a job uploads": Kept(
        config("'python -m build'", "'python3 -m twine upload dist/*'"),
        {"pyproject.toml": _PYPROJECT, "setup.py": "import setuptools\n\nsetuptools.setup()\n"},
        ("  - pypi-publish:\n      replaces: release\n",),
    ),
    "a package that the pipe cannot build, uploaded by a job": Kept(
        config("'python -m build'", "'python3 -m twine upload dist/*'"), {"pyproject.toml": _PYPROJECT}, ()
    ),
    "a package that the pipe cannot build": Kept(
        config("'make'"), {"pyproject.toml": _PYPROJECT}, ("  - pypi-publish:\n      twine: true\n",)
    ),
    "a package that a job builds": Kept(
        config("'poetry run python -m build'"),
        {"lib/setup.py": _SETUP},
        (
            (
                "  - pypi-publish:\n      requires: [release]\n      app-dir: lib\n"
                "      filters: {branches: {only: main}}\n"
            ),
        ),
    ),
    "a package that nobody publishes": Kept(config("'make'"), {"setup.py": _SETUP}, ("  - pypi-publish\n",)),
    "a package that poetry publishes": Kept(config("'poetry publish --build'"), {"pyproject.toml": _PYPROJECT}, ()),
    "a project file without a name": Kept(config("'make'"), {"pyproject.toml": "[tool.ruff]\n", "setup.py": "("}, ()),
    "an npm package that a job publishes": Kept(
        config("'npm publish --access public'"),
        {"package.json": _PACKAGE},
        ("  - npm-publish:\n      replaces: release\n",),
    ),
    "an npm package that nobody publishes": Kept(
        config("'make'"), {"web/package.json": _PACKAGE}, ("  - npm-publish:\n      folder: web\n",)
    ),
    "a private npm package": Kept(
        config("'make'"), {"package.json": '{"name": "x", "version": "1", "private": true}', "a/package.json": "{"}, ()
    ),
    "an image that nobody pushes": Kept(
        config("'docker build -t acme/web:latest .'"),
        {"Dockerfile": "FROM alpine\n"},
        ("  - docker-publish:\n      image-name: acme/web\n      filters: {branches: {only: main}}\n",),
    ),
    "an image in a folder": Kept(
        config("'make'"),
        {"web/Dockerfile": "FROM alpine\n"},
        (
            (
                "  - docker-publish:\n      image-name: YOUR-ACCOUNT/YOUR-IMAGE\n      dockerfile: web/Dockerfile\n"
                "      build-context: web\n"
            ),
        ),
    ),
    "an image that is pushed": Kept(config("'docker push acme/web'"), {"Dockerfile": "FROM alpine\n"}, ()),
    "a service of ECS": Kept(
        config(
            "'docker push 123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:$CIRCLE_SHA1'",
            "'aws ecs update-service --cluster blue --service=web --region eu-west-1 --force-new-deployment'",
        ),
        {"Dockerfile": "FROM alpine\n"},
        (
            (
                "  - ecs-deploy:\n      replaces: release\n      cluster: blue\n      service: web\n"
                "      registry: 123456789012.dkr.ecr.eu-west-1.amazonaws.com\n      repository: web\n"
                "      region: eu-west-1\n"
            ),
        ),
    ),
    "a service with a name that the shell makes": Kept(
        config('"aws ecs update-service --cluster $(cat cluster) --service $SERVICE"'),
        {},
        ('  - ecs-deploy:\n      replaces: release\n      cluster: YOUR-CLUSTER\n      service: "$SERVICE"\n',),
    ),
    "a site in a bucket": Kept(
        config("'make site'", "'aws s3 sync build/ s3://www.example.com/docs --delete --acl public-read'"),
        {},
        (
            (
                "  - s3-deploy:\n      replaces: release\n      bucket: www.example.com/docs\n"
                "      local-path: build/\n      delete: true\n      acl: public-read\n"
            ),
        ),
    ),
    "a site that s3cmd copies": Kept(
        config("'s3cmd --access_key=$KEY sync -f --delete-removed build/ s3://example.com/'"),
        {},
        (
            (
                "  - s3-deploy:\n      replaces: release\n      bucket: example.com\n      local-path: build/\n"
                "      delete: true\n"
            ),
        ),
    ),
    "files that come from a bucket": Kept(config("'aws s3 sync s3://models models'", "'aws s3 cp a s3://b/c'"), {}, ()),
    "a site on GitHub Pages": Kept(
        config("'npx gh-pages -d build'"),
        {},
        (
            (
                "  - s3-deploy:\n      bucket: YOUR-BUCKET\n      local-path: build\n      build: YOUR-BUILD-COMMAND\n"
                "      requires: [test]\n      filters: {branches: {only: main}}\n"
            ),
        ),
    ),
    "a branch for GitHub Pages": Kept(
        config("'git push origin HEAD:gh-pages'"),
        {},
        (
            (
                "  - s3-deploy:\n      bucket: YOUR-BUCKET\n      local-path: YOUR-FOLDER\n"
                "      build: YOUR-BUILD-COMMAND\n      requires: [test]\n      filters: {branches: {only: main}}\n"
            ),
        ),
    ),
    "a webhook of Slack": Kept(config("'curl -d @m.json $SLACK_WEBHOOK_URL'"), {}, ("  - slack-notify\n",)),
    "the orb of Slack": Kept(
        config("{slack/notify: {event: pass, template: basic_success_1}}", orbs="orbs: {slack: circleci/slack@4.12.5}"),
        {},
        ("  - slack-notify\n",),
    ),
    "a scanner": Kept(
        config("'sonar-scanner -X'"), {"sonar-project.properties": "sonar.sources=src\n"}, ("  - sonarcloud\n",)
    ),
    "packages without a cache": Kept(config("'npm ci'"), {}, ("  - dependency-cache\n",)),
    "packages that jobs share": Kept(_SHARED, {}, ("  - install-step\n",)),
    "several machines": Kept(config("'make'", keys="parallelism: 4, "), {}, ("parallelism: keep\n",)),
    "one machine": Kept(config("'make'", keys="parallelism: 1, "), {}, ()),
    "a large machine of an orb": Kept(
        config("'make'", orbs="orbs: {node: circleci/node@5.3}").replace(
            f"test: {{{_JOB}", "test: {executor: node/default, "
        ),
        {},
        ("sizes: map\n",),
    ),
    "a large machine": Kept(config("'make'", keys="resource_class: xlarge, "), {}, ("sizes: map\n",)),
    "a common machine": Kept(config("'make'", keys="resource_class: medium, "), {}, ()),
    "a Mac that copies a site": Kept(
        _MAC.replace("run: xcodebuild", "run: aws s3 sync build s3://site"),
        {},
        ("unsupported-executors: self-hosted\n",),
    ),
    "a Mac": Kept(_MAC, {}, ("unsupported-executors: self-hosted\n",)),
    "two chains": Kept(_CHAINS, {}, ("layout: nested\n",)),
    "a schedule": Kept(config("'make'", more=_SCHEDULE), {}, ("style: triggers\n",)),
    "a workflow for pull requests": Kept(
        config("'make'", more=_PULL), {}, ("feature-branches: pull-requests\n", "style: triggers\n")
    ),
}
