"""The checks find what they look for: a page with one of each fault."""

import pytest

pytestmark = pytest.mark.browser

FAULTY = """
<!DOCTYPE html><html lang="zh-CN"><head><title>坏页</title><style>
  :focus { outline: 3px solid #d46b08 } button { outline: none !important } main { width: 3000px }
  #bar { position: fixed; top: 0; left: 0; width: 100%; height: 200px; background: #fff }
</style></head><body><main>
  <h1>坏页</h1><p style="color: #bbb; background: #fff">看不清</p>
  <p><a href="#x" id="under">被遮住</a></p><div id="bar"></div>
  <p style="margin-top: 250px"><a href="#y" tabindex="-1">够不着</a></p>
  <button>看不出</button><input name="unnamed">
</main></body></html>
"""


@pytest.fixture
def faulty(walker):
    window = walker.window("")
    answer = {"body": FAULTY, "content_type": "text/html; charset=utf-8"}
    window.page.route("**/faulty/", lambda route: route.fulfill(**answer))
    window.open("/faulty/")
    return window


def test_axe_finds_faint_text_and_a_field_without_a_name(faulty):
    found = " ".join(faulty.violations())
    assert "color-contrast" in found
    assert "serious" in found
    assert "critical label" in found


def test_the_keyboard_checks_find_what_is_out_of_reach_unmarked_or_covered(faulty):
    faulty.tab_through()
    assert faulty.ask("unreached") == ["a 够不着"]
    assert faulty.ask("unringed") == ["button[submit] 看不出"]
    assert "a 被遮住" in faulty.ask("covered")


def test_the_size_check_finds_a_page_that_is_too_wide(faulty):
    assert any(wide.startswith("HTML is 30") for wide in faulty.ask("wide"))


def test_the_labels_of_a_page_leave_out_figures(faulty):
    assert faulty.ask("labels") == ["坏页", "看不出"]
