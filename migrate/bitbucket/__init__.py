"""The target language: a model of a bitbucket-pipelines.yml and how it is laid out as YAML."""
