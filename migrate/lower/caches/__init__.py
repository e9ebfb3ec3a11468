"""Cache keys become named caches with key files (reference circleci.md, section 4.5; bitbucket.md, section 3.5)."""
