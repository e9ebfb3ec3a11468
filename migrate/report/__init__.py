"""The second product: what a conversion did, for people (`markdown`, `terminal`) and for programs (`json`)."""
