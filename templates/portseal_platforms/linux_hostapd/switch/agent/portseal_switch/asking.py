"""Asks the watcher, and starts it where none runs: without its code, because every command starts anew and pays for what it loads."""

import json
import os
import socket
import subprocess
import sys
import time

from portseal_switch.config import WATCH_SOCKET, Refused


def ask_watcher(question):
    """The watcher's answer, or None where none runs."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
            sock.settimeout(10)
            sock.connect(WATCH_SOCKET)
            sock.sendall(question.encode() + b"\n")
            answer = b""
            while part := sock.recv(65536):
                answer += part
        return json.loads(answer)
    except (OSError, ValueError):
        return None


def need_watcher():
    """A watcher that has taken up what was applied."""
    if ask_watcher("reload") is not None:
        return
    detached("watch")
    for _ in range(100):
        if ask_watcher("reload") is not None:
            return
        time.sleep(0.05)
    raise Refused("the watcher does not start")


def detached(*arguments):
    """This program again, in a session of its own: it outlives the SSH session that began it."""
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    subprocess.Popen(
        [sys.executable, "-IS", os.path.abspath(sys.argv[0]), *arguments], start_new_session=True, cwd="/", **quiet
    )
