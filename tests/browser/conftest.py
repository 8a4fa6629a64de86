"""A real browser, a real worker, a real bank: what a walk through the screens stands on."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Error as PlaywrightError

from tests.city import PASSWORD, another_city, found_city, live_by_the_clock
from tests.payouts.payments.bank import TOKEN, Bank

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / ".local" / "screenshots"
# Playwright's synchronous interface keeps an event loop in this thread; Django would refuse to
# speak to the database beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {
        **browser_type_launch_args,
        "executable_path": "/usr/bin/chromium-headless-shell",
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }


@pytest.fixture
def bank(tmp_path):
    bank = Bank(tmp_path / "bank")
    bank.start()
    yield bank
    bank.stop()


@pytest.fixture
def city(transactional_db):
    city = found_city()
    another_city()
    return live_by_the_clock(city, timezone.now())


@pytest.fixture
def workers(transactional_db, bank, tmp_path, settings):
    """The worker with its clock, and the relay, as the processes they are in production."""
    settings.BANK_GATEWAY_URL, settings.BANK_GATEWAY_TOKEN = bank.url, TOKEN
    environment = {
        **os.environ,
        "BANK_GATEWAY_URL": bank.url,
        "BANK_GATEWAY_TOKEN": TOKEN,
        "BEAT_SCHEDULE_FILE": str(tmp_path / "beat"),
        "INBOX_DIR": str(tmp_path / "inbox"),
    }
    celery = [sys.executable, "-m", "celery", "-A", "config", "worker", "-B", "-c", "1"]
    commands = (
        [*celery, "-l", "warning", "-s", str(tmp_path / "beat")],
        [sys.executable, "manage.py", "relay_outbox"],
    )
    started = [subprocess.Popen(command, cwd=ROOT, env=environment) for command in commands]
    yield
    for process in started:
        process.terminate()
    for process in started:
        process.wait(timeout=30)


class Desk:
    """One person's browser window: signed in, watched for errors, with the acts of a hand."""

    def __init__(self, browser, address, username):
        self.address = address
        self.context = browser.new_context(viewport={"width": 1366, "height": 768})
        self.page = self.context.new_page()
        self.page.set_default_timeout(30_000)  # milliseconds
        self.problems = []
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", self._refuse_foreign)
        self.open("/login/")
        self.page.fill("[name=username]", username)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        self.page.wait_for_url(f"{address}/")

    def _refuse_foreign(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.problems.append(f"foreign host: {request.url}")

    def open(self, path):
        return self.page.goto(path if path.startswith("http") else self.address + path)

    def fill(self, **values):
        for name, value in values.items():
            self.page.fill(f"main [name='{name.replace('__', '-')}']", value)

    def choose(self, **values):
        for name, value in values.items():
            self.page.select_option(f"main [name={name}]", value)

    def answer_yes(self):
        """Answer every question of the check-list on the page."""
        for box in self.page.query_selector_all("main input[type=radio][value=YES]"):
            box.check()

    def press(self, words, expect):
        """Press a button or link, confirm what is asked, and wait for the words that follow."""
        self.page.locator("main").locator("button, a").filter(has_text=words).first.click()
        self.page.wait_for_timeout(300)  # milliseconds: a dialog opens at once or not at all
        dialog = self.page.locator("dialog[open]")
        if dialog.count():
            dialog.locator(
                "button.btn-primary, button.btn-danger, button.btn-outline-danger"
            ).last.click()
        self.see(expect)

    def see(self, words):
        self.page.locator("main").get_by_text(words).first.wait_for(timeout=30_000)

    def wait_for(self, words, seconds=60):
        """Reload until the page says so: a job or the bank is at work."""
        end = time.monotonic() + seconds
        while words not in self.page.inner_text("main"):
            assert time.monotonic() < end, f"{words} never came: {self.page.inner_text('main')}"
            self.page.wait_for_timeout(700)
            with contextlib.suppress(PlaywrightError):  # the page is moving on by itself
                self.page.reload()

    def picture(self, name):
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png")

    def leave(self):
        self.context.close()
        assert self.problems == []


@pytest.fixture
def sit_down(browser, live_server):
    """`with sit_down("acc510402") as desk:` opens one person's window and closes it."""
    assert settings.DEBUG is False

    class Sitting:
        def __init__(self, username):
            self.username = username

        def __enter__(self):
            self.desk = Desk(browser, live_server.url, self.username)
            return self.desk

        def __exit__(self, kind, *_):
            if kind is not None:
                self.desk.picture(f"failed-{self.username}")
            else:
                self.desk.leave()

    return Sitting
