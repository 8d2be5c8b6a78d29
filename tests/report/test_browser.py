"""The report in a real browser, headless and offline: it draws, its controls work, it asks for nothing, names are text.

Skipped where there is no Chromium on this machine.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rfopt.mobility.timeline import Replay
from rfopt.prediction import predict_tower
from rfopt.recommendation import Recommendation
from rfopt.report import building_html, report_html

from .cases import HOSTILE, emptied, of_one_technology, without_map, without_places

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

LAPTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}
PICTURES = ("#tower-view", "canvas.facade", "#map-view")


@pytest.fixture(scope="session")
def browser() -> Iterator[playwright.Browser]:
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None:
        pytest.skip("no Chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


class Sheet:
    """A report that is open, and what it tried to do."""

    def __init__(self, browser: playwright.Browser, path: Path, html: str, size: dict[str, int]) -> None:
        path.write_text(html, encoding="utf-8")
        self.page = browser.new_page(viewport=size)
        self.asked: list[str] = []
        self.said: list[str] = []
        self.page.route("**/*", self._judge)
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append(dialog.message), dialog.dismiss()))
        self.page.goto(path.as_uri())
        self.page.evaluate("document.fonts.ready")

    def _judge(self, route: playwright.Route) -> None:
        address = route.request.url
        if address.startswith("file:") and address.endswith(".html"):
            route.continue_()
        else:
            self.asked.append(address)
            route.abort()

    def pixels(self, selector: str) -> np.ndarray:
        """The picture of an element, (rows, columns, 3)."""
        shot = self.page.locator(selector).first.screenshot()
        return np.asarray(image.open(io.BytesIO(shot)).convert("RGB"))

    def colours(self, selector: str) -> int:
        """Different colours in an element's picture."""
        return len(np.unique(self.pixels(selector).reshape(-1, 3), axis=0))

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def changes(self, selector: str, act: str) -> bool:
        """True if some script's act changes the picture of an element."""
        before = self.pixels(selector)
        self.page.evaluate(act)
        after = self.pixels(selector)
        return before.shape != after.shape or bool((before != after).any())


@pytest.fixture(scope="session")
def sheets(browser, tmp_path_factory, result: Recommendation) -> Iterator[dict[str, Sheet]]:
    """The hostile report in both languages and sizes."""
    folder = tmp_path_factory.mktemp("reports")
    texts = {lang: report_html(result, lang) for lang in ("en", "zh")}
    kinds = {"en": ("en", LAPTOP), "zh": ("zh", LAPTOP), "phone": ("zh", PHONE)}
    opened = {name: Sheet(browser, folder / f"{name}.html", texts[lang], size) for name, (lang, size) in kinds.items()}
    yield opened
    for sheet in opened.values():
        sheet.page.close()


@pytest.fixture
def english_sheet(sheets: dict[str, Sheet]) -> Sheet:
    sheet = sheets["en"]
    sheet.page.evaluate("scrollTo(0, 0)")
    return sheet


def press(what: str) -> str:
    """A script that clicks a button by what it does."""
    return f"document.querySelector('[data-act={what}]').click()"


def pick(control: str, value: str) -> str:
    """A script that chooses a value of a control."""
    return (
        f"(() => {{ const all = [...document.querySelectorAll('[data-choose={control}]')];"
        f"const one = all.find((c) => c.type === 'radio' && c.value === '{value}') || all[0];"
        f"one.value = '{value}'; one.dispatchEvent(new Event('input')); }})()"
    )


@pytest.mark.parametrize("name", ["en", "zh", "phone"])
def test_nothing_is_asked_nothing_is_said_nothing_sticks_out(sheets, name):
    sheet = sheets[name]
    assert sheet.asked == []
    assert sheet.said == []
    assert sheet.overflow() == 0


@pytest.mark.parametrize("name", ["en", "phone"])
@pytest.mark.parametrize("picture", PICTURES)
def test_every_picture_is_drawn(sheets, name, picture):
    assert sheets[name].colours(picture) > 40


def test_names_make_no_element(sheets):
    page = sheets["en"].page
    tags = set(page.evaluate("[...new Set([...document.querySelectorAll('*')].map((e) => e.localName))]"))
    assert not tags & {"img", "iframe", "object", "embed", "form", "link"}
    assert page.evaluate("document.scripts.length") == 2
    assert page.evaluate(
        "[...document.querySelectorAll('*')].every((e) => [...e.attributes].every((a) => !/^on/.test(a.name)))"
    )


def test_hostile_names_are_shown_as_they_are(english_sheet):
    page = english_sheet.page
    shown = page.evaluate("document.body.innerText")
    assert HOSTILE["金凤正源街-NGH-2"] in shown
    page.evaluate(pick("mode", "server"))
    legend = page.evaluate("document.getElementById('tower-legend').innerText")
    assert any(name in legend for name in HOSTILE.values())
    page.evaluate(pick("mode", "idle"))


def test_a_script_that_is_not_the_pages_own_does_not_run(browser, tmp_path, english):
    acting = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title = 'taken'\"></main>"
    smuggled = english.replace("</main>", acting)
    assert smuggled != english
    sheet = Sheet(browser, tmp_path / "smuggled.html", smuggled, LAPTOP)
    assert sheet.page.title() != "taken"
    assert sheet.said
    sheet.page.close()


@pytest.mark.parametrize(
    "act",
    [pick("state", "before"), press("turn-left"), press("turn-right"), press("tower-in"), press("tower-out"),
     press("floor-down"), press("floor-up"), pick("mode", "rxlev_dbm"), pick("mode", "dominance_db"),
     pick("mode", "ci_bcch_db"), pick("floor", "3"), pick("rat", "LTE"), pick("rat", "GSM")],
)  # fmt: skip
def test_every_control_of_the_tower_shows(english_sheet, act):
    assert english_sheet.changes("#tower-view", act)


@pytest.mark.parametrize("act", [press("map-in"), press("map-out"), press("map-near"), press("map-all")])
def test_every_control_of_the_map_shows(english_sheet, act):
    assert english_sheet.changes("#map-view", act)


def test_the_tower_is_turned_by_mouse_and_by_keyboard(english_sheet):
    page, tower = english_sheet.page, english_sheet.page.locator("#tower-view")
    tower.scroll_into_view_if_needed()
    before, box = english_sheet.pixels("#tower-view"), tower.bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 320, steps=3)
    page.mouse.up()
    page.mouse.move(2, 2)
    turned = english_sheet.pixels("#tower-view")
    assert (turned != before).any()
    tower.press("ArrowRight")
    assert (english_sheet.pixels("#tower-view") != turned).any()


def test_a_floor_is_chosen_by_click_and_by_arrow(english_sheet):
    page, tower = english_sheet.page, english_sheet.page.locator("#tower-view")
    tower.scroll_into_view_if_needed()
    said = page.locator("#floor-said")
    before, numbers = said.inner_text(), page.locator("#readout").inner_text()
    tower.press("ArrowDown")
    lower = said.inner_text()
    assert lower != before
    box = page.locator("canvas.facade").first.bounding_box()
    page.mouse.click(box["x"] + 60, box["y"] + box["height"] - 20)
    assert said.inner_text() not in (before, lower)
    assert page.locator("#readout").inner_text() != numbers


def test_the_facade_tells_each_place_by_keyboard(english_sheet):
    page, tip = english_sheet.page, english_sheet.page.locator("#tip")
    page.locator("canvas.facade").first.focus()
    page.keyboard.press("ArrowUp")
    first = tip.inner_text()
    page.keyboard.press("ArrowRight")
    assert first != tip.inner_text() != ""
    page.keyboard.press("Escape")
    assert tip.is_hidden()


def test_every_change_of_cell_is_told_by_keyboard(english_sheet, result: Recommendation):
    page = english_sheet.page
    strip = page.locator("svg.line").first
    strip.focus()
    page.keyboard.press("ArrowRight")
    first = page.locator("#tip").inner_text()
    page.keyboard.press("ArrowRight")
    second = page.locator("#tip").inner_text()
    assert "→" in first and "→" in second and first != second
    assert page.locator("#said").inner_text()
    logged: Replay = result.evidence.logged
    assert any(name in first for name in logged.gsm_cells)


def test_a_change_of_cell_is_told_under_the_pointer(english_sheet):
    page = english_sheet.page
    mark = page.locator("svg.line .why").nth(2)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 4)
    assert "→" in page.locator("#tip").inner_text()


def test_chinese_is_drawn_from_the_font_inside(sheets):
    """Different characters look different, which boxes do not: on a machine without any Chinese font."""
    page = sheets["zh"].page
    assert page.evaluate("[...document.fonts].map((f) => f.family + f.status)") == ["rfopt hanziloaded"]
    draw = """(text) => { const c = document.createElement('canvas'); c.width = c.height = 60;
      const ink = c.getContext('2d'); ink.font = '40px "rfopt hanzi"'; ink.fillText(text, 5, 45);
      return c.toDataURL(); }"""
    assert len({page.evaluate(draw, letter) for letter in "问题措施收益"}) == 6


def test_print_leaves_the_controls_out_and_keeps_the_pictures(english_sheet):
    page = english_sheet.page
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    assert page.locator(".controls").first.is_hidden()
    assert english_sheet.colours("#tower-view") > 40
    page.emulate_media(media="screen")


CASES = {
    "healthy": lambda result, root: emptied(result, ()),
    "nothing helps": lambda result, root: emptied(result, result.diagnosis.findings),
    "no map": lambda result, root: without_map(result),
    "no places": lambda result, root: without_places(result),
    "GSM only": lambda result, root: of_one_technology(root, "GSM"),
    "LTE only": lambda result, root: of_one_technology(root, "LTE"),
}


@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_case_shows(browser, tmp_path, result, name):
    html = report_html(CASES[name](result, tmp_path), "zh")
    sheet = Sheet(browser, tmp_path / "report.html", html, PHONE)
    assert (sheet.asked, sheet.said, sheet.overflow()) == ([], [], 0)
    there = [picture for picture in PICTURES if sheet.page.locator(picture).count()]
    assert there == {"no map": ["#map-view"], "no places": []}.get(name, list(PICTURES))
    assert all(sheet.colours(picture) > 20 for picture in there)
    assert sheet.page.locator("#tower").inner_text()
    sheet.page.close()


def test_a_predicted_tower_shows(browser, tmp_path, result):
    network = result.evidence.network
    prediction = predict_tower(network, result.evidence.case.building, [1, 2, 23])
    sheet = Sheet(browser, tmp_path / "tower.html", building_html(prediction, None, "zh"), PHONE)
    assert (sheet.asked, sheet.said, sheet.overflow()) == ([], [], 0)
    assert min(sheet.colours("#tower-view"), sheet.colours("canvas.facade")) > 20
    sheet.page.close()
