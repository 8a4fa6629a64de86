"""`python -m tests.faults [--seed N] [--short] [--only DEED …]`: inject faults, print, judge."""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from tests.faults.servers import Stage

SEED = 7  # the same faults in every run, unless another is asked for
BASE = Path(__file__).resolve().parents[2] / ".local" / "faults"


def main() -> int:
    """Run a campaign; 1 if anything was found."""
    options = _options()
    started = time.monotonic()
    stage = Stage(Path(options.folder))
    shutil.rmtree(stage.base / "points", ignore_errors=True)
    for name in ("processes.log", "journal.sqlite3"):
        (stage.base / name).unlink(missing_ok=True)
    stage.start()
    try:
        os.environ.update(stage.environment())
        import django  # noqa: PLC0415 (settings are read from the environment made above)

        django.setup()
        from tests.faults import program  # noqa: PLC0415

        return program.run(stage, options, started)
    finally:
        stage.stop()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="decides about places by chance")
    parser.add_argument("--short", action="store_true", help="a minute's choice of the faults")
    parser.add_argument("--only", nargs="*", default=[], help="names of deeds")
    parser.add_argument("--stories", action="store_true", help="only faults not at a place")
    parser.add_argument("--prove", action="store_true", help="only find the planted bugs")
    parser.add_argument("--pace", choices=["quick", "production"], default="quick")
    parser.add_argument("--folder", default=str(BASE), help="of the servers and the state kept")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
