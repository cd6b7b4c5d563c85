"""Round trips, characters and logins of plan, apply and verify, as the switch counts them, the login's own apart.

The switches are in this process, because nothing here is timed.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import NamedTuple

from bench.sites import LOGIN_PASSWORD, LOGIN_USER, write_site
from bench.table import Table
from bench.verbs import run_verb

_APART = 0.05
"""Seconds of added round-trip time."""
_QUICK = "poll_seconds = 0.2\ncounter_pause_seconds = 0.2"


class Trips(NamedTuple):
    """What one verb took of one switch."""

    verb: str
    ports: int
    login: int
    """Round trips until the session stood at its prompt; a race at no delay can make it one more."""
    round_trips: int
    """From then on."""
    typed: int
    """Characters sent to the switch from then on."""
    printed: int
    logins: int


def trips(*, ports: int) -> list[Trips]:
    """Each verb on one switch of so many ports: plan, apply of all of them, verify, and a plan that has nothing to do.

    More than a switch's usual ports are typed in several packets. Then the switch is at a distance, so that packets that follow each other
    are told from those that follow an answer, however quick it is.
    """
    from portseal.cli.sim import LOGIN, write_copy
    from portseal.simulator.campus import demo_secrets, site_specs
    from portseal.simulator.farm import Farm
    from portseal.site import open_site

    with tempfile.TemporaryDirectory() as folder:
        origin, copy = Path(folder) / "origin", Path(folder) / "site"
        write_site(origin, switches=1, ports=ports, settings=_QUICK)
        opened = open_site(origin)
        secrets = dict.fromkeys(demo_secrets(opened.site), "5" * 24)
        specs = site_specs(opened.site, secrets, settle=0.0)
        delay = _APART if ports > 48 else 0.0
        with Farm(specs, username=LOGIN_USER, password=LOGIN_PASSWORD, delay=delay) as farm:
            write_copy(opened, copy, farm, {**secrets, LOGIN: LOGIN_PASSWORD}, LOGIN_USER)
            (switch,) = farm
            found: list[Trips] = []
            for name, verb in (("plan", "plan"), ("apply", "apply"), ("verify", "verify"), ("plan again", "plan")):
                logged_in: list[int] = []

                def standing(counted: list[int] = logged_in) -> None:
                    counted += [switch.round_trips, switch.bytes_in, switch.bytes_out]

                switch.reset()
                run_verb(copy, verb, standing=standing)
                login, typed, printed = logged_in
                found.append(
                    Trips(
                        verb=name,
                        ports=ports,
                        login=login,
                        round_trips=switch.round_trips - login,
                        typed=switch.bytes_in - typed,
                        printed=switch.bytes_out - printed,
                        logins=switch.sessions,
                    )
                )
            return found


COLUMNS = (
    ("verb", "verb", 0),
    ("ports", "ports", 0),
    ("round_trips", "round trips", 0),
    ("typed", "characters typed", 0),
    ("printed", "characters printed", 0),
    ("logins", "logins", 0),
)


def trips_table(runs: int, *, quick: bool) -> Table:
    """Each verb at 1, 48 and 480 ports; once, because counts do not vary."""
    rows = [one._asdict() for ports in ((1, 48) if quick else (1, 48, 480)) for one in trips(ports=ports)]
    counted = (
        "One IOS-XE switch; the login is not in it. Round trips are how often more was typed when the switch had dealt with all that was typed before, and had answered: "
        "the client had nothing on its way then, so that each costs one delay. Plan again: with nothing to do."
    )
    return Table("trips", "Round trips of each verb", counted, COLUMNS, rows)
