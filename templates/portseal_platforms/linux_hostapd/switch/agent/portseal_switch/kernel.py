"""Bridge ports and forwarding entries, by netlink."""

import errno
import os
import socket
import struct
from pathlib import Path

AF_UNSPEC = 0
RTM_NEWLINK, RTM_SETLINK, RTM_GETLINK, RTM_NEWNEIGH, RTM_DELNEIGH, RTM_GETNEIGH = 16, 19, 18, 28, 29, 30
AF_BRIDGE = 7
IFF_UP, IFF_LOWER_UP = 0x1, 0x10000
IFLA_LINK, IFLA_LINKINFO, INFO_KIND, INFO_DATA = 5, 18, 1, 2
MACSEC_PROTECT, MACSEC_VALIDATION = 8, 13
VALIDATE_CHECK, VALIDATE_STRICT = 1, 2
IFLA_IFNAME, IFLA_MASTER, IFLA_PROTINFO, IFLA_CARRIER_DOWN_COUNT = 3, 10, 12, 48
BRPORT_LEARNING, BRPORT_FLUSH, BRPORT_LOCKED, BRPORT_MAB = 8, 24, 39, 40
NDA_LLADDR, NDA_EXT_FLAGS = 2, 15
NUD_REACHABLE, NUD_NOARP, NUD_PERMANENT = 0x02, 0x40, 0x80
NTF_MASTER, EXT_LOCKED = 0x04, 0x02
REQUEST, ACK, DUMP, CREATE, REPLACE, EXCLUSIVE, NESTED = 0x1, 0x4, 0x300, 0x400, 0x100, 0x200, 0x8000
NLMSG_ERROR, NLMSG_DONE = 2, 3


def attribute(kind, payload):
    """One netlink attribute, padded."""
    return struct.pack("HH", 4 + len(payload), kind) + payload + b"\0" * (-len(payload) % 4)


def attributes(data):
    """Netlink attributes by number."""
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("HH", data)
        if length < 4:
            break
        found[kind & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def messages(data):
    """The (type, body) of each netlink message in one datagram."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("IH", data)
        yield kind, data[16:length]
        data = data[(length + 3) & ~3 :]


def ask_kernel(kind, flags, body):
    """The answers to one netlink request; the kernel's refusal as OSError."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as sock:
        sock.settimeout(5)
        sock.send(struct.pack("IHHII", 16 + len(body), kind, REQUEST | flags, 1, 0) + body)
        answers = []
        while True:
            for kind_back, answer in messages(sock.recv(1 << 20)):
                if kind_back == NLMSG_DONE:
                    return answers
                if kind_back == NLMSG_ERROR:
                    code = -struct.unpack_from("i", answer)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return answers
                answers.append((kind_back, answer))


def link_of(body):
    """One RTM_NEWLINK: interface, carrier and, for a bridge port, its flags."""
    _, _, index, flags, _ = struct.unpack_from("BxHiII", body)
    found = attributes(body[16:])
    port = attributes(found.get(IFLA_PROTINFO, b""))
    return {
        "index": index,
        "name": found.get(IFLA_IFNAME, b"").rstrip(b"\0").decode(),
        "master": struct.unpack("I", found[IFLA_MASTER])[0] if IFLA_MASTER in found else 0,
        "up": bool(flags & IFF_UP),
        "carrier": bool(flags & IFF_LOWER_UP),
        **{name: port.get(number) == b"\1" for name, number in
           (("locked", BRPORT_LOCKED), ("learning", BRPORT_LEARNING), ("mab", BRPORT_MAB))},
    }  # fmt: skip


def bridge_ports():
    """Every bridge port by name."""
    body = struct.pack("BxHiII", AF_BRIDGE, 0, 0, 0, 0)
    links = [link_of(answer) for kind, answer in ask_kernel(RTM_GETLINK, DUMP, body) if kind == RTM_NEWLINK]
    return {link["name"]: link for link in links if link["master"]}


def interface_of(body):
    """One RTM_NEWLINK of any interface; of a MACsec interface also the port below it and how it treats frames."""
    _, _, index, flags, _ = struct.unpack_from("BxHiII", body)
    found = attributes(body[16:])
    info = attributes(found.get(IFLA_LINKINFO, b""))
    kind = info.get(INFO_KIND, b"").rstrip(b"\0").decode()
    secy = attributes(info.get(INFO_DATA, b"")) if kind == "macsec" else {}
    return {
        "index": index,
        "name": found.get(IFLA_IFNAME, b"").rstrip(b"\0").decode(),
        "kind": kind,
        "parent": struct.unpack("I", found[IFLA_LINK])[0] if IFLA_LINK in found else 0,
        "up": bool(flags & IFF_UP),
        "carrier": bool(flags & IFF_LOWER_UP),
        "protect": secy.get(MACSEC_PROTECT, b"\0")[0] == 1,
        "strict": secy.get(MACSEC_VALIDATION, b"\0")[0] == VALIDATE_STRICT,
    }


def interfaces():
    """Every interface by name."""
    body = struct.pack("BxHiII", AF_UNSPEC, 0, 0, 0, 0)
    found = [interface_of(answer) for kind, answer in ask_kernel(RTM_GETLINK, DUMP, body) if kind == RTM_NEWLINK]
    return {each["name"]: each for each in found}


def treat_frames(index, *, strict, up):
    """Strict: cleartext is neither sent nor taken by this MACsec interface. Otherwise both, until MKA protects; `up` brings it up."""
    data = attribute(MACSEC_PROTECT, bytes([strict]))
    data += attribute(MACSEC_VALIDATION, bytes([VALIDATE_STRICT if strict else VALIDATE_CHECK]))
    info = attribute(INFO_KIND, b"macsec\0") + attribute(INFO_DATA | NESTED, data)
    body = struct.pack("BxHiII", AF_UNSPEC, 0, index, IFF_UP if up else 0, IFF_UP if up else 0)
    ask_kernel(RTM_NEWLINK, ACK, body + attribute(IFLA_LINKINFO | NESTED, info))


def knows_macsec():
    """Whether this kernel has MACsec, or a module of it; nothing is made to find out."""
    info = attribute(IFLA_LINKINFO | NESTED, attribute(INFO_KIND, b"macsec\0"))
    try:
        ask_kernel(RTM_NEWLINK, ACK | CREATE | EXCLUSIVE, struct.pack("BxHiII", AF_UNSPEC, 0, 0, 0, 0) + info)
    except OSError as error:
        return error.errno == errno.EINVAL  # it misses the port below; without MACsec it is EOPNOTSUPP
    return False


def entry_of(body):
    """One forwarding entry: (interface index, MAC, static | locked | learned | own), or None."""
    family, index, state, _, _ = struct.unpack_from("BxxxiHBB", body)
    found = attributes(body[12:])
    if family != AF_BRIDGE or len(found.get(NDA_LLADDR, b"")) != 6:
        return None
    mac = found[NDA_LLADDR].hex(":")
    if state & NUD_PERMANENT or int(mac[:2], 16) & 1:
        return index, mac, "own"
    if state & NUD_NOARP:
        return index, mac, "static"
    locked = struct.unpack("I", found[NDA_EXT_FLAGS])[0] & EXT_LOCKED if NDA_EXT_FLAGS in found else 0
    return index, mac, "locked" if locked else "learned"


def forwarding_entries():
    """(interface index, MAC, kind) of every station in a bridge's forwarding table."""
    body = struct.pack("BxxxiHBB", AF_BRIDGE, 0, 0, 0, 0)
    entries = [entry_of(answer) for kind, answer in ask_kernel(RTM_GETNEIGH, DUMP, body) if kind == RTM_NEWNEIGH]
    return sorted({entry for entry in entries if entry and entry[2] != "own"})


def forward(index, mac):
    """A static entry: frames from `mac` pass this port from now on."""
    body = struct.pack("BxxxiHBB", AF_BRIDGE, index, NUD_NOARP | NUD_REACHABLE, NTF_MASTER, 0)
    ask_kernel(RTM_NEWNEIGH, ACK | CREATE | REPLACE, body + attribute(NDA_LLADDR, bytes.fromhex(mac.replace(":", ""))))


def forget(index, mac):
    """No entry for `mac` on this port; it may be gone already."""
    body = struct.pack("BxxxiHBB", AF_BRIDGE, index, 0, NTF_MASTER, 0)
    try:
        ask_kernel(RTM_DELNEIGH, ACK, body + attribute(NDA_LLADDR, bytes.fromhex(mac.replace(":", ""))))
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENODEV):
            raise


def set_port(index, *, locked, mab, learning=True):
    """Lock or unlock a bridge port in one step; `mab` has the kernel report the stations that it holds back."""
    values = ((BRPORT_LOCKED, locked), (BRPORT_LEARNING, learning), (BRPORT_MAB, mab))
    flags = b"".join(attribute(number, bytes([value])) for number, value in values)
    body = struct.pack("BxHiII", AF_BRIDGE, 0, index, 0, 0)
    ask_kernel(RTM_SETLINK, ACK, body + attribute(IFLA_PROTINFO | NESTED, flags))


def flush(index):
    """Forget every station that was learned on this port: what was learned before the lock would pass it."""
    body = struct.pack("BxHiII", AF_BRIDGE, 0, index, 0, 0)
    ask_kernel(RTM_SETLINK, ACK, body + attribute(IFLA_PROTINFO | NESTED, attribute(BRPORT_FLUSH, b"")))


def carrier_downs(port):
    """How often this interface lost its carrier: a loss too short to be seen still counts."""
    try:
        return int(Path(f"/sys/class/net/{port}/carrier_down_count").read_text())
    except (OSError, ValueError):
        return None
