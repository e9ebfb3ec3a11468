"""What stands in for `circleci`, the program that CircleCI puts into its jobs (reference circleci.md, section 4.9)."""
