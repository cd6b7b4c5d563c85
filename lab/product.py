"""portseal itself, run as its user runs it, at the engineer's machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pyrage

from lab.campus import SECRET
from lab.net import Daemon, Keeper, LabError

PORTSEAL = Path(sys.executable).with_name("portseal")


class Judged(NamedTuple):
    """What `portseal verify` says of one camera."""

    outcome: str
    reason: str
    detail: str


class Product:
    """The command line, in the engineer's namespace, with the secrets of the engineer's environment."""

    def __init__(self, keeper: Keeper, site: Path) -> None:
        self._keeper, self._site = keeper, site
        self.secret = SECRET
        self.keys: dict[str, str] = {}
        """CAK of each camera that has one, by its name."""
        self.plan_file = keeper.work / "plan.json"
        self.identity = pyrage.x25519.Identity.generate()
        """Opens what portseal keeps for the engineer."""

    def run(self, *arguments: str, seconds: float = 120.0) -> subprocess.CompletedProcess[str]:
        """One verb on the lab's site, whatever its exit code."""
        return self._keeper.run(
            str(PORTSEAL), *arguments, where="engineer", check=False, env=self._environment(), seconds=seconds
        )

    def _environment(self) -> dict[str, str]:
        keys = {f"PORTSEAL_SECRET_CAK_{name.upper().replace('-', '_')}": cak for name, cak in self.keys.items()}
        own = {"PORTSEAL_AGE_IDENTITY": str(self.identity), "NO_COLOR": "1", "COLUMNS": "160"}
        return {"PORTSEAL_SECRET_RADIUS_LAB": self.secret, **own, **keys}

    def plan(self) -> int:
        """The exit code of `portseal plan`; the plan is in `plan_file`.

        Raises:
            LabError: no plan could be made.
        """
        done = self.run("plan", "-s", str(self._site), "-o", str(self.plan_file))
        if done.returncode not in (0, 2):
            raise LabError(f"portseal plan: exit {done.returncode}: {done.stdout}{done.stderr}")
        return done.returncode

    def apply(self, *options: str) -> subprocess.CompletedProcess[str]:
        """`portseal apply` of the plan that was made last."""
        return self.run("apply", str(self.plan_file), "-s", str(self._site), "-y", *options)

    def begin_apply(self) -> Daemon:
        """The same, not waited for."""
        return self.begin("apply", str(self.plan_file), "-s", str(self._site), "-y")

    def begin(self, *arguments: str) -> Daemon:
        """One verb, not waited for."""
        variables = [f"{name}={value}" for name, value in self._environment().items()]
        command = ["env", *variables, str(PORTSEAL), *arguments]
        return self._keeper.start(*command, where="engineer", log=self._keeper.work / f"{arguments[0]}.log")

    def verify(self, *options: str) -> dict[str, Judged]:
        """What `portseal verify` says, by camera.

        Raises:
            LabError: it said nothing that is JSON.
        """
        done = self.run("verify", "-s", str(self._site), "--format", "json", *options)
        try:
            found = json.loads(done.stdout)["verdicts"]
        except (ValueError, KeyError) as error:
            raise LabError(f"portseal verify: exit {done.returncode}: {done.stdout}{done.stderr}") from error
        return {v["camera"]: Judged(v["outcome"], v["reason"], v["detail"]) for v in found}
