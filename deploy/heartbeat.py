"""Health check of a process without a port: was one of its files written lately?

python deploy/heartbeat.py 600 /dev/shm/beat-schedule
"""

import sys
import time
from pathlib import Path


def main(seconds: float, stem: str) -> int:
    """Return 0 if a file whose name begins with `stem` changed within the last `seconds`."""
    path = Path(stem)
    times = [found.stat().st_mtime for found in path.parent.glob(f"{path.name}*")]
    return 0 if times and time.time() - max(times) <= seconds else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]), sys.argv[2]))
