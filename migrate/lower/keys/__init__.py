"""One room a key of a job, its executor, or its entry in a workflow."""
