"""Compile requirements/*.txt anew from pyproject.toml, with the hash of every file.

Versions already in the files stay as they are unless they no longer fit; `--upgrade` takes the
newest. No download addresses are written, so a closed network can use its own index.
Usage: .venv/bin/python -m tools.lock_requirements [--upgrade]
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXTRAS: dict[str, tuple[str, ...]] = {
    "run": (),
    "demo": ("demo",),
    "test": ("demo", "test"),
    "lint": ("demo", "test", "lint"),
}
OPTIONS = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--quiet"]


def compile_file(source: str, target: str, options: list[str]) -> None:
    """Compile one requirement file; stop when it cannot be resolved."""
    uv = Path(sys.executable).parent / "uv"
    command = [str(uv), "pip", "compile", *OPTIONS, *options, source, "-o", target]
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    print(target, flush=True)
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def main() -> None:
    """Compile the installer's own file and one file per purpose."""
    options = sys.argv[1:]
    compile_file("requirements/bootstrap.in", "requirements/bootstrap.txt", options)
    for purpose, extras in EXTRAS.items():
        chosen = [f"--extra={extra}" for extra in extras]
        compile_file("pyproject.toml", f"requirements/{purpose}.txt", [*chosen, *options])


if __name__ == "__main__":
    main()
