"""What the pipelines need besides their file: variables, environments, schedules, hosts; a plan, and its formats."""
