"""Simulated switches in a process of their own, so that what the client costs is the client's alone.

::

    with Switches(origin, delay=0.05, copy=target) as switches:
        ...                             # work on the site `target`, or log in to switches.ports["acc-0"]
        switches.counts()["acc-0"]      # round trips, characters, logins, as the switch counts them

`python -m bench.switches ORIGIN DELAY COPY` is that process; it takes one word a line and answers with one line of JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from bench.sites import LOGIN_PASSWORD, LOGIN_USER

ROOT = Path(__file__).parents[1]


class Count(NamedTuple):
    """What one switch has counted since the last reset."""

    round_trips: int
    """How often more was typed after something had been answered; the handshake is not in it."""
    bytes_in: int
    bytes_out: int
    logins: int


class Switches:
    """The switches of a site; a context manager that starts and ends them."""

    def __init__(self, origin: Path, *, copy: Path, delay: float = 0.0) -> None:
        self._call = [sys.executable, "-m", "bench.switches", str(origin), str(delay), str(copy)]
        self.site = copy
        self.ports: dict[str, int] = {}
        self._asking = threading.Lock()

    def __enter__(self) -> Switches:
        self._process = subprocess.Popen(
            self._call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, encoding="utf-8"
        )
        self.ports = self._answer()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()  # the end of its input ends it

    @property
    def known_hosts(self) -> Path:
        """A file with the host keys of all of them."""
        return self.site / "known_hosts"

    def reset(self) -> None:
        """Begin counting anew."""
        self._ask("reset")

    def counts(self) -> dict[str, Count]:
        """What each switch has counted."""
        return {name: Count(*count) for name, count in self._ask("counts").items()}

    def cpu_seconds(self) -> float:
        """What the switches have cost so far."""
        return float(self._ask("cpu"))

    def running_config(self, switch: str) -> str:
        """What a switch runs now."""
        return str(self._ask(f"running {switch}"))

    def _ask(self, word: str) -> Any:
        assert self._process.stdin is not None
        with self._asking:
            self._process.stdin.write(word + "\n")
            self._process.stdin.flush()
            return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        if not (line := self._process.stdout.readline()):
            raise SystemExit("the simulated switches ended; what they said stands above")
        return json.loads(line)


_SSH = "ip ssh version 2\n"
"""Behind this line of the configuration stands what napalm's driver needs: a server for the file that it copies."""


def _serve(origin: Path, delay: float, copy: Path) -> None:
    from portseal.cli.sim import LOGIN, write_copy
    from portseal.simulator.campus import demo_secrets, site_specs
    from portseal.simulator.farm import Farm
    from portseal.site import open_site

    opened = open_site(origin)
    secrets = demo_secrets(opened.site)
    specs = tuple(
        spec.model_copy(update={"running_config": spec.running_config.replace(_SSH, f"{_SSH}ip scp server enable\n")})
        for spec in site_specs(opened.site, secrets)
    )
    with Farm(specs, username=LOGIN_USER, password=LOGIN_PASSWORD, delay=delay) as farm:
        write_copy(opened, copy, farm, {**secrets, LOGIN: LOGIN_PASSWORD}, LOGIN_USER)
        _say({switch.name: switch.port for switch in farm})
        for line in sys.stdin:
            word, _, rest = line.strip().partition(" ")
            if word == "reset":
                for switch in farm:
                    switch.reset()
                _say(None)
            elif word == "counts":
                _say({s.name: [s.round_trips, s.bytes_in, s.bytes_out, s.sessions] for s in farm})
            elif word == "cpu":
                _say(time.process_time())
            else:
                _say(farm[rest].running_config())


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
