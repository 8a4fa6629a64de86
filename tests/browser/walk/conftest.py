"""One city and one walker for all walks of this folder."""

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.walk.album import Album
from tests.browser.walk.ground import standing_city
from tests.browser.walk.walker import Walker


@pytest.fixture(scope="package")
def walker(tmp_path_factory, django_db_setup, django_db_blocker, browser):
    with standing_city(tmp_path_factory, django_db_blocker) as story:
        server = LiveServer("127.0.0.1")
        walker = Walker(browser, server.url, story)
        walker.album = Album()
        yield walker
        walker.leave()
        walker.album.close()
        server.stop()
