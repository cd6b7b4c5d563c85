"""`make lab`: build the network, let portseal seal it, try to get around it, and print what was seen.

Exit code 0 where everything went as expected, 2 where something did not, 1 where the lab could not be built.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.campus import Campus, built
from lab.cases import Case, Lab, cases
from lab.net import LabError, missing
from lab.product import Product
from lab.site import MAB_PORTS, Site

PORTS = 7


def main() -> int:
    """Run every case and print the table."""
    if why := missing():
        print(f"lab: {why}", file=sys.stderr)
        return 1
    begin = time.monotonic()
    results: list[Case] = []
    try:
        with built(PORTS, macs=MAB_PORTS) as campus:
            for number in set(range(1, PORTS + 1)) - set(MAB_PORTS):
                campus.authenticate(number)
            print(f"network up in {time.monotonic() - begin:.1f} s\n")
            print(f"{'case':48} {'expected':42} {'seen':42} seconds")
            for case in cases(_lab(campus)):
                results.append(case)
                print(_line(case), flush=True)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    bad = [case for case in results if not case.good]
    print(f"\n{len(results) - len(bad)} of {len(results)} as expected, {time.monotonic() - begin:.1f} s in all")
    return 2 if bad else 0


def _lab(campus: Campus) -> Lab:
    site = Site(campus)
    return Lab(campus, site, Product(campus, site))


def _line(case: Case) -> str:
    mark = "" if case.good else "  <-- NOT AS EXPECTED"
    return f"{case.name:48} {case.expected:42} {case.seen:42} {case.seconds:7.1f}{mark}"


if __name__ == "__main__":
    sys.exit(main())
