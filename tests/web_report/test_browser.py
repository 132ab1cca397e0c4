"""The web report in a real browser: what a reader sees, by mouse, keyboard, phone and on paper."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, ViewportSize, expect
from typer.testing import CliRunner

from flows.cli import app
from flows.web_report.counts import PARTIES
from tests.chromium import chromium
from tests.stores import ask
from tests.web_report.made_up import HOSTILE, made_up

pytestmark = pytest.mark.slow

SCREENSHOTS = Path(__file__).resolve().parents[2] / "build" / "screenshots"  # CI keeps them
PATIENCE = 120_000  # milliseconds
DESKTOP, PHONE = ViewportSize(width=1280, height=900), ViewportSize(width=390, height=844)
PAPER = ViewportSize(width=703, height=1032)  # between the margins of A4
TEXT_BOXES = """() =>
  [...document.querySelectorAll("[data-chart=heat] svg text")].filter((text) => text.textContent).map((text) => {
    const { left, right, top, bottom } = text.getBoundingClientRect();
    const slanted = text.getAttribute("transform").includes("rotate");
    return { text: text.textContent, left, right, top, bottom, slanted };
  })
"""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store as `made_up` makes it, with its report."""
    store = made_up(tmp_path_factory.mktemp("store"))
    done = CliRunner().invoke(app, ["report", "--store", str(store)])
    assert done.exit_code == 0, done.output
    return store


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def said() -> list[str]:
    """What the browser complains of, and whatever it asks of a network."""
    return []


@pytest.fixture
def page(store: Path, browser: Browser, said: list[str]) -> Iterator[Page]:
    yield from opened(store, browser, said, viewport=DESKTOP)


@pytest.fixture
def phone(store: Path, browser: Browser, said: list[str]) -> Iterator[Page]:
    yield from opened(
        store, browser, said, viewport=PHONE, is_mobile=True, has_touch=True, device_scale_factor=2, color_scheme="dark"
    )


def opened(store: Path, browser: Browser, said: list[str], **context: Any) -> Iterator[Page]:
    with browser.new_context(**context) as made:
        page = made.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: said.append(request.url))
        page.goto((store / "report.html").as_uri())
        ready(page)
        said.remove((store / "report.html").as_uri())
        said[:] = [one for one in said if one != "data:,"]
        yield page
        assert said == []


def ready(page: Page, count: int | None = None) -> None:
    """Wait until the page has drawn so many events, or however many."""
    page.locator(
        f"body[data-ready='{count}']" if count is not None else "body[data-ready]:not([data-ready=''])"
    ).wait_for()


def control(page: Page, label: str) -> Locator:
    return page.locator("#filters label", has_text=re.compile(rf"^\s*{label}")).locator("select, input")


def figure(page: Page, name: str) -> int:
    return int((page.locator(f"[data-figure={name}]").text_content() or "").replace(",", ""))


def events(store: Path, condition: str) -> int:
    ((count,),) = ask(store / "sanctions.duckdb", f"SELECT count(*) FROM (FROM {NEWEST}) WHERE {condition}")
    return int(count)


NEWEST = (
    "(FROM bi_events ORDER BY coalesce(first_told, date_start) DESC NULLS LAST, date_start DESC NULLS LAST, event_id"
    " LIMIT 10000)"
)


def shot(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def serious(page: Page) -> list[str]:
    """What axe finds that keeps people with disabilities from reading the page."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


def test_ten_thousand_events_fit_in_five_megabytes(store: Path) -> None:
    assert 9_000 < events(store, "true") <= 10_000
    assert (store / "report.html").stat().st_size < 5_000_000


def test_the_figures_are_those_of_the_published_file(store: Path, page: Page) -> None:
    assert figure(page, "events") == events(store, "true")
    assert figure(page, "done") == events(store, "status = 'enacted'")
    assert figure(page, "spoken") == events(store, "status IN ('planned', 'considered', 'threatened', 'demanded')")
    done = events(store, "status = 'enacted'") / events(store, "true")
    expect(page.locator("[data-share=done]")).to_have_text(f" · {done:.0%}")
    for name in page.locator("[data-chart]").all():
        assert name.locator("svg .mark-rect path, svg .mark-rule line, svg .mark-symbol path").count() > 0
    shot(page, "light")
    page.emulate_media(color_scheme="dark")
    shot(page, "dark")


def test_every_filter_acts_on_all_of_the_page(store: Path, page: Page) -> None:
    bars = page.locator("[data-chart=actions] svg").inner_html()
    control(page, "What happened").select_option("Lifted")
    lifted = events(store, "action = 'lift'")
    ready(page, lifted)
    assert figure(page, "events") == lifted < events(store, "true")
    assert page.locator("[data-chart=actions] svg").inner_html() != bars
    assert set(page.locator("#newest li .chip:first-child").all_text_contents()) == {"Lifted"}
    control(page, "How real").select_option("Threatened")
    threatened = "action = 'lift' AND status = 'threatened'"
    ready(page, events(store, threatened))
    control(page, "From").fill("2020-01-01")
    control(page, "To").fill("2021-12-31")
    dated = f"{threatened} AND date_start BETWEEN '2020-01-01' AND '2021-12-31'"
    ready(page, events(store, dated))
    control(page, "Kind of restriction").select_option("Trade restriction")
    ready(page, events(store, f"{dated} AND measures LIKE '%trade%'"))
    page.get_by_role("button", name="Show all").click()
    ready(page, events(store, "true"))


def test_a_case_counts_the_events_that_fit(store: Path, page: Page) -> None:
    every = cases(page)
    assert every == told_of_cases(store, "true")
    control(page, "How real").select_option("Threatened")
    ready(page, events(store, "status = 'threatened'"))
    assert cases(page) == told_of_cases(store, "status = 'threatened'") != every


def cases(page: Page) -> list[int]:
    """The numbers of events in the table of cases."""
    cells = page.locator("[data-chart=episodes] tbody td.number").all_text_contents()
    return [int(cell.replace(",", "")) for cell in cells]


def told_of_cases(store: Path, condition: str) -> list[int]:
    """How many of the events that fit each case has, the most first, as many as the table shows."""
    query = f"""
        SELECT count(DISTINCT event_id)::INTEGER FROM fct_episode_steps
        SEMI JOIN (FROM {NEWEST} WHERE {condition}) USING (event_id)
        SEMI JOIN (FROM bi_episodes WHERE sender IS NOT NULL AND target IS NOT NULL) USING (episode_id)
        GROUP BY episode_id ORDER BY 1 DESC LIMIT 100
    """
    return [count for (count,) in ask(store / "sanctions.duckdb", query)]


def test_a_country_is_found_as_sender_and_as_target(store: Path, page: Page) -> None:
    ((country,),) = ask(
        store / "sanctions.duckdb",
        f"SELECT case_target FROM {NEWEST} WHERE case_target IS NOT NULL"
        f" AND case_target IN (SELECT sender FROM {NEWEST}) GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT 1",
    )
    control(page, "Country or organisation").select_option(country)
    ready(page, events(store, f"sender = '{country}' OR case_target = '{country}'"))
    shot(page, "one-country")


def test_time_runs_by_years_or_by_months_and_old_acts_stand_together(page: Page) -> None:
    assert periods(page) == ["before 2013", *map(str, range(2013, 2027))]
    control(page, "From").fill("2020-11-01")
    control(page, "To").fill("2021-02-28")
    page.wait_for_function("() => document.querySelector('[data-chart=actions] td').textContent === 'Feb 2021'")
    assert periods(page) == ["Nov 2020", "Dec 2020", "2021, no month", "Jan 2021", "Feb 2021"]
    shot(page, "months")


def periods(page: Page) -> list[str]:
    """The periods of the timeline's table, the earliest first."""
    cells = page.locator("[data-chart=actions] tbody td:first-child").all_text_contents()
    return list(dict.fromkeys(reversed(cells)))


def test_a_date_is_told_as_exactly_as_it_is_known(page: Page) -> None:
    control(page, "To").fill("1979-12-31")
    ready(page, 2)
    expect(page.locator("#newest li p").first).to_contain_text("May 1979")
    expect(page.locator("#newest li p").first).not_to_contain_text("1 May 1979")


def test_what_a_sentence_says_of_several_parties_is_one_item(page: Page) -> None:
    control(page, "To").fill("1979-12-31")
    ready(page, 2)
    expect(page.locator("#newest li h3")).to_have_text(re.compile("^Suriname → (Chad, Mongolia|Mongolia, Chad)$"))


def test_numbers_are_written_in_full(page: Page) -> None:
    for chart in ("actions", "statuses", "measures"):
        labels = page.locator(f"[data-chart={chart}] .role-axis-label text").all_text_contents()
        assert len([label for label in labels if re.fullmatch(r"[\d,]+", label)]) > 3
        assert not [label for label in labels if "e+" in label]


def test_charts_follow_the_width_of_the_window(page: Page) -> None:
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)
        page.wait_for_function(
            "() => [...document.querySelectorAll('.plot')].every(plot =>"
            " Number(plot.querySelector('svg').getAttribute('width')) === plot.clientWidth)"
        )


def test_where_nothing_fits_the_page_says_so(page: Page) -> None:
    control(page, "From").fill("2090-01-01")
    ready(page, 0)
    expect(page.get_by_text("No event fits these filters")).to_be_visible()
    expect(page.locator("#charts")).to_be_hidden()
    shot(page, "nothing-fits")


def test_the_page_works_by_keyboard(store: Path, page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_text("Skip to the figures")).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(control(page, "How real")).to_be_focused()
    page.keyboard.type("Done")
    ready(page, events(store, "status = 'enacted'"))
    table = page.locator("[data-chart=heat] details")
    table.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(table.locator("tbody tr").first).to_be_visible()
    page.locator("#more").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#newest li")).to_have_count(50)


def test_what_a_document_says_is_shown_and_never_run(page: Page) -> None:
    newest = page.locator("#newest li").first
    expect(newest.locator("h3")).to_have_text(f"{HOSTILE} → not named")
    expect(newest.locator("blockquote")).to_have_text(f"{HOSTILE} imposed it.")
    expect(newest.locator("mark")).to_have_text("imposed")
    assert newest.locator("a, img, script").count() == 0
    assert page.evaluate("() => window.hacked") is None
    second = page.locator("#newest li").nth(1).locator("a")
    assert (second.get_attribute("href") or "").startswith("https://news.example/")
    assert second.get_attribute("rel") == "noopener noreferrer"


def test_nothing_keeps_people_with_disabilities_out(page: Page) -> None:
    for summary in page.locator("summary").all():
        summary.click()
    assert serious(page) == []
    page.emulate_media(color_scheme="dark")
    assert serious(page) == []


def test_each_chart_has_a_name_that_is_read_aloud(page: Page) -> None:
    charts = page.locator("[data-chart]").all()
    assert charts
    for chart in charts:
        title = chart.locator("h2").text_content() or ""
        expect(chart.locator("[role=graphics-document]")).to_have_attribute("aria-label", title)


def test_the_page_fits_a_phone_in_dark_mode(phone: Page) -> None:
    assert phone.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    assert serious(phone) == []
    shot(phone, "phone-dark")


def test_the_page_prints_light_and_without_its_controls(page: Page) -> None:
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.locator("#filters")).to_be_hidden()
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_on_paper_the_words_of_the_heat_map_are_whole_and_apart(page: Page) -> None:
    page.set_viewport_size(PAPER)
    page.emulate_media(media="print")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    boxes = page.evaluate(TEXT_BOXES)
    assert len(boxes) > 2 * PARTIES
    lead = page.locator("[data-chart=heat] > p").bounding_box()
    card = page.locator("[data-chart=heat]").bounding_box()
    assert lead and card
    for box in boxes:
        assert box["top"] >= lead["y"] + lead["height"], box
        assert card["x"] <= box["left"] < box["right"] <= card["x"] + card["width"] <= PAPER["width"], box
    level = [box for box in boxes if not box["slanted"]]
    overlaps = [(one["text"], other["text"]) for one, other in combinations(level, 2) if overlap(one, other)]
    assert overlaps == []


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        one["left"] < other["right"]
        and other["left"] < one["right"]
        and one["top"] < other["bottom"] - 1
        and other["top"] < one["bottom"] - 1
    )


def test_a_sheet_of_paper_cuts_no_word(page: Page) -> None:
    pdftotext = shutil.which("pdftotext")
    if not pdftotext and not os.environ.get("CI"):
        pytest.skip("needs pdftotext: apt-get install poppler-utils")
    assert pdftotext, "CI installs poppler-utils"
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.pdf(path=SCREENSHOTS / "print.pdf", format="A4", print_background=True)
    printed = subprocess.check_output([pdftotext, "-raw", SCREENSHOTS / "print.pdf", "-"], text=True)
    page.emulate_media(media="print")
    shown = page.evaluate("() => [...document.querySelectorAll('body *')].map(one => one.textContent).join(' ')")
    words = r"[^\W\d_]{3,}(?![^\W_]|…)"  # what a chart shortens, it says to be so
    cut = set(re.findall(words, printed)) - set(re.findall(words, shown))
    assert cut == set()
    assert printed.count("Suriname") > PARTIES
