"""Refuse files and functions that have grown too long to be read in one sitting.

Hard limits in lines: function 50, module 400 (tests 600), template 150, SQL file 120; and 100
columns for a line of SQL, a Chinese character counting as two (ruff does the same for Python).
Generated migrations are not read in one sitting and are left out; their SQL files are not.
"""

import ast
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {
    ".git", ".venv", ".local", ".mypy_cache", ".ruff_cache", "node_modules", "staticfiles",
    "vendor",
}  # fmt: skip
FUNCTION, MODULE, TEST_MODULE, TEMPLATE, SQL, LINE = 50, 400, 600, 150, 120, 100

# Data tables: long because the world is, with nothing in them to understand. Path → reason.
# A module here may be long; its functions and lines keep their limits.
TABLES: dict[str, str] = {}


def files(suffix: str) -> Iterator[Path]:
    """Yield the project's own files of one kind, in a steady order."""
    for path in sorted(ROOT.rglob(f"*{suffix}")):
        if not SKIPPED & set(path.relative_to(ROOT).parts):
            yield path


def width(line: str) -> int:
    """Return the columns a line takes on the screen."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def too_long(path: Path, limit: int) -> Iterator[str]:
    """Yield a complaint when a file has more lines than it may."""
    name = str(path.relative_to(ROOT))
    count = len(path.read_text().splitlines())
    if count > limit and name not in TABLES:
        yield f"{name}: {count} lines, at most {limit}"


def wide_lines(path: Path) -> Iterator[str]:
    """Yield a complaint for each line that is too wide."""
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if width(line) > LINE:
            yield f"{path.relative_to(ROOT)}:{number}: {width(line)} columns, at most {LINE}"


def long_functions(path: Path) -> Iterator[str]:
    """Yield a complaint for each function that is too long, its docstring included."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            count = node.end_lineno - node.lineno + 1
            if count > FUNCTION:
                place = f"{path.relative_to(ROOT)}:{node.lineno}"
                yield f"{place}: {node.name} has {count} lines, at most {FUNCTION}"


def idle_exceptions() -> Iterator[str]:
    """Yield a complaint for each exception that is not needed (any more)."""
    for name in TABLES:
        path = ROOT / name
        if not path.exists() or len(path.read_text().splitlines()) <= MODULE:
            yield f"tools/check_sizes.py: {name} needs no exception"


def complaints() -> Iterator[str]:
    """Yield everything that is too long."""
    yield from idle_exceptions()
    for path in files(".py"):
        if path.parent.name == "migrations":
            continue
        is_test = "tests" in path.relative_to(ROOT).parts
        yield from too_long(path, TEST_MODULE if is_test else MODULE)
        yield from long_functions(path)
    for path in files(".sql"):
        yield from too_long(path, SQL)
        yield from wide_lines(path)
    for path in files(".html"):
        yield from too_long(path, TEMPLATE)


def main() -> int:
    """Print all complaints; return 1 if there are any."""
    found = list(complaints())
    print("\n".join(found) or "all sizes are within their limits")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
