"""Pages in a real browser: what people do with them, with scripts and without, by day, by night and on paper."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from bench.big_plan import big_plan
from rig.browser import CHROMIUM, Page, chromium
from rig.samples import NOON, records

from portseal.page.report import report_page
from portseal.page.review import review_page

pytestmark = pytest.mark.xdist_group("browser")
EVIL = "<script>alert(1)</script>"

CONTRAST = """
(() => {
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return n.length < 4 ? [...n, 1] : n; };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (c) => { const [r, g, b] = c.map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const bad = [];
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    const marked = getComputedStyle(element, "::after").content.length > 2 && element.matches(".p");
    if ((!own && !marked) || !element.checkVisibility({ contentVisibilityAuto: false }) || element.closest("script, style, option")) continue;
    const style = getComputedStyle(element), back = ground(element);
    const front = over(parse(element.namespaceURI.endsWith("svg") ? style.fill : style.color), back);
    const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < 4.5) bad.push(`${element.tagName}.${element.className.baseVal ?? element.className}: ${ratio.toFixed(2)} ${element.textContent.slice(0, 30)}`);
  }
  return [...new Set(bad)].slice(0, 20);
})()
"""


class Pages(NamedTuple):
    browser: Page
    report: Path
    review: Path


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    """A browser, a report on six switches and the review of a plan of twenty-six, one of each oddity."""
    if CHROMIUM is None:
        assert not os.environ.get("PORTSEAL_BROWSER"), "PORTSEAL_BROWSER is set, and there is no chromium"
        pytest.skip("needs chromium (Debian: apt-get install chromium)")
    folder = tmp_path_factory.mktemp("pages")
    report, review = folder / "report.html", folder / "review.html"
    looked = records(6, 24, names={30: EVIL, 31: "</script><b>cam"})
    report.write_text(report_page(looked, site="campus", version="0.1", now=NOON), encoding="utf-8")
    review.write_text(review_page(big_plan(26, 10), saved="plan.json"), encoding="utf-8")
    with chromium() as browser:
        browser.size(1400)
        yield Pages(browser, report, review)


@pytest.fixture
def report(pages: Pages) -> Page:
    pages.browser.media()
    pages.browser.open(pages.report)
    return pages.browser


@pytest.fixture
def review(pages: Pages) -> Page:
    pages.browser.media()
    pages.browser.open(pages.review)
    return pages.browser


def panel(page: Page) -> str:
    return str(page.evaluate("document.getElementById('panel').innerText"))


def search(page: Page, text: str) -> None:
    page.evaluate("document.getElementById('search').focus(), document.getElementById('search').value = ''")
    page.press(*text)
    page.evaluate("new Promise((done) => setTimeout(done, 200))")


def seen(page: Page) -> list[str]:
    """Names of the switches that are shown."""
    script = "[...document.querySelectorAll('section.switch:not([hidden]) h3')].map((e) => e.firstChild.data.trim())"
    return list(page.evaluate(script))


def test_a_page_opens_without_a_complaint_and_asks_for_nothing(pages: Pages) -> None:
    for file in (pages.report, pages.review):
        pages.browser.open(file, "#s1")
        assert pages.browser.complaints == []
        assert [url.partition("#")[0] for url in pages.browser.requests if url != "about:blank"] == [file.as_uri()]
        assert pages.browser.evaluate("performance.getEntriesByType('resource').length") == 0


def test_its_policy_lets_nothing_else_in(report: Page) -> None:
    report.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.harm = 1'}))")
    report.evaluate("document.body.append(Object.assign(new Image(), {src: 'http://192.0.2.1/x.png'}))")
    report.evaluate("fetch('http://192.0.2.1/').catch(() => 0)")
    assert report.evaluate("window.harm === undefined")
    assert len([each for each in report.complaints if "Content Security Policy" in each]) >= 3


def test_a_port_that_has_the_focus_is_told_whole(report: Page) -> None:
    report.evaluate("document.querySelector('button.p.no').focus()")
    told = panel(report)
    for part in (
        "acc-001 GigabitEthernet1/0/1",
        "wrong-camera",
        "MAC address",
        "Session",
        "MKA",
        "secured, 1 live peer",
        "What to do",
    ):
        assert part in told
    assert report.evaluate("document.activeElement.getAttribute('aria-describedby')") == "panel-body"


def test_arrows_go_from_port_to_port_and_tab_from_switch_to_switch(report: Page) -> None:
    report.evaluate("document.querySelector('#s0 button.p').focus()")
    here = "document.activeElement.id"
    assert report.evaluate(here) == "p0-0"
    for key, expected in (
        ("ArrowDown", "p0-1"),
        ("ArrowRight", "p0-3"),
        ("ArrowUp", "p0-2"),
        ("End", "p0-23"),
        ("Home", "p0-0"),
    ):
        report.press(key)
        assert report.evaluate(here) == expected
    report.press("ArrowRight", "Tab")
    assert report.evaluate(here) == "p1-0"
    report.press("Enter")
    assert report.evaluate(here) == "panel-body"
    report.press("Escape")
    assert report.evaluate(here) == "p1-0"


def test_a_search_finds_a_camera_a_mac_address_a_port_and_a_switch(report: Page) -> None:
    report.press("/")
    assert report.evaluate("document.activeElement.id") == "search"
    for text, switches in (
        ("cam-00050", ["acc-003"]),
        ("ac:cc:8e:00:00:32", ["acc-003"]),
        ("acc-005", ["acc-005"]),
        ("acc-002 1/0/7", ["acc-002"]),
    ):
        search(report, text)
        assert seen(report) == switches
    assert report.evaluate("document.getElementById('found').innerText") == "1 port on 1 switch found."
    report.evaluate("document.querySelector('#hits a').click()")
    assert "acc-002 GigabitEthernet1/0/7" in panel(report)
    search(report, "nothing like it")
    assert seen(report) == []
    report.press("Escape")
    assert len(seen(report)) == 6


def test_filters_narrow_by_outcome_and_reason(report: Page) -> None:
    choose = "(([label, start]) => { const s = [...document.querySelectorAll('#tools select')].find((e) => e.parentElement.innerText.startsWith(label)); s.value = [...s.options].find((o) => o.text.startsWith(start)).value; s.dispatchEvent(new Event('change', {bubbles: true})); })"
    report.evaluate(f"{choose}(['Outcome', 'fail'])")
    failing = report.evaluate("document.querySelectorAll('button.p.no').length")
    assert report.evaluate("document.querySelectorAll('button.p:not(.dim)').length") == failing > 1
    report.evaluate(f"{choose}(['Reason', 'wrong-camera'])")
    assert report.evaluate("document.getElementById('found').innerText").startswith("2 ports on 2 switches")
    report.evaluate("document.getElementById('clear').click()")
    report.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert report.evaluate("document.querySelectorAll('button.p.dim').length") == 0


def test_a_plan_shows_every_line_of_a_switch_before_and_after_with_its_undo(review: Page) -> None:
    review.evaluate("document.querySelector('details.lazy summary').click()")
    review.evaluate("new Promise((done) => setTimeout(done, 100))")
    told = review.evaluate("document.querySelector('details.lazy').textContent")
    for part in ("before", "after", "undone by", "+ ", "− ", "the switch as a whole"):
        assert part in told
    review.evaluate("document.querySelector('button.p.ch').focus()")
    assert "undone by" in panel(review)


def test_a_pattern_leads_to_its_ports(review: Page) -> None:
    review.evaluate("document.querySelector('#pp-P1 a.pick').click()")
    ports = int(review.evaluate("document.querySelector('#pp-P1-t').innerText.match(/: ([0-9]+)/)[1]"))
    assert review.evaluate("document.querySelectorAll('button.p:not(.dim)').length") == ports


def test_a_name_that_is_markup_is_text(report: Page) -> None:
    assert report.complaints == []
    report.evaluate("document.getElementById('p1-6').focus()")
    assert EVIL in panel(report)
    assert report.evaluate("document.querySelectorAll('main b b, #panel b, script').length") == 2


def test_without_scripts_what_matters_can_be_read_and_nothing_is_offered_that_needs_them(pages: Pages) -> None:
    pages.browser.open(pages.review, scripts=False)
    root = pages.browser.call("DOM.getDocument")["root"]["nodeId"]

    def shown(selector: str) -> bool:
        node = pages.browser.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        try:
            box = pages.browser.call("DOM.getBoxModel", nodeId=node)
        except AssertionError:  # nothing is drawn of it
            return False
        return int(box["model"]["height"]) > 0

    for there in ("#summary .tiles", "#risks details", "#sp-A .lines", "#pp-P1 .lines", "#s0 button.p"):
        assert shown(there), there
    for absent in ("#tools", "#panel", "a.pick", ".lazy"):
        assert not shown(absent), absent


@pytest.mark.parametrize("kind", ["light", "dark", "print"])
def test_text_stands_out_from_its_ground(pages: Pages, kind: str) -> None:
    """WCAG 2.2, 1.4.3 (AA): 4.5 to 1."""
    for file, port in ((pages.report, "no"), (pages.review, "ch")):
        pages.browser.media("print" if kind == "print" else "screen", dark=kind == "dark")
        pages.browser.open(file)
        pages.browser.evaluate(f"document.querySelector('button.p.{port}').focus()")
        pages.browser.evaluate(
            "[...document.querySelectorAll('details')].slice(0, 40).forEach((e) => { e.open = true; })"
        )
        assert pages.browser.evaluate(CONTRAST) == []


def test_everything_that_can_be_reached_has_a_name(pages: Pages) -> None:
    for file in (pages.report, pages.review):
        pages.browser.open(file)
        pages.browser.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        nodes = pages.browser.call("Accessibility.getFullAXTree")["nodes"]
        roles = {"button", "link", "textbox", "searchbox", "combobox", "region", "complementary", "group"}
        nameless = [
            node["role"]["value"]
            for node in nodes
            if not node.get("ignored") and node["role"]["value"] in roles and not node.get("name", {}).get("value")
        ]
        assert set(nameless) <= {"group"}, nameless  # a <details> is a group without a name of its own
        heads = pages.browser.evaluate("[...document.querySelectorAll('h1, h2, h3, h4')].map((e) => +e.tagName[1])")
        assert all(b - a <= 1 for a, b in itertools.pairwise(heads))


def test_on_paper_and_in_a_narrow_window_nothing_is_cut_off(pages: Pages) -> None:
    pages.browser.media("print")
    pages.browser.open(pages.report)
    assert pages.browser.evaluate("getComputedStyle(document.getElementById('tools')).display") == "none"
    pages.browser.media()
    pages.browser.size(400, 800)
    for file in (pages.report, pages.review):
        pages.browser.open(file)
        assert pages.browser.evaluate("document.documentElement.scrollWidth") <= 400
    pages.browser.size(1400)
