"""What is known of a port and of the stations on it."""

import subprocess
import syslog

from portseal_switch.config import APPLIED, Refused, exclusively
from portseal_switch.daemons import Control, process_of, start
from portseal_switch.macsec import insecure, secure

QUIET = 60.0
"""Seconds for which a refused station is left alone (quietPeriod of IEEE 802.1X-2020 §8.6)."""
_STATES = (
    *("INITIALIZE", "DISCONNECTED", "CONNECTING", "AUTHENTICATING", "AUTHENTICATED"),
    *("ABORTING", "HELD", "FORCE_AUTH", "FORCE_UNAUTH", "RESTART"),
)
PAE_STATES = dict(enumerate(_STATES, 1))
"""IEEE 802.1X-2004 dot1xAuthPaeState."""
NEVER = float("inf")


class Station:
    """What is known of one station on one port."""

    def __init__(self, mac, now):
        self.mac = mac
        self.touched = now
        self.dot1x = False  # hostapd has it authorized
        self.mab = False  # the server has accepted its MAC
        self.leaving = False  # hostapd is about to forget it, and takes no new beginning before
        self.asking = False  # a MAB request is under way
        self.spoke = False  # it has sent EAPOL
        self.reason = None  # why it is not authorized, once that is known
        self.failed = "none"  # the method the reason comes from
        self.pae, self.eap, self.user = "-", "-", "-"
        self.phase, self.tries, self.due = 0, 0, now

    @property
    def accepted(self):
        return self.dot1x or self.mab

    def refuse(self, reason, method):
        self.reason, self.failed = reason, method

    def again(self, now):
        """From the first method, with what was known of it forgotten."""
        self.phase, self.tries, self.due = 0, 0, now


class Port:
    """What the watcher keeps of one port."""

    def __init__(self, settings):
        self.settings = settings
        self.stations = {}
        self.events = self.control = None  # connections to hostapd
        self.pid = None  # the hostapd they are to
        self.missing_since = None
        self.invited = -NEVER  # when it was last asked who is there
        self.downs = None  # how often the carrier was lost
        self.holder = None  # the one station of a single-host port
        self.answered = self.resent = 0  # of its RADIUS client
        self.server_silent = False

    def attach(self, now):
        """Listen to the hostapd that runs now; after a restart that is another one and knows of no station."""
        name = self.settings["port"]
        if self.settings["wpa_supplicant"]:
            self.supervise("wpa_supplicant", process_of(name, "wpa_supplicant"), now)
        pid = process_of(name) if self.settings["hostapd"] else None
        if pid == self.pid and (pid is None or self.control):
            if self.settings["hostapd"]:
                self.supervise("hostapd", pid, now)
            return
        self.detach()
        if pid:
            try:
                self.events, self.control = Control(name), Control(name)
                listening = self.events.ask("ATTACH").strip() == "OK"
                self.events.sock.setblocking(False)
            except OSError:
                listening = False
            if not listening:
                self.detach()
                return
            self.pid = pid
            for station in self.stations.values():
                station.again(now)

    def detach(self):
        """No hostapd to ask, so nothing is authorized by it."""
        for control in (self.events, self.control):
            if control:
                control.close()
        self.events = self.control = self.pid = None
        self.answered = self.resent = 0
        self.server_silent = False
        for station in self.stations.values():
            station.dot1x, station.pae = False, "-"

    def supervise(self, daemon, pid, now):
        """Start a daemon that has died, unless somebody is applying a change right now."""
        if pid:
            self.missing_since = None
            return
        name = self.settings["port"]
        self.missing_since = self.missing_since or now
        if now - self.missing_since > 3:
            self.missing_since = None
            try:
                with exclusively(wait=0):
                    if (APPLIED / f"{name}.json").exists():
                        syslog.syslog(syslog.LOG_WARNING, f"{name}: {daemon} had died; starting it")
                        if self.settings["macsec"] != "off":
                            insecure(name)  # with the SAs that it left behind
                            secure(self.settings)
                        start(self.settings, daemon)
            except (Refused, OSError, subprocess.SubprocessError) as error:
                syslog.syslog(syslog.LOG_ERR, str(error))

    def ask(self, command):
        """hostapd's answer, or nothing where it is gone."""
        try:
            return self.control.ask(command) if self.control else ""
        except OSError:
            self.detach()
            return ""

    def hostapd_stations(self):
        """Every station by hostapd; nothing where it is gone."""
        try:
            return self.control.stations() if self.control else {}
        except OSError:
            self.detach()
            return {}


def session_of(port, station, forwarded):
    """One station's session as `sessions` shows it."""
    forwarded = forwarded or port.settings["mode"] == "monitor"
    if station.accepted and forwarded:
        status = "authorized"
    else:
        status = "unauthorized" if station.reason or station.accepted else "running"
    method = "dot1x" if station.dot1x else "mab" if station.mab else station.failed
    if status == "running":
        method = port.settings["methods"][station.phase]
    state = {"authorized": "success", "running": "running"}.get(status, station.reason or "no-entry")
    return [station.mac, status, method, state, station.pae, station.eap, "yes" if forwarded else "no", station.user]
