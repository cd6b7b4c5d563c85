"""One port after the other, in step with what was accepted there."""

import os
import re
import subprocess
import syslog
import threading
import time

from portseal_switch.config import APPLIED, SHUT, Refused, applied, exclusively, write_file
from portseal_switch.daemons import request_identity
from portseal_switch.kernel import carrier_downs, forget, forward, forwarding_entries
from portseal_switch.macsec import steer
from portseal_switch.radius import ask_radius
from portseal_switch.sealing import close, closed
from portseal_switch.stations import NEVER, PAE_STATES, QUIET, Port, Station


class Follower:
    """Keeps the bridge's static entries equal to what was accepted, whatever event was missed: it compares, it does not count."""

    def __init__(self):
        self.ports = {}
        self.answers = []  # of RADIUS by MAC, from its threads
        self.wake_read, self.wake_write = os.pipe()
        self.links, self.entries = {}, []

    def reload(self):
        """Take up what `apply` wrote."""
        found = applied()
        for name in self.ports.keys() - found.keys():
            self.ports.pop(name).detach()
        for name, settings in found.items():
            port = self.ports.get(name)
            if port is None:
                self.ports[name] = Port(settings)
            elif port.settings != settings:
                port.settings = settings
                now = time.monotonic()
                for station in port.stations.values():
                    # What was accepted by the old settings is asked again by the new ones.
                    station.mab, station.reason = False, None
                    station.again(now)

    # hostapd

    def read_events(self, port, now):
        """What hostapd says by itself: failures, which leave no other trace."""
        while port.events:
            try:
                event = port.events.sock.recv(4096).decode(errors="replace")
            except BlockingIOError:
                return
            except OSError:
                port.detach()
                return
            found = re.match(r"<\d>CTRL-EVENT-EAP-(FAILURE2?|TIMEOUT-FAILURE2?) ([0-9a-f:]{17})", event)
            if not found:
                continue
            station = self.seen(port, found[2], now)
            station.dot1x = False
            if found[1].startswith("TIMEOUT"):
                continue  # nobody spoke: the number of tries decides
            station.spoke = True
            station.refuse("radius-no-response" if port.server_silent else "failed", "dot1x")
            if port.settings["on_failure"] == "next-method":
                self.next_method(port, station, now)
            else:
                station.phase, station.tries, station.due = 0, 0, now + QUIET

    # stations

    def seen(self, port, mac, now):
        """A station that was not there before: begin with it, or treat it as the second one."""
        station = port.stations.get(mac)
        if station:
            station.touched = now
            return station
        station = port.stations[mac] = Station(mac, now)
        if port.holder and mac != port.holder and port.settings["host_mode"] == "single-host":
            self.violation(port, station)
        return station

    def violation(self, port, station):
        """A second station on a single-host port."""
        name, action = port.settings["port"], port.settings["violation"]
        if action == "replace":
            return
        station.refuse("second-station", "none")
        station.due = NEVER
        if action in ("restrict", "shutdown"):
            syslog.syslog(
                syslog.LOG_WARNING, f"{name}: second station {station.mac} beside {port.holder}; violation {action}"
            )
        if action == "shutdown":
            write_file(SHUT / name, f"violation {station.mac}\n".encode())
            subprocess.run(["ip", "link", "set", name, "down"], check=False)

    def advance(self, port, station, now):
        """The next try for a station that is not accepted."""
        if station.due > now or station.asking or station.accepted:
            return
        method = port.settings["methods"][station.phase]
        if method == "mab":
            self.ask_by_mac(port, station)
        elif station.spoke and station.pae == "AUTHENTICATING":
            station.due = now + port.settings["tx_period"]  # under way: hostapd says how it ends
        elif station.leaving:
            station.due = now + 1
        elif station.tries < port.settings["requests"]:
            # A supplicant on a wire may not notice that it has to begin; hostapd does when it is told of the station.
            port.ask(f"NEW_STA {station.mac}")
            station.tries += 1
            station.due = now + port.settings["tx_period"]
        else:
            if not station.spoke:
                station.refuse("no-response", "dot1x")
            self.next_method(port, station, now)

    def next_method(self, port, station, now):
        """The method after this one, or a pause before the first."""
        last = station.phase + 1 >= len(port.settings["methods"])
        station.phase = 0 if last else station.phase + 1
        station.tries, station.due = 0, now + QUIET if last else now

    def ask_by_mac(self, port, station):
        """Ask the RADIUS servers without holding up the other ports."""
        station.asking, settings = True, port.settings

        def ask():
            answer = ask_radius(settings, station.mac)
            self.answers.append((settings, station, answer))
            os.write(self.wake_write, b"x")

        threading.Thread(target=ask, daemon=True).start()

    def take_answers(self, now):
        """What the servers said of stations by their MAC."""
        while self.answers:
            settings, station, answer = self.answers.pop(0)
            station.asking = False
            port = self.ports.get(settings["port"])
            if not port or port.settings != settings or port.stations.get(station.mac) is not station:
                continue  # the port changed, or the station went, while we asked
            station.mab = answer == "accept"
            if station.mab:
                station.reason, station.user = None, station.mac.replace(":", "")
                if not station.spoke:
                    port.ask(f"DEAUTHENTICATE {station.mac}")  # hostapd need not ask it any more
                station.phase = settings["methods"].index("mab")
                station.due = now + settings["reauthentication"] if settings["reauthentication"] else NEVER
            elif answer == "reject":
                station.refuse("rejected", "mab")
                self.next_method(port, station, now)
            else:
                station.refuse("radius-no-response", "mab")
                station.due = now + 10

    def lost(self, port):
        """The cable was pulled: whoever was authenticated need not be who is there next (IEEE 802.1X-2020 §8.4, portEnabled)."""
        # One by one hostapd would keep them for five seconds more, deaf to NEW_STA; all at once they are gone at once.
        port.ask("DEAUTHENTICATE ff:ff:ff:ff:ff:ff")
        port.stations, port.holder = {}, None
        # What the bridge knew of this port goes too: after a short loss the kernel keeps it, and who was there before would be
        # taken for a second station beside the next.
        index = self.links[port.settings["port"]]["index"]
        for entry_index, mac, _ in forwarding_entries():
            if entry_index == index:
                forget(index, mac)
        self.entries = forwarding_entries()

    # one port

    def follow(self, port, now):
        """Bring one port's entries in step with what was accepted."""
        name = port.settings["port"]
        link = self.links.get(name)
        port.attach(now)
        self.read_events(port, now)
        if link is None:
            port.stations, port.holder = {}, None
            return
        downs = carrier_downs(name)
        if not link["carrier"] or downs != port.downs:
            if port.downs is not None or not link["carrier"]:
                self.lost(port)
            port.downs, port.invited = downs, -NEVER
        if not link["carrier"]:
            return
        secured = port.settings["macsec"] != "off"
        if (port.settings["mode"] == "closed" or secured) and not closed(port.settings, link):
            self.close_again(port)
            return
        if secured and steer(port.settings, link) and port.settings["macsec"] == "must-secure":
            syslog.syslog(syslog.LOG_WARNING, f"{name}: MACsec would have let cleartext through; put right")
        if not port.settings["methods"]:
            return  # nobody is authenticated here: who has the CAK is in
        self.learn_from_hostapd(port, now)
        self.learn_from_bridge(port, link, now)
        self.invite(port, now)
        self.watch_server(port)
        for station in list(port.stations.values()):
            if station.mab and not station.dot1x and station.due <= now and not station.asking:
                self.ask_by_mac(port, station)  # reauthentication
            self.advance(port, station, now)
        self.admit(port, link)

    def close_again(self, port):
        """Somebody opened the port behind our back; or a change is being made right now, which closes it itself."""
        name = port.settings["port"]
        try:
            with exclusively(wait=0):
                if (APPLIED / f"{name}.json").exists():
                    syslog.syslog(syslog.LOG_WARNING, f"{name}: somebody unlocked it; locking it again")
                    close(port.settings)
        except Refused as refused:
            syslog.syslog(syslog.LOG_WARNING, str(refused))

    def invite(self, port, now):
        """Ask whoever is there to identify: a supplicant that did not notice the carrier would wait for ever."""
        if port.control and not port.stations and now - port.invited >= port.settings["tx_period"]:
            port.invited = now
            request_identity(port.settings["port"])

    def learn_from_hostapd(self, port, now):
        known = port.hostapd_stations()
        for mac, values in known.items():
            station = self.seen(port, mac, now)
            station.leaving = values.get("timeout_next") in ("REMOVE", "DEAUTH", "DISASSOC")
            station.dot1x = "[AUTHORIZED]" in values.get("flags", "")
            station.pae = PAE_STATES.get(int(values.get("dot1xAuthPaeState", "0")), "-")
            station.spoke = station.spoke or values.get("dot1xAuthEapolFramesRx", "0") != "0"
            kind = re.search(r"\((?!unknown)(.+)\)", values.get("last_eap_type_as", ""))
            station.eap = kind[1].replace(" ", "-") if kind and station.spoke else station.eap
            user = values.get("dot1xAuthSessionUserName", "N/A")
            station.user = station.user if user == "N/A" else user
            if station.dot1x:
                station.reason, station.mab = None, False
                station.again(NEVER)
        for station in port.stations.values():
            if station.mac not in known:
                if station.dot1x:
                    station.again(now)
                station.dot1x, station.pae, station.leaving = False, "-", False
            elif not station.accepted and station.due == NEVER and station.reason is None and not station.asking:
                station.again(now)

    def learn_from_bridge(self, port, link, now):
        """Stations that the bridge holds back (or, on a monitored port, has learned)."""
        here = {mac for index, mac, kind in self.entries if index == link["index"] and kind in ("locked", "learned")}
        for mac in here:
            self.seen(port, mac, now)
        for mac, station in list(port.stations.items()):
            if not station.accepted and mac not in here and station.pae == "-" and now - station.touched > 300:
                del port.stations[mac]

    def watch_server(self, port):
        """Whether the RADIUS servers answer this port's hostapd: it sends again, and nothing has come since."""
        waiting = [s for s in port.stations.values() if not s.accepted and s.spoke]
        if not waiting or not port.control:
            return
        values = {"answered": 0, "resent": 0}
        for line in port.ask("MIB").splitlines():
            name, _, value = line.partition("=")
            if re.fullmatch(r"radiusAuthClientAccess(Accepts|Rejects|Challenges)", name):
                values["answered"] += int(value)
            elif name == "radiusAuthClientAccessRetransmissions":
                values["resent"] += int(value)
        if values["answered"] != port.answered:
            port.answered, port.resent, port.server_silent = values["answered"], values["resent"], False
        elif values["resent"] > port.resent:
            port.server_silent = True
        for station in waiting:
            if port.server_silent:
                station.refuse("radius-no-response", "dot1x")
            elif station.reason == "radius-no-response" and station.failed == "dot1x":
                station.reason = None

    def admit(self, port, link):
        """Static entries for who is accepted, and for nobody else."""
        accepted = [s for s in port.stations.values() if s.accepted]
        if port.settings["host_mode"] == "single-host":
            accepted = self.single(port, link, accepted)
        wanted = {s.mac for s in accepted} if port.settings["mode"] == "closed" else set()
        present = {mac for index, mac, kind in self.entries if index == link["index"] and kind == "static"}
        for mac in present - wanted:
            forget(link["index"], mac)
        for mac in wanted - present:
            forward(link["index"], mac)
        if present != wanted:
            self.entries = forwarding_entries()

    def single(self, port, link, accepted):
        """At most one station: who came first, unless the policy lets the next one take its place."""
        macs = [s.mac for s in accepted]
        if port.holder not in macs:
            port.holder = None
        for station in accepted:
            if port.holder is None:
                port.holder = station.mac
                self.only(port, link)
            elif station.mac != port.holder:
                loser = station.mac
                if port.settings["violation"] == "replace":
                    loser, port.holder = port.holder, station.mac
                    port.stations.pop(loser, None)
                else:
                    station.dot1x = station.mab = False
                    self.violation(port, station)
                port.ask(f"DEAUTHENTICATE {loser}")
        return [s for s in accepted if s.mac == port.holder]

    def only(self, port, link):
        """Forget who was there before the holder was accepted: if they are still there, they will be seen again, as second."""
        for mac in port.stations.keys() - {port.holder}:
            del port.stations[mac]
            port.ask(f"DEAUTHENTICATE {mac}")
        for index, mac, kind in self.entries:
            if index == link["index"] and kind == "locked" and mac != port.holder:
                forget(index, mac)
