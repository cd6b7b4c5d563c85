"""`make lab`: build the networks, let portseal seal them, try to get around it, and print what was seen.

`run.py [802.1x] [pair] [macsec]`: some of the labs, or all. Exit code 0 where everything went as expected, 2 where something did
not, 1 where a lab could not be built.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.campus import built
from lab.cases import Case, Lab, cases
from lab.net import LabError, missing
from lab.pair import built_pair, pair_cases
from lab.product import Product
from lab.secure_campus import built as built_secure
from lab.secure_cases import DERIVED, SHOULD_SECURE, SecureLab, secure_cases
from lab.secure_cases import PORTS as SECURE_PORTS
from lab.secure_site import SecureSite
from lab.site import MAB_PORTS, Site

PORTS = 7


def main() -> int:
    """Run every case and print the table."""
    if why := missing():
        print(f"lab: {why}", file=sys.stderr)
        return 1
    begin = time.monotonic()
    results: list[Case] = []
    chosen = sys.argv[1:] or list(LABS)
    try:
        for name in chosen:
            for case in LABS[name]():
                results.append(case)
                print(_line(case), flush=True)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 1
    bad = [case for case in results if not case.good]
    print(f"\n{len(results) - len(bad)} of {len(results)} as expected, {time.monotonic() - begin:.1f} s in all")
    return 2 if bad else 0


def _dot1x() -> Iterator[Case]:
    begin = time.monotonic()
    with built(PORTS, macs=MAB_PORTS) as campus:
        for number in set(range(1, PORTS + 1)) - set(MAB_PORTS):
            campus.authenticate(number)
        _head(f"802.1X: network up in {time.monotonic() - begin:.1f} s")
        site = Site(campus)
        yield from cases(Lab(campus, site, Product(campus.keeper, site.path)))


def _macsec() -> Iterator[Case]:
    begin = time.monotonic()
    with built_secure(SECURE_PORTS) as campus:
        again = ", at the second boot" if campus.machine.boots > 1 else ""
        _head(f"MACsec: kernel and network up in {time.monotonic() - begin:.1f} s{again}")
        site = SecureSite(campus, DERIVED, SHOULD_SECURE)
        lab = SecureLab(campus, site, Product(campus.keeper, site.path))
        yield from secure_cases(lab)
        print()
        for what, lost in lab.lost.items():
            print(f"{what}: {lost}")


def _pair() -> Iterator[Case]:
    begin = time.monotonic()
    with built_pair() as pair:
        _head(f"two switches, one playbook: networks up in {time.monotonic() - begin:.1f} s")
        yield from pair_cases(pair)


LABS = {"802.1x": _dot1x, "pair": _pair, "macsec": _macsec}


def _head(what: str) -> None:
    print(f"\n{what}\n\n{'case':48} {'expected':42} {'seen':42} seconds")


def _line(case: Case) -> str:
    mark = "" if case.good else "  <-- NOT AS EXPECTED"
    return f"{case.name:48} {case.expected:42} {case.seen:42} {case.seconds:7.1f}{mark}"


if __name__ == "__main__":
    sys.exit(main())
