"""One port's hostapd: started, stopped, asked."""

import os
import re
import signal
import socket
import struct
import subprocess
import time
from pathlib import Path

from portseal_switch.config import HOSTAPD, Refused, write_file


class Control:
    """A connection to one port's hostapd."""

    made = 0

    def __init__(self, port):
        Control.made += 1
        self.path = str(HOSTAPD / f".client-{os.getpid()}-{Control.made}")
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self.sock.settimeout(2)
            self.sock.bind(self.path)
            self.sock.connect(str(HOSTAPD / port))
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


def process_of(port):
    """The process id of a port's hostapd while it lives."""
    try:
        pid = int((HOSTAPD / f".{port}.pid").read_text())
        name, _, rest = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(")")
    except (OSError, ValueError):
        return None
    return pid if name == "hostapd" and not rest.startswith(" Z") else None  # a zombie is nobody


def start_hostapd(settings):
    """A fresh hostapd for this port."""
    port = settings["port"]
    stop_hostapd(port)
    file = HOSTAPD / f".{port}.conf"
    write_file(file, settings["hostapd"].encode())
    log = HOSTAPD / f".{port}.log"
    log.unlink(missing_ok=True)
    command = ["hostapd", "-B", "-P", str(HOSTAPD / f".{port}.pid"), "-f", str(log), str(file)]
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=20, check=False
    )
    if done.returncode:
        said = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        clean = [line for line in said if "secret" not in line]
        raise Refused(f"{port}: hostapd does not start: {clean[0] if clean else 'no message'}")


def stop_hostapd(port):
    """No hostapd on this port."""
    pid = process_of(port)
    if pid:
        os.kill(pid, signal.SIGTERM)
        for _ in range(200):
            if process_of(port) != pid:
                break
            time.sleep(0.01)
        else:
            os.kill(pid, signal.SIGKILL)
    (HOSTAPD / port).unlink(missing_ok=True)


def request_identity(port):
    """EAP-Request/Identity to the PAE group address (IEEE 802.1X-2020 §11, RFC 3748 §5.1); the answer is hostapd's to hear."""
    eap = struct.pack(">BBHB", 1, os.urandom(1)[0], 5, 1)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
        sock.bind((port, 0))
        source = sock.getsockname()[4]
        frame = bytes.fromhex("0180c2000003") + source + struct.pack(">HBBH", 0x888E, 2, 0, len(eap)) + eap
        sock.send(frame.ljust(60, b"\0"))
