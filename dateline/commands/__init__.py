"""The commands of ``python -m dateline``: one module a command, each with ``add`` (its options) and ``run``."""
