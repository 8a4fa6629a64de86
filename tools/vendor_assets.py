"""Copy the third-party files that pages and browser tests use into the project.

What pages use goes to static/vendor, what only tests use to tests/vendor. Run from anywhere after
changing frontend/package.json; needs npm. The result is committed, so that neither running nor
testing the project needs npm. With --check nothing is written: the files on disk are compared
with the VENDOR.json of each folder.
"""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
MANIFEST = "VENDOR.json"

# Folder -> package -> where its files come from and go to. AdminLTE's style sheet contains
# Bootstrap's, whose licence is therefore kept as well. axe finds what keeps people out of a page;
# it is run by the browser tests, never served and never part of an image.
PLACES: dict[Path, dict[str, dict[str, str]]] = {
    ROOT / "static" / "vendor": {
        "admin-lte": {"dist/css/adminlte.min.css": "adminlte.min.css"},
        "bootstrap": {},
        "bootstrap-icons": {},
    },
    ROOT / "tests" / "vendor": {"axe-core": {"axe.min.js": "axe.min.js"}},
}
LICENCES = {
    "admin-lte": "MIT",
    "bootstrap": "MIT",
    "bootstrap-icons": "MIT",
    "axe-core": "MPL-2.0",
}

# Icons of the sprite; `{% icon "bell" %}` shows one.
ICONS = (
    "arrow-left",
    "arrow-left-right",
    "arrow-repeat",
    "arrow-return-left",
    "bank",
    "bar-chart",
    "bell",
    "book",
    "box-arrow-right",
    "briefcase",
    "building",
    "calendar3",
    "calculator",
    "card-list",
    "cash-coin",
    "check-circle",
    "check2-square",
    "chevron-down",
    "clipboard-check",
    "clock",
    "clock-history",
    "cloud-upload",
    "dot",
    "download",
    "exclamation-octagon",
    "exclamation-triangle",
    "eye",
    "file-earmark-text",
    "folder2-open",
    "funnel",
    "gear",
    "graph-up",
    "house",
    "inbox",
    "info-circle",
    "journal-text",
    "key",
    "list",
    "list-check",
    "lock",
    "pause-circle",
    "pencil-square",
    "people",
    "person",
    "person-badge",
    "person-plus",
    "plus-lg",
    "printer",
    "question-circle",
    "receipt",
    "search",
    "send",
    "shield-check",
    "shield-exclamation",
    "sliders",
    "table",
    "telephone",
    "upload",
    "wallet2",
    "x-circle",
)

SOURCE_MAP = re.compile(rb"\n?/[*/]# sourceMappingURL=[^\n]*")
# Style features younger than the oldest browser that is supported (Chromium 109).
TOO_NEW = re.compile(rb"light-dark\(|color-mix\(|oklch\(|:has\(")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    if parser.parse_args().check:
        return check()
    vendor()
    return check()


def vendor() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text())["packages"]
    with tempfile.TemporaryDirectory() as folder:
        modules = install(Path(folder))
        for place, wanted in PLACES.items():
            if place.exists():
                shutil.rmtree(place)
            packages = [
                {
                    "name": name,
                    "version": lock[f"node_modules/{name}"]["version"],
                    "integrity": lock[f"node_modules/{name}"]["integrity"],
                    "licence": LICENCES[name],
                    "files": copy(modules / name, place / name, files),
                }
                for name, files in wanted.items()
            ]
            (place / MANIFEST).write_text(json.dumps({"packages": packages}, indent=2) + "\n")


def copy(source: Path, target: Path, files: dict[str, str]) -> dict[str, str]:
    """Copy a package's files and licence; return the digest of each by its place."""
    target.mkdir(parents=True)
    for path, kept_as in files.items():
        content = SOURCE_MAP.sub(b"", (source / path).read_bytes())
        (target / kept_as).write_bytes(content.rstrip() + b"\n")
    if source.name == "bootstrap-icons":
        (target / "icons.svg").write_text(sprite(source / "icons"))
    shutil.copyfile(source / "LICENSE", target / "LICENSE")
    return {f"{target.name}/{path.name}": digest(path) for path in sorted(target.iterdir())}


def install(folder: Path) -> Path:
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(FRONTEND / name, folder / name)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(command, cwd=folder, check=True)
    return folder / "node_modules"


def sprite(folder: Path) -> str:
    """One file with a <symbol> per icon, referenced as icons.svg#name."""
    symbols = []
    for name in ICONS:
        svg = (folder / f"{name}.svg").read_text()
        body = svg[svg.index(">") + 1 : svg.rindex("</svg>")].strip()
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{body}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def check() -> int:
    problems = [problem for place in PLACES for problem in problems_in(place)]
    print("\n".join(problems) or "the vendored files are as recorded")
    return 1 if problems else 0


def problems_in(place: Path) -> list[str]:
    """Compare one folder with its manifest, and its style sheets with what browsers can do."""
    manifest = json.loads((place / MANIFEST).read_text())
    expected = {
        path: value for entry in manifest["packages"] for path, value in entry["files"].items()
    }
    found = {
        str(path.relative_to(place)): digest(path)
        for path in place.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }
    problems = [
        f"differs from {MANIFEST}: {place.relative_to(ROOT) / path}"
        for path in sorted(expected.keys() | found.keys())
        if expected.get(path) != found.get(path)
    ]
    return problems + [
        f"too new for the supported browsers: {path}"
        for path in found
        if path.endswith(".css") and TOO_NEW.search((place / path).read_bytes())
    ]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
