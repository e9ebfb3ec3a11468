"""Names of branches and tags as formal languages: what patterns mean, compared exactly."""
