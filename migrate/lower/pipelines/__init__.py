"""Passes over the Pipelines."""
