"""A thousand attempts at the clerks' console by who has no right to it; none may succeed.

    python -m benchmarks.staff_attempts [--attempts 1000] [--seed 1]
"""

from __future__ import annotations

import argparse
import os
import sys

from benchmarks.bookings_common import machine, sqlite
from tests.staff import attempts, office


def main() -> None:
    """Make the attempts and print how many succeeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attempts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    os.environ["RENEWAL_NOW"] = office.NOW.isoformat()
    print(machine())
    with sqlite() as url, office.office(url) as opened:
        made, succeeded = attempts.run(opened, options.attempts, options.seed)
    print(f"{sum(made.values())} attempts, {len(succeeded)} succeeded: {dict(made)}")
    sys.exit(1 if succeeded else 0)


if __name__ == "__main__":
    main()
