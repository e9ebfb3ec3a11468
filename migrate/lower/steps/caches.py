"""`save_cache` and `restore_cache` become the caches of the step; `migrate.lower.caches` settles their names."""

from migrate.circleci.plan import Call
from migrate.lower.draft import CacheUse, Run, StepDraft
from migrate.lower.registry import step
from migrate.lower.steps.shared_keys import note_title, note_when

_INSTEAD = {
    "save_cache": "a cache is saved when the step ends well, and only then",
    "restore_cache": "the cache is restored before the script begins",
}


@step("save_cache", "restore_cache")
def lower(call: Call, step: StepDraft) -> None:
    """Remember which keys and paths the job uses; names are settled when all jobs are known."""
    claims, body, trail = step.claims, call.body, call.trail
    note_title(call, step)
    note_when(call, step, _INSTEAD[call.step])
    key = step.text("key", body, trail)
    keys = step.texts("keys", body, trail)
    paths = step.texts("paths", body, trail) if call.step == "save_cache" else ()
    if call.step == "save_cache":
        claims.required(body, "key", trail)
        claims.required(body, "paths", trail)
    elif not key and not keys:
        claims.required(body, "keys", trail)
    mark = Run("", "", "", trail)
    step.cache_uses.append(CacheUse((key, *keys) if key else keys, paths, trail, mark))
    step.script.append(mark)
