"""Passes over the Plan."""
