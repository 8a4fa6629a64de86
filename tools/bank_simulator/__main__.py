"""Start the bank simulator: `python -m tools.bank_simulator --port 8900 …`."""

import argparse
import os
import signal
import threading
from pathlib import Path

from tools.bank_simulator.folder import Exchange
from tools.bank_simulator.journal import Journal
from tools.bank_simulator.paying import Teller
from tools.bank_simulator.server import Bank, BankServer


def main() -> None:
    """Serve until told to stop; what is pending is paid after the next start."""
    options = _options()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    journal = Journal(Path(options.journal))
    teller = Teller(journal, options.delay)
    exchange = Exchange(teller, Path(options.folder))
    server = BankServer((options.host, options.port), Bank(teller, options.token, stopping))
    worker = threading.Thread(target=exchange.run, args=(stopping,), daemon=True)
    worker.start()
    listener = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    listener.start()
    print(f"bank simulator on http://{options.host}:{server.server_port}/", flush=True)
    stopping.wait()
    server.shutdown()
    server.server_close()
    worker.join(timeout=5)
    journal.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bank_simulator", description=__doc__)
    for name, default, kind in (
        ("host", "127.0.0.1", str),
        ("port", "8900", int),
        ("journal", None, str),
        ("folder", None, str),
        ("token", None, str),
        ("delay", "1", float),
    ):
        given = os.environ.get(f"BANK_SIMULATOR_{name.upper()}", default)
        parser.add_argument(f"--{name}", default=given, type=kind, required=given is None)
    return parser.parse_args()


if __name__ == "__main__":
    main()
