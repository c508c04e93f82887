"""The campaign: everything that was tried against Dateline, and what of it succeeded. ``python -m benchmarks.trust`` prints the table."""
