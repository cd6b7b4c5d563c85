"""A playbook in Python: portseal's Nornir tasks as a library, with Nornir's own filters and your own idea of a report.

Judges the camera ports of the switches in one Nornir group and writes those that do not pass as CSV, worst recorder first::

    .venv/bin/python playbooks/failing_ports.py inventory/example-campus --group access > failing.csv

Exit code 0: all pass; 2: some do not, or a switch could not be read. It writes to no switch.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

from nornir.core.filter import F

from portseal.core.errors import PortsealError
from portseal.core.verdict import Outcome, Verdict
from portseal.estate import Estate, message, open_estate
from portseal.preflight import preflight_switch
from portseal.verify import verify_switch


def main() -> int:
    """Read, judge, write."""
    call = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    call.add_argument("site", type=Path)
    call.add_argument("--group", help="Only switches of this Nornir group.")
    asked = call.parse_args()
    try:
        estate = open_estate(asked.site)
    except PortsealError as error:
        print(error, file=sys.stderr)
        return 1
    switches = estate.nornir.filter(F(groups__contains=asked.group)) if asked.group else estate.nornir
    try:
        judged = switches.run(task=verify_switch, estate=estate, on_failed=True)
        looked = switches.run(task=preflight_switch, estate=estate, on_failed=True)
    finally:
        estate.close()
    found: list[Verdict] = []
    for switch, result in judged.items():
        if result[0].failed:
            error = result[0].exception
            print(f"{switch}: {message(error, estate) if error else 'nothing came of it'}", file=sys.stderr)
        else:
            found += [look.verdict for look in result[0].result if look.verdict.outcome is not Outcome.PASS]
    for result in looked.values():
        for finding in () if result[0].failed else result[0].result:
            print(f"{finding.switch} {finding.scope} {finding.code}: {finding.message}", file=sys.stderr)
    write(found, estate)
    return 2 if found or any(result[0].failed for result in judged.values()) else 0


def write(found: list[Verdict], estate: Estate) -> None:
    """The ports that do not pass, those of the recorder with the most of them first."""
    recorder = {camera.name: camera.recorder or "" for camera in estate.site.site.cameras}
    worst = Counter(recorder.get(verdict.camera, "") for verdict in found)
    rows = csv.writer(sys.stdout)
    rows.writerow(["recorder", "switch", "port", "camera", "reason", "hint"])
    for verdict in sorted(found, key=lambda v: (-worst[recorder.get(v.camera, "")], v.switch, v.port)):
        rows.writerow(
            [
                recorder.get(verdict.camera, ""),
                verdict.switch,
                verdict.port,
                verdict.camera,
                verdict.reason,
                verdict.hint,
            ]
        )


if __name__ == "__main__":
    sys.exit(main())
