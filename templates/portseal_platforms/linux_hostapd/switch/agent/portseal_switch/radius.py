"""What the RADIUS servers say of a MAC (RFC 2865)."""

import hashlib
import hmac
import os
import socket
import struct


def ask_radius(settings, mac):
    """`accept`, `reject` or `silent`: what the servers say of this MAC (PAP, Service-Type Call-Check: RFC 2865 §5.6)."""
    name = mac.replace(":", "")
    for server in settings["servers"]:
        secret, nonce, number = server["secret"].encode(), os.urandom(16), os.urandom(1)[0]
        fields = [
            (1, name.encode()), (2, hidden_password(name.encode(), secret, nonce)), (6, struct.pack(">I", 10)),
            (31, mac.replace(":", "-").upper().encode()), (61, struct.pack(">I", 15)), (87, settings["port"].encode()),
            (32, settings["nas_identifier"].encode()), (4, socket.inet_aton(settings["own_ip_addr"] or "0.0.0.0")), (80, bytes(16)),
        ]  # fmt: skip
        unknown = {kind for kind, name in ((32, "nas_identifier"), (4, "own_ip_addr")) if not settings[name]}
        fields = [field for field in fields if field[0] not in unknown]
        body = b"".join(bytes([kind, 2 + len(value)]) + value for kind, value in fields)
        packet = struct.pack(">BBH", 1, number, 20 + len(body)) + nonce + body
        packet = packet[:-16] + hmac.new(secret, packet, hashlib.md5).digest()
        answer = exchange(server, packet, number, nonce, secret)
        if answer:
            return answer
    return "silent"


def hidden_password(password, secret, nonce):
    """User-Password as RFC 2865 §5.2 hides it."""
    padded, hidden, block = password + b"\0" * (-len(password) % 16), b"", nonce
    for start in range(0, len(padded), 16):
        mask = hashlib.md5(secret + block).digest()
        block = bytes(a ^ b for a, b in zip(padded[start : start + 16], mask))
        hidden += block
    return hidden


def exchange(server, packet, number, nonce, secret):
    """The server's genuine answer within three tries of two seconds, or None."""
    family = socket.AF_INET6 if ":" in server["address"] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(2)
        for _ in range(3):
            try:
                sock.connect((server["address"], server["port"]))
                sock.send(packet)
                answer = sock.recv(4096)
            except OSError:
                continue
            if len(answer) >= 20 and answer[1] == number and genuine(answer, nonce, secret):
                return {2: "accept", 3: "reject"}.get(answer[0])
    return None


def genuine(answer, nonce, secret):
    """Whether who sent this knows the secret: Response Authenticator (RFC 2865 §3) and, where there is one, Message-Authenticator."""
    if not hmac.compare_digest(hashlib.md5(answer[:4] + nonce + answer[20:] + secret).digest(), answer[4:20]):
        return False
    position = 20
    while position + 2 <= len(answer) and answer[position + 1] >= 2:
        kind, length = answer[position], answer[position + 1]
        if kind == 80 and length == 18:
            blank = answer[:4] + nonce + answer[20 : position + 2] + bytes(16) + answer[position + 18 :]
            return hmac.compare_digest(
                hmac.new(secret, blank, hashlib.md5).digest(), answer[position + 2 : position + 18]
            )
        position += length
    return True
