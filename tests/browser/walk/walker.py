"""A person who walks through the pages: one window per user, watched all the while."""

from dataclasses import dataclass, field
from pathlib import Path

from django.test import Client

from accounts.models import User

HERE = Path(__file__).resolve().parent
AXE = HERE.parents[1] / "vendor" / "axe-core" / "axe.min.js"
CHECKS = HERE / "page_checks.js"
SIZES = ((1366, 768), (1920, 1080))
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass
class Window:
    """One user's browser window and what went wrong in it since the last page."""

    page: object
    address: str
    problems: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("console", self._note_console)
        self.page.on("request", self._note_request)

    def _note_console(self, message):
        is_refused_form = "status of 422" in message.text
        if message.type == "error" and not is_refused_form:
            self.problems.append(f"console: {message.text}")

    def _note_request(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"foreign host: {request.url}")

    def open(self, path):
        """Open a page of the site at the smaller size; return the status it answers."""
        self.problems.clear()
        self.at_size(SIZES[0])
        return self.page.goto(self.address + path).status

    def at_size(self, size):
        """Draw the page at a size."""
        self.page.set_viewport_size({"width": size[0], "height": size[1]})
        return self

    def violations(self):
        """Run axe over the whole page, unrolled: a bar that sticks hides nothing for good."""
        height = self.page.evaluate("document.documentElement.scrollHeight")
        found = self.at_size((SIZES[0][0], max(height, SIZES[0][1]))).ask("violations")
        self.at_size(SIZES[0])
        return found

    def ask(self, question):
        """Ask the page about itself; see page_checks.js."""
        return self.page.evaluate(f"walk.{question}()")

    def tab_through(self):
        """Press Tab until every place of the page had its turn, and once round."""
        self.page.bring_to_front()
        self.ask("forgetFocus")
        for _ in range(self.ask("countStops") + 3):
            self.page.keyboard.press("Tab")


@dataclass(frozen=True)
class Look:
    """What a stop said when it was opened: the words of the house on it, and all its text."""

    labels: list[str]
    text: str


class Walker:
    """Opens windows for the users of the standing city; each is signed in already."""

    def __init__(self, browser, address, story):
        self.browser, self.address, self.story = browser, address, story
        self._windows, self._looks = {}, {}

    def window(self, username):
        """Return the user's window, signed in; an empty name is nobody's."""
        if username not in self._windows:
            context = self.browser.new_context(locale="zh-CN", timezone_id="Asia/Shanghai")
            context.add_init_script(path=AXE)
            context.add_init_script(path=CHECKS)
            if username:
                context.add_cookies([self._session_of(username)])
            page = context.new_page()
            page.set_default_timeout(20_000)  # milliseconds
            self._windows[username] = Window(page, self.address)
        return self._windows[username]

    def go_to(self, stop):
        """Open a stop in its user's window and do what it asks for there."""
        with self.story.look():
            path = stop.path()
        window = self.window(stop.user)
        status = window.open(path)
        assert status == 200, f"{path} answers {status} to {stop.user}"
        stop.prepare(window.page)
        self._looks[stop.name] = Look(window.ask("labels"), window.page.inner_text("body"))
        return window

    def look_at(self, stop):
        """Return what a stop said, opening it unless that was done already."""
        if stop.name not in self._looks:
            self.go_to(stop)
        return self._looks[stop.name]

    def _session_of(self, username):
        client = Client()
        client.force_login(User.objects.get(username=username), backend=BACKEND)
        return {
            "name": "sessionid",
            "value": client.cookies["sessionid"].value,
            "url": self.address,
        }

    def leave(self):
        for window in self._windows.values():
            window.page.context.close()
