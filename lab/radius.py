"""The authentication server: FreeRADIUS with a configuration of its own, EAP-TLS with revocation, and MAC addresses it knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.certs import Identity
from lab.net import Daemon, Keeper, wait_for

CONF = """\
prefix = /usr
exec_prefix = /usr
sysconfdir = /etc
localstatedir = /var
sbindir = /usr/sbin
logdir = {folder}
raddbdir = {folder}
confdir = {folder}
run_dir = {folder}
libdir = /usr/lib/freeradius
pidfile = {folder}/radiusd.pid
max_request_time = 10
cleanup_delay = 1
hostname_lookups = no
log {{
  destination = stdout
  auth = yes
}}
security {{
  reject_delay = 0
  status_server = no
}}
thread pool {{
  start_servers = 2
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 4
  max_requests_per_server = 0
}}
client switch {{
  ipaddr = {client}
  secret = {secret}
  require_message_authenticator = yes
}}
modules {{
  always ok {{
    rcode = ok
  }}
  pap {{
  }}
  files {{
    filename = {folder}/users
  }}
  eap {{
    default_eap_type = tls
    timer_expire = 60
    max_sessions = 1024
    tls-config tls-common {{
      private_key_file = {key}
      certificate_file = {certificate}
      ca_file = {ca}
      check_crl = yes
      tls_min_version = "1.2"
      tls_max_version = "1.2"
      ecdh_curve = "prime256v1"
      cache {{
        enable = no
      }}
    }}
    tls {{
      tls = tls-common
    }}
  }}
}}
server lab {{
  listen {{
    type = auth
    ipaddr = *
    port = 1812
  }}
  listen {{
    type = acct
    ipaddr = *
    port = 1813
  }}
  accounting {{
    ok
  }}
  authorize {{
    eap {{
      ok = return
    }}
    files
    pap
  }}
  authenticate {{
    Auth-Type PAP {{
      pap
    }}
    eap
  }}
  post-auth {{
    # With the name of the key the authenticator can derive the CKN of MACsec (RFC 4072 §4.1).
    if (&reply:EAP-Session-Id) {{
      update reply {{
        EAP-Key-Name := &reply:EAP-Session-Id
      }}
    }}
  }}
}}
"""


class Radius:
    """One FreeRADIUS, which can be stopped and started with another secret."""

    def __init__(self, keeper: Keeper, where: str, *, client: str, certificate: Identity, ca: Path) -> None:
        self._keeper, self._where, self._client = keeper, where, client
        self._certificate, self._ca = certificate, ca
        self._daemon: Daemon | None = None
        self._folder = keeper.work / "radius"
        self._folder.mkdir()
        self.macs: Sequence[str] = ()

    def start(self, secret: str) -> None:
        """Serve with this secret and the registered MAC addresses as they are now."""
        users = [f'{mac.replace(":", "")} Cleartext-Password := "{mac.replace(":", "")}"' for mac in self.macs]
        (self._folder / "users").write_text("\n".join(users) + "\n")
        conf = CONF.format(
            folder=self._folder,
            client=self._client,
            secret=secret,
            key=self._certificate.key,
            certificate=self._certificate.certificate,
            ca=self._ca,
        )
        (self._folder / "radiusd.conf").write_text(conf)
        log = self._folder / "radiusd.log"
        log.unlink(missing_ok=True)
        command = ["freeradius", "-f", "-l", "stdout", "-d", str(self._folder), "-n", "radiusd"]
        self._daemon = self._keeper.start(*command, where=self._where, log=log)
        daemon = self._daemon
        wait_for(
            "FreeRADIUS", lambda: "Ready to process requests" in daemon.said() or daemon.process.poll() is not None, 20
        )
        if daemon.process.poll() is not None:
            wait_for(f"FreeRADIUS ended:\n{daemon.said()[-3000:]}", lambda: False, 0)

    def stop(self) -> None:
        """No answer from now on."""
        if self._daemon:
            self._daemon.stop()

    def said(self) -> str:
        """Its log since it was started."""
        return self._daemon.said() if self._daemon else ""
