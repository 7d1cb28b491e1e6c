"""`make proof`: every claim at its full size, one after the other. Takes an hour or so."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks import SKIPPED

HERE = Path(__file__).parent
NOT_PROOFS = {"__init__", "__main__"}


def main() -> None:
    """Run each benchmark that can run by itself; go on after a failure, and tell at the end."""
    failed, skipped = [], []
    for path in sorted(HERE.glob("*.py")):
        if path.stem in NOT_PROOFS or path.stem.endswith(("_common", "_tuning")):
            continue
        print(f"\n── {path.stem} ──", flush=True)
        code = subprocess.run([sys.executable, "-m", f"benchmarks.{path.stem}"]).returncode
        if code:
            (skipped if code == SKIPPED else failed).append(path.stem)
    if skipped:
        print(f"\nskipped: {', '.join(skipped)}")
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
