"""Which keys stand where, and which words they take (reference bitbucket.md, sections 1.1 to 1.9, 1.11 and 1.12)."""

TOP = ("clone", "definitions", "export", "image", "labels", "options", "pipelines", "triggers")
PIPELINES = ("branches", "custom", "default", "pull-requests", "tags")
ITEM = ("final", "parallel", "stage", "step", "variables")
OPTIONS = ("docker", "max-time", "oidc", "runs-on", "runtime", "size")
CLONE = ("depth", "enabled", "filter", "lfs", "skip-ssl-verify", "sparse-checkout", "strategy", "tags")
STEP = (
    *("after-script", "artifacts", "auth", "caches", "clone", "concurrency-group", "condition", "config", "custom"),
    *("deployment", "environment", "fail-fast", "image", "input-variables", "max-time", "name", "oidc", "on-fail"),
    *("output-variables", "runs-on", "runtime", "script", "services", "size", "trigger", "type"),
)
STAGE = ("condition", "deployment", "environment", "name", "on-fail", "steps", "trigger")
PARALLEL = ("fail-fast", "on-fail", "steps")
VARIABLE = ("allowed-values", "default", "description", "name")
IMAGE = ("aws", "email", "name", "password", "run-as-user", "username")
PIPE = ("name", "pipe", "variables")
CACHE = ("key", "path")
SERVICE = ("image", "memory", "type", "variables")
CONDITION = ("changesets", "state")
CHANGESETS = ("excludePaths", "includePaths")
ARTIFACTS = ("download", "input", "output", "paths", "upload")
UPLOAD = ("capture-on", "depth", "ignore-paths", "name", "paths", "type")
TRIGGER = ("condition", "pipelines")
RUNTIME = ("cloud", "self-hosted")
CLOUD = ("arch", "atlassian-ip-ranges", "instance-type", "platform", "version")
SELF_HOSTED = ("cpu", "memory", "storage", "volumes")
ON_FAIL = ("maxRetryCount", "strategy")

EVENTS = (
    *("deployment-completed", "pipeline-completed", "pullrequest-created", "pullrequest-fulfilled", "pullrequest-push"),
    *("pullrequest-rejected", "pullrequest-reviewer-status-updated", "pullrequest-updated", "repository-push"),
)
CACHES = ("composer", "docker", "dotnetcore", "gradle", "ivy2", "maven", "node", "pip", "sbt")
"""The caches that have a name without being defined (section 1.5)."""
MEMORY = {"1x": 4096, "2x": 8192, "4x": 16384, "8x": 32768, "16x": 65536, "24x": 98304, "32x": 131072}
"""The memory of a step by its size, in MB (section 1.6)."""
ENVIRONMENTS = ("test", "staging", "production")
"""The types of environments in the order in which one pipeline may deploy to them, which are the names of those that a
new repository has (section 3.8)."""
