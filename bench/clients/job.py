"""A job in, its cost out. Needs nothing but the standard library, because it runs in the environment of the measured as well."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from bench.measure import measured


class Job(NamedTuple):
    """One switch and what to do there."""

    port: int
    known_hosts: str
    what: str = "push"
    """`push` the lines, `read` what the commands show, or `connect` only."""
    lines: tuple[str, ...] = ()
    """Of configuration mode, without what enters and leaves it."""
    commands: tuple[str, ...] = ()
    host: str = "127.0.0.1"
    user: str = "admin"
    password: str = "bench-password"
    switch: str = "acc-0"
    """Its host name."""


class Work(NamedTuple):
    """What a client does once it is logged in; both give what the switch printed."""

    push: Callable[[tuple[str, ...]], str]
    read: Callable[[tuple[str, ...]], str]


def run(client: Callable[[Job], AbstractContextManager[Work]]) -> None:
    """Do the job that stands on the standard input."""
    told: dict[str, Any] = json.load(sys.stdin)
    job = Job(**{**told, "lines": tuple(told.get("lines", ())), "commands": tuple(told.get("commands", ()))})
    printed = ""
    with measured() as whole:
        with measured() as login:
            opened = client(job)
            work = opened.__enter__()
        with measured() as doing:
            if job.what == "push":
                printed = work.push(job.lines)
            elif job.what == "read":
                printed = work.read(job.commands)
        opened.__exit__(None, None, None)
    if "% Invalid" in printed or "% Incomplete" in printed:
        raise SystemExit(f"the switch refused something: {printed[-500:]}")
    answer = {
        "login_seconds": login.seconds,
        "work_seconds": doing.seconds,
        "seconds": login.seconds + doing.seconds,
        "cpu_seconds": whole.cpu_seconds,
        "peak_mb": whole.peak_mb,
        "printed": len(printed),
    }
    print(json.dumps(answer))
