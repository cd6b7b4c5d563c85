"""The watcher: looks at every port when something happens, and every second whatever happens."""

import fcntl
import json
import os
import select
import socket
import syslog
import time
from pathlib import Path

from portseal_switch.config import RUN, WATCH_SOCKET
from portseal_switch.follower import Follower
from portseal_switch.kernel import carrier_downs, forwarding_entries
from portseal_switch.macsec import links_of
from portseal_switch.stations import NEVER, session_of


class Watcher:
    """Keeps what is true of every port up to date, and tells it to commands."""

    def __init__(self):
        self.follower = Follower()

    def state(self):
        """What is known, for `links` and `sessions`."""
        static = {(index, mac) for index, mac, kind in self.follower.entries if kind == "static"}
        ports = {}
        for name, port in self.follower.ports.items():
            link = self.follower.links.get(name)
            ports[name] = {
                "authenticator": "none" if not port.settings["hostapd"] else "running" if port.control else "stopped",
                "mode": port.settings["mode"],
                "sessions": [
                    session_of(port, s, (link["index"], s.mac) in static) for s in port.stations.values() if link
                ],
            }
        return ports

    def look(self, now):
        """One round over every port."""
        secured = [name for name, port in self.follower.ports.items() if port.settings["macsec"] != "off"]
        self.follower.links, self.follower.entries = links_of(secured), forwarding_entries()
        self.follower.take_answers(now)
        for port in list(self.follower.ports.values()):
            try:
                self.follower.follow(port, now)
            except OSError as error:
                syslog.syslog(syslog.LOG_ERR, f"{port.settings['port']}: {error}")

    def run(self):
        """Until terminated: look at once when something happens, and every second whatever happens."""
        kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
        kernel.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        kernel.bind((0, 0x1 | 0x4))  # links and neighbours
        kernel.setblocking(False)
        Path(WATCH_SOCKET).unlink(missing_ok=True)
        server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        server.bind(WATCH_SOCKET)
        os.chmod(WATCH_SOCKET, 0o600)
        server.listen(16)
        self.follower.reload()
        while True:
            self.look(time.monotonic())
            self.rest(
                [
                    kernel,
                    server,
                    self.follower.wake_read,
                    *(p.events.sock for p in self.follower.ports.values() if p.events),
                ],
                kernel,
                server,
            )

    def rest(self, sources, kernel, server):
        """Until there is reason to look again. Carriers are polled: the kernel may tell of a lost one a second late."""
        end = time.monotonic() + self.pause()
        while not (ready := select.select(sources, [], [], min(0.1, max(0.0, end - time.monotonic())))[0]):
            if time.monotonic() >= end or any(
                carrier_downs(name) != port.downs for name, port in self.follower.ports.items()
            ):
                return
        if kernel in ready:
            try:
                while kernel.recv(1 << 16):
                    pass
            except OSError:
                pass  # empty, or more than it could hold: we look at everything anyway
        if self.follower.wake_read in ready:
            os.read(self.follower.wake_read, 4096)
        if server in ready:
            self.serve(server)

    def pause(self):
        """Seconds until something is due; at most one."""
        due = [s.due for p in self.follower.ports.values() for s in p.stations.values()]
        return min(1.0, max(0.05, min(due, default=NEVER) - time.monotonic()))

    def serve(self, server):
        """One question from a command."""
        client, _ = server.accept()
        with client:
            client.settimeout(2)
            try:
                if client.recv(64).strip() == b"reload":
                    self.follower.reload()
                self.look(time.monotonic())
                client.sendall(json.dumps(self.state()).encode())
            except OSError as error:
                syslog.syslog(syslog.LOG_ERR, f"watch: {error}")


def watch():
    """Run the watcher; where one runs already, be ready to take its place."""
    held = open(RUN / "watch.lock", "w")
    fcntl.flock(held, fcntl.LOCK_EX)
    syslog.openlog("portseal-switch", syslog.LOG_PID, syslog.LOG_DAEMON)
    Watcher().run()
