"""Many configs at once: what became of each is a record, and all records together are a roll-up.

A record is small and plain, so that processes can hand it over and a file can keep it; the roll-up counts, and holds no
record, so that its size does not grow with the number of configs.
"""
