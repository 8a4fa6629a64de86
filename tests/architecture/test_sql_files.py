"""Every set-based statement has a header and a slow twin in the tests that must agree with it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
FILES = sorted(ROOT.glob("*/sql/*.sql"))
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_statement_has_a_header_and_a_twin(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("--"), "says its purpose, parameters, result, and why it may repeat"
    assert path.stem in TESTS, "no test names this statement's twin"
