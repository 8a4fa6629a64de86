"""The short part of the fault tests; `python3 dev.py faults` runs all of them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SEED = 20
SECONDS = 300  # where many tests share a machine; alone it takes about one minute


def test_killed_stopped_cut_off_and_flushed_the_month_goes_on_as_without():
    """Real workers, PostgreSQL, Redis and bank of the harness's own; planted bugs are found."""
    command = [sys.executable, "-m", "tests.faults", "--short", f"--seed={SEED}"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert "11 faults, 11 of them struck, 0 with findings" in done.stdout
    assert "3 of 3 planted bugs found" in done.stdout
