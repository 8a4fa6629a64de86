"""Pictures of the walked pages: the contact sheet of all screens, and those of the help pages.

Nothing is photographed unless the environment asks for it: SCREENS_FOLDER for the contact sheet,
HELP_PICTURES=make for the help pages (`python3 dev.py screens`, `python3 dev.py pictures`).
"""

import base64
import json
import os
from pathlib import Path

from django.template import engines

from config.help.content import list_tasks
from tests.browser.walk.walker import SIZES

ROOT = Path(__file__).resolve().parents[3]
STATIC = ROOT / "static"
RECORD = ROOT / "config" / "help" / "pictures.json"
QUALITIES = (55, 45, 35, 25)  # of WebP: the best with which a help picture is small enough
LARGEST = 60_000  # bytes of one help picture
TALLEST = 6000  # pixels of a whole page
RING = """element => {
  Object.assign(element.style, { outline: "4px solid #cf1322", outlineOffset: "3px" });
  element.scrollIntoView({ block: "center" });
}"""
UNRING = """element => {
  Object.assign(element.style, { outline: "", outlineOffset: "" });
  scrollTo(0, 0);
}"""
SHEET = Path(__file__).with_name("sheet.html")


def wanted_pictures():
    """Return file -> (page, mark) of every picture the help pages show."""
    wanted = {}
    for task in list_tasks():
        for step in task.steps:
            if step.picture:
                known = wanted.setdefault(step.picture, (step.page, step.mark))
                assert known[1] == step.mark, f"{step.page}: 「{known[1]}」 and 「{step.mark}」"
    return wanted


def recorded():
    """Return page -> the words that stood on it when its picture was made."""
    return json.loads(RECORD.read_text(encoding="utf-8"))


class Album:
    """Photographs pages as they are walked, as far as the environment asks."""

    def __init__(self):
        folder = os.environ.get("SCREENS_FOLDER", "")
        self.folder = Path(folder) if folder else None
        self.makes_help = os.environ.get("HELP_PICTURES") == "make"
        self.shots, self.labels = [], {}
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)

    def keep(self, window, name, user):
        """Photograph the page the window shows, under a name."""
        if self.folder:
            self._keep_for_sheet(window, name, user)
        if self.makes_help:
            self._keep_for_help(window, name)

    def _keep_for_sheet(self, window, name, user):
        files = []
        for size in SIZES:
            file = self.folder / f"{name}-{size[0]}.webp"
            file.write_bytes(photograph(window.at_size(size).page, whole=True))
            files.append(file.name)
        window.at_size(SIZES[0])
        path = window.page.url.removeprefix(window.address)
        title = window.page.inner_text("h1")
        self.shots.append(
            {"name": name, "title": title, "user": user, "path": path, "files": files}
        )

    def _keep_for_help(self, window, name):
        for file, (page, mark) in wanted_pictures().items():
            if page != name:
                continue
            target = STATIC / file
            target.parent.mkdir(parents=True, exist_ok=True)
            ringed = find(window.page, mark) if mark else None
            if ringed:
                ringed.evaluate(RING)
            shots = (photograph(window.page, quality=quality) for quality in QUALITIES)
            target.write_bytes(next(shot for shot in shots if len(shot) <= LARGEST))
            if ringed:
                ringed.evaluate(UNRING)
            self.labels[name] = window.ask("labels")

    def close(self):
        """Write what was collected: the contact sheet, the words of the help pictures."""
        if self.folder and self.shots:
            self._write_sheet()
        if self.makes_help and self.labels:
            pages = {page for page, _ in wanted_pictures().values()}
            known = {**(recorded() if RECORD.exists() else {}), **self.labels}
            words = {page: known[page] for page in sorted(pages & known.keys())}
            text = json.dumps(words, ensure_ascii=False, indent=1) + "\n"
            RECORD.write_text(text, encoding="utf-8")
            keep = {STATIC / file for file in wanted_pictures()}
            for stale in set((STATIC / "help").glob("*.webp")) - keep:
                stale.unlink()

    def _write_sheet(self):
        sizes = "，".join(f"{width}×{height}" for width, height in SIZES)
        template = engines["django"].from_string(SHEET.read_text(encoding="utf-8"))
        text = template.render({"shots": self.shots, "sizes": sizes})
        (self.folder / "index.html").write_text(text, encoding="utf-8")


def find(page, words):
    """Return the button or link of the page's main part that says these words."""
    place = page.locator("main")
    return place.locator("button, a.btn, a").filter(has_text=words).filter(visible=True).first


def photograph(page, *, whole=False, quality=QUALITIES[0]):
    """Return the window's picture as WebP, or the whole page's."""
    options = {"format": "webp", "quality": quality}
    if whole:
        size = page.viewport_size
        height = page.evaluate("document.documentElement.scrollHeight")
        options["captureBeyondViewport"] = True
        options["clip"] = {
            "x": 0,
            "y": 0,
            "width": size["width"],
            "height": min(max(height, size["height"]), TALLEST),
            "scale": 1,
        }
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", options)
    session.detach()
    return base64.b64decode(answer["data"])
