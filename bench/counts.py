"""Counts that are the same on every run, held by `counts.toml`, so that a rise is seen where seconds would say nothing.

`python -m bench.counts` prints them beside what is held, and ends with 1 where one has risen; `--update` writes the file anew.
Round trips and characters are as the simulated switch counts them; calls are those of Python functions, into C as well.
"""

from __future__ import annotations

import argparse
import platform
import sys
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from bench.data import sample
from bench.sites import write_site
from bench.trips import trips
from portseal.site import open_site

FILE = Path(__file__).with_name("counts.toml")
_CAMERAS = 1920
_PATTERNS = ("match", "search", "fullmatch", "finditer", "findall", "sub", "split")
_HEAD = """\
# What work costs in counts; `python -m bench.counts --update` writes this file. A test fails where one rises: round trips and logins
# at all, characters by more than 3 in a hundred, calls by more than 5; and where one has fallen by half, for then it holds nothing.
"""


class Rule(NamedTuple):
    """How much a count may differ from what is held."""

    rise: float
    """In hundredths of it."""
    fall: float = 50.0


EXACT, ROUGH, CALLS = Rule(0.0), Rule(3.0), Rule(5.0)


def rule(name: str) -> Rule:
    """Round trips and logins may not rise at all; counters that switches print have more or fewer digits from run to run."""
    if name.endswith(("round_trips", "logins")):
        return EXACT
    return ROUGH if name.endswith(("typed", "printed")) else CALLS


def counts() -> dict[str, int]:
    """All of them."""
    return {**_of_verbs(), **_of_data()}


def _of_verbs() -> dict[str, int]:
    found: dict[str, int] = {}
    for ports in (1, 48):
        for one in trips(ports=ports):
            verb = one.verb.replace(" ", "_")
            for what in ("round_trips", "typed", "printed", "logins"):
                found[f"{verb}.{ports}_ports.{what}"] = getattr(one, what)
    return found


def _of_data() -> dict[str, int]:
    found: dict[str, int] = {}
    with sample(switches=3, ports=48, speak=1) as given:
        first, second, third = given.site.intents
        given.plan(first, given.bare[first.switch])  # what is compiled once a process
        given.render(first)
        given.parse(first)
        found["render.48_ports.calls"] = calls(lambda: given.render(second))[0]
        found["plan.48_ports_bare.calls"] = calls(lambda: given.plan(second, given.bare[second.switch]))[0]
        found["plan.48_ports_sealed.calls"] = calls(lambda: given.plan(third, given.sealed[third.switch]))[0]
    with sample(ports=480) as many:
        (intent,) = many.site.intents
        many.parse(intent)
        found["parse.480_ports.calls"], found["parse.480_ports.patterns"] = calls(lambda: many.parse(intent))
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), switches=_CAMERAS // 48, ports=48)
        open_site(Path(folder))
        found[f"inventory.{_CAMERAS}_cameras.calls"] = calls(lambda: open_site(Path(folder)))[0]
    return found


def calls(work: Callable[[], object]) -> tuple[int, int]:
    """How many functions `work` calls in this thread, and how many of them look for a pattern in text."""
    called = patterns = 0

    def count(frame: FrameType, event: str, of: object) -> None:
        nonlocal called, patterns
        if event == "call":
            called += 1
        elif event == "c_call":
            called += 1
            patterns += (
                getattr(of, "__name__", "") in _PATTERNS and type(getattr(of, "__self__", None)).__name__ == "Pattern"
            )

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(before)
    return called, patterns


def held() -> dict[str, int]:
    """What the file has; without calls where it was written with another Python, which counts them differently."""
    written = tomllib.loads(FILE.read_text(encoding="utf-8"))
    same = written["python"] == _python()
    return {
        name: count for name, count in written["counts"].items() if same or not name.endswith((".calls", ".patterns"))
    }


def differences(found: Mapping[str, int], kept: Mapping[str, int]) -> list[str]:
    """What has risen, has fallen by half, or is held and not counted any more; each with what to do."""
    update = "`python -m bench.counts --update`"
    told = [f"{name}: held, and not counted any more; {update}" for name in kept.keys() - found.keys()]
    for name, before in kept.items():
        now, may = found.get(name, before), rule(name)
        if now > before * (1 + may.rise / 100):
            told.append(
                f"{name}: {now:,}, and {before:,} is held (+{now / before - 1:.1%}); find out why, or if it is meant: {update}"
            )
        elif now < before * (1 - may.fall / 100):
            told.append(f"{name}: {now:,}, far below the {before:,} that are held; lower them: {update}")
    return sorted(told)


def write(found: Mapping[str, int]) -> None:
    """Hold these from now on."""
    lines = [f'"{name}" = {count}\n' for name, count in found.items()]
    FILE.write_text(f'{_HEAD}python = "{_python()}"\n\n[counts]\n{"".join(lines)}', encoding="utf-8")


def _python() -> str:
    return ".".join(platform.python_version_tuple()[:2])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="hold what is counted now")
    update = parser.parse_args().update
    found = counts()
    kept = held() if FILE.is_file() else {}
    for name, count in found.items():
        print(f"{count:>12,}  {kept.get(name, 0):>12,}  {name}")
    if update:
        write(found)
        return
    told = differences(found, kept)
    print("\n".join(told), file=sys.stderr)
    sys.exit(bool(told))


if __name__ == "__main__":
    main()
