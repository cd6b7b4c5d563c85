"""The daemon of one port, hostapd or wpa_supplicant: started, stopped, asked."""

import os
import re
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

from portseal_switch.config import HOSTAPD, MKA, Refused, write_file

FOLDERS = {"hostapd": HOSTAPD, "wpa_supplicant": MKA}
PLACES = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class Control:
    """A connection to one port's daemon."""

    made = 0

    def __init__(self, port, folder=HOSTAPD):
        Control.made += 1
        self.path = str(folder / f".client-{os.getpid()}-{Control.made}")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self.sock.settimeout(2)
            self.sock.bind(self.path)
            self.sock.connect(str(folder / port))
        except OSError:
            self.close()
            raise

    def ask(self, command):
        """The answer to one command."""
        self.sock.send(command.encode())
        while (answer := self.sock.recv(65536).decode(errors="replace")).startswith("<"):
            pass  # an event for a listener
        return answer

    def stations(self):
        """Every station hostapd knows: its MAC and the values it has."""
        found, answer = {}, self.ask("STA-FIRST")
        while (lines := answer.splitlines()) and re.fullmatch(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", lines[0]):
            found[lines[0]] = dict(line.partition("=")[::2] for line in lines[1:])
            answer = self.ask(f"STA-NEXT {lines[0]}")
        return found

    def close(self):
        self.sock.close()
        Path(self.path).unlink(missing_ok=True)


def process_of(port, daemon="hostapd"):
    """The process id of a port's daemon while it lives."""
    try:
        pid = int((FOLDERS[daemon] / f".{port}.pid").read_text())
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except (OSError, ValueError):
        return None
    return pid if name == daemon and not rest.startswith(" Z") else None  # a zombie is nobody


def speaks_macsec(daemon):
    """The path of a build of `daemon` that can keep a MACsec link, or None: Debian's hostapd cannot, its wpa_supplicant can."""
    for place in PLACES:
        path = Path(place) / daemon
        if path.exists() and b"macsec_linux" in path.read_bytes():
            return str(path)
    return None


def command_of(settings, daemon):
    """How the daemon is started."""
    port, folder = settings["port"], FOLDERS[daemon]
    common = ["-B", "-P", str(folder / f".{port}.pid"), "-f", str(folder / f".{port}.log")]
    if settings["macsec"] == "off":
        return [daemon, *common, str(folder / f".{port}.conf")]
    program = speaks_macsec(daemon)
    if not program:
        raise Refused(f"{port}: there is no {daemon} with the driver macsec_linux in {', '.join(PLACES)}")
    if daemon == "hostapd":
        return [program, *common, str(folder / f".{port}.conf")]
    return [program, *common, "-D", "macsec_linux", "-i", port, "-c", str(folder / f".{port}.conf")]


def runs(settings):
    """Whether the port's daemons are as these settings want them: running with this configuration, or not there."""
    for daemon, folder in FOLDERS.items():
        pid, file = process_of(settings["port"], daemon), folder / f".{settings['port']}.conf"
        if bool(pid) != bool(settings[daemon]):
            return False
        if pid and not (file.exists() and file.read_text() == settings[daemon]):
            return False
    return True


def start(settings, daemon):
    """A fresh daemon for this port."""
    port, folder = settings["port"], FOLDERS[daemon]
    command = command_of(settings, daemon)
    stop(port, daemon)
    write_file(folder / f".{port}.conf", settings[daemon].encode())
    log = folder / f".{port}.log"
    log.unlink(missing_ok=True)
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, check=False
    )
    if done.returncode:
        said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        clean = [line for line in said if "secret" not in line and "mka_c" not in line]
        raise Refused(f"{port}: {daemon} does not start: {clean[0] if clean else 'no message'}")


def stop(port, daemon):
    """No such daemon on this port."""
    pid = process_of(port, daemon)
    if pid:
        os.kill(pid, signal.SIGTERM)
        for _ in range(200):
            if process_of(port, daemon) != pid:
                break
            time.sleep(0.01)
        else:
            os.kill(pid, signal.SIGKILL)
    (FOLDERS[daemon] / port).unlink(missing_ok=True)
    (FOLDERS[daemon] / f".{port}.conf").unlink(missing_ok=True)


def status_of(port):
    """What wpa_supplicant says of its MKA participant, by name; nothing where it does not answer."""
    control = None
    try:
        control = Control(port, MKA)
        return dict(line.partition("=")[::2] for line in control.ask("STATUS").splitlines())
    except OSError:
        return {}
    finally:
        if control:
            control.close()


def request_identity(port):
    """EAP-Request/Identity to the PAE group address (IEEE 802.1X-2020 §11, RFC 3748 §5.1); the answer is hostapd's to hear."""
    eap = struct.pack(">BBHB", 1, os.urandom(1)[0], 5, 1)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((port, 0))
        source = sock.getsockname()[4]
        frame = bytes.fromhex("0180c2000003") + source + struct.pack(">HBBH", 0x888E, 2, 0, len(eap)) + eap
        sock.send(frame.ljust(60, b"\0"))
