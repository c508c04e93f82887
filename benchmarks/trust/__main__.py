"""``python -m benchmarks.trust``: run the attacks, print the table."""

from __future__ import annotations

import sys

from benchmarks.trust.run import main

if __name__ == "__main__":
    sys.exit(main())
