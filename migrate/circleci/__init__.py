"""The source language: from a positioned tree to the Plan. Nothing here has heard of the target."""
