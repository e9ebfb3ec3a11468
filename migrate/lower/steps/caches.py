"""`save_cache` and `restore_cache` become the caches of the step; `migrate.lower.caches` settles their names."""

from migrate.circleci.plan import Call
from migrate.lower.draft import CacheUse, StepDraft
from migrate.lower.registry import step


@step("save_cache", "restore_cache")
def lower(call: Call, step: StepDraft) -> None:
    """Remember which keys and paths the job uses; names are settled when all jobs are known."""
    claims, body, trail = step.claims, call.body, call.trail
    for ignored in ("name", "when"):
        claims.take(body, ignored)
    key = step.text("key", body, trail)
    keys = tuple(claims.text(item, "keys", trail) for item in claims.items(claims.take(body, "keys")))
    paths = tuple(claims.text(item, "paths", trail) for item in claims.items(claims.take(body, "paths")))
    if call.step == "save_cache":
        claims.required(body, "key", trail)
        claims.required(body, "paths", trail)
    elif not key and not keys:
        claims.required(body, "keys", trail)
    step.cache_uses.append(CacheUse((key, *keys) if key else keys, paths, trail, len(step.runs)))
