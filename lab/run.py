"""`make lab`: build the networks, let portseal seal them, try to get around it, and print what was seen.

`run.py [802.1x] [pair] [macsec] [faults]`: some of the labs, or all. They run side by side, each in a process of its own, for most of their
time is waiting; what they show is printed lab by lab. Exit code 0 where everything went as expected, 2 where something did not, 1
where a lab could not be built.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lab.campus import built
from lab.cases import Case, Lab, cases
from lab.faults import fault_cases
from lab.net import LabError, missing
from lab.pair import built_pair, pair_cases
from lab.product import Product
from lab.secure_campus import built as built_secure
from lab.secure_cases import DERIVED, KEY_PORTS, SHOULD_SECURE, SecureLab, key_cases, secure_cases
from lab.secure_cases import PORTS as SECURE_PORTS
from lab.secure_site import SecureSite
from lab.site import MAB_PORTS, Site

PORTS = 7
PR_SET_PDEATHSIG = 1
"""prctl(2)."""


def main() -> int:
    """Run every case and print the table."""
    if why := missing():
        print(f"lab: {why}", file=sys.stderr)
        return 1
    begin = time.monotonic()
    results: list[Case] = []
    failed = False
    running = [_begun(part) for name in sys.argv[1:] or list(LABS) for part in LABS[name]]
    for process, said in running:
        while (told := said.get()) is not None:
            if isinstance(told, Case):
                results.append(told)
                print(_line(told), flush=True)
            elif isinstance(told, LabError):
                failed = True
                print(f"lab: {told}", file=sys.stderr)
            else:
                print(told, flush=True)
        process.join()
    good = sum(case.good for case in results)
    print(f"\n{good} of {len(results)} as expected, {time.monotonic() - begin:.1f} s in all")
    return 1 if failed else 2 if good < len(results) else 0


Told = Case | LabError | str | None
"""What a part of a lab says: a case, a line for the reader, why it could not be built; None is its end."""
Part = Callable[[], Iterator[Case | str]]


def _begun(part: Part) -> tuple[BaseProcess, Queue[Told]]:
    """A part of a lab in a process of its own, and what it says."""
    context = multiprocessing.get_context("fork")
    said: Queue[Told] = context.Queue()
    process = context.Process(target=_carried_out, args=(part, said))
    process.start()
    return process, said


def _carried_out(part: Part, said: Queue[Told]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)  # what it built goes with it
    try:
        for told in part():
            said.put(told)
    except LabError as error:
        said.put(error)
    except Exception:  # a fault of the lab's own code; whoever waits must not wait for ever
        said.put(LabError(traceback.format_exc()))
    finally:
        said.put(None)


def _dot1x() -> Iterator[Case | str]:
    begin = time.monotonic()
    with built(PORTS, macs=MAB_PORTS) as campus:
        for number in set(range(1, PORTS + 1)) - set(MAB_PORTS):
            campus.authenticate(number)
        yield _head(f"802.1X: network up in {time.monotonic() - begin:.1f} s")
        site = Site(campus)
        yield from cases(Lab(campus, site, Product(campus.keeper, site.path)))


def _macsec() -> Iterator[Case | str]:
    begin = time.monotonic()
    with built_secure(SECURE_PORTS) as campus:
        yield _head(f"MACsec: {_up(begin, campus.machine.boots)}")
        site = SecureSite(campus, DERIVED, SHOULD_SECURE)
        lab = SecureLab(campus, site, Product(campus.keeper, site.path))
        yield from secure_cases(lab)
        yield from _lost(lab)


def _keys() -> Iterator[Case | str]:
    begin = time.monotonic()
    with built_secure(KEY_PORTS) as campus:
        yield _head(f"MACsec, keys that change, on a second switch: {_up(begin, campus.machine.boots)}")
        site = SecureSite(campus, (), ())
        lab = SecureLab(campus, site, Product(campus.keeper, site.path))
        yield from key_cases(lab)
        yield from _lost(lab)


def _pair() -> Iterator[Case | str]:
    begin = time.monotonic()
    with built_pair() as pair:
        yield _head(f"two switches, one playbook: networks up in {time.monotonic() - begin:.1f} s")
        yield from pair_cases(pair)


def _faults() -> Iterator[Case | str]:
    yield _head("faults while a change is carried out: what the switch ends in, unattended")
    yield from fault_cases()


LABS: dict[str, tuple[Part, ...]] = {
    "802.1x": (_dot1x,),
    "pair": (_pair,),
    "macsec": (_macsec, _keys),
    "faults": (_faults,),
}


def _up(begin: float, boots: int) -> str:
    again = ", at the second boot" if boots > 1 else ""
    return f"kernel and network up in {time.monotonic() - begin:.1f} s{again}"


def _lost(lab: SecureLab) -> Iterator[str]:
    yield ""
    for what, lost in lab.lost.items():
        yield f"{what}: {lost}"


def _head(what: str) -> str:
    return f"\n{what}\n\n{'case':48} {'expected':42} {'seen':42} seconds"


def _line(case: Case) -> str:
    mark = "" if case.good else "  <-- NOT AS EXPECTED"
    return f"{case.name:48} {case.expected:42} {case.seen:42} {case.seconds:7.1f}{mark}"


if __name__ == "__main__":
    sys.exit(main())
