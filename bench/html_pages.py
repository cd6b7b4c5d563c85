"""How large the pages of a large site are, how long they take to be written and opened, and whether they scroll without a stutter.

`python -m bench.html_pages [--switches 500] [--ports 40] [--keep DIR]` prints it, and the same as JSON on the last line. Opening and scrolling are
measured in headless Chromium, where there is one: seconds until the page has loaded, milliseconds until a search has narrowed it, and
milliseconds of CPU that the page's main thread needs for a frame while it is scrolled through, 100 pixels a frame: a frame has 16.7.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.big_plan import big_plan
from portseal.page.report import report_page
from portseal.page.review import review_page

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "flow"))
from rig.browser import CHROMIUM, Page, chromium
from rig.samples import NOON, records

STEP = """
new Promise((done) => {
  scrollBy(0, 100);
  requestAnimationFrame(() => requestAnimationFrame(done));
})
"""
SEARCH = """
new Promise((done) => {
  const field = document.getElementById("search"), begun = performance.now();
  field.value = "cam-15000";
  field.dispatchEvent(new Event("input", {bubbles: true}));
  const look = () => (document.getElementById("found").textContent ? done(performance.now() - begun) : requestAnimationFrame(look));
  look();
})
"""


def written(name: str, make: Callable[[], str], file: Path) -> dict[str, object]:
    """Bytes, and seconds of CPU."""
    begun = time.process_time()
    text = make()
    seconds = time.process_time() - begun
    file.write_text(text, encoding="utf-8")
    print(f"{name}: {file.stat().st_size / 1e6:.2f} MB, written in {seconds:.1f} s of CPU")
    return {"page": name, "bytes": file.stat().st_size, "written_seconds": round(seconds, 2)}


def opened(browser: Page, file: Path) -> Iterator[tuple[str, float]]:
    """What a browser needs for it."""
    yield "opened_seconds", round(browser.open(file), 2)
    frames = sorted(scrolled(browser))
    yield "frames", len(frames)
    for name, at in (("longest", -1), ("99th", len(frames) * 99 // 100), ("median", len(frames) // 2)):
        yield f"frame_{name}_cpu_ms", round(frames[at], 1)
    yield "search_ms", round(browser.evaluate(SEARCH))


def scrolled(browser: Page) -> Iterator[float]:
    """Milliseconds of CPU that the page's main thread needs for each of 300 frames, from the middle of the page on."""
    browser.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    before = busy(browser)
    for _ in range(300):
        browser.evaluate(STEP)
        now = busy(browser)
        yield (now - before) / 1e6
        before = now


def busy(browser: Page) -> int:
    """Nanoseconds of CPU of the busiest main thread of a renderer of this browser."""
    found = [0]
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if browser.profile.encode() in (line := (folder / "cmdline").read_bytes()) and b"--type=renderer" in line:
                found.append(int((folder / "task" / folder.name / "schedstat").read_text().split()[0]))
    return max(found)


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--switches", type=int, default=500)
    parser.add_argument("--ports", type=int, default=40)
    parser.add_argument("--keep", type=Path, default=None, help="Leave the pages in this directory.")
    call = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = call.keep or Path(scratch)
        plan = big_plan(call.switches, call.ports, workers=2)
        looked = records(call.switches, call.ports)
        found = {
            folder / "review.html": lambda: review_page(plan, saved="plan.json"),
            folder / "report.html": lambda: report_page(looked, site="big-campus", version="0", now=NOON),
        }
        results = {file: written(file.stem, make, file) for file, make in found.items()}
        if CHROMIUM is None:
            print("no chromium: opening and scrolling were not measured")
        else:
            for file, result in results.items():
                with chromium() as browser:
                    browser.size(1400)
                    result.update(opened(browser, file))
                print(f"{file.stem}: " + ", ".join(f"{key} {result[key]}" for key in list(result)[3:]))
        print(json.dumps({"benchmark": "page", "results": list(results.values())}))


if __name__ == "__main__":
    main()
