"""`portseal-dask`: the same verbs with other processes doing the work; what they know, what they may, and what is left when one dies."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from rig.cluster import Cluster, cluster
from rig.line import CAMERAS as TWO
from rig.line import Line, simulated, until
from typer.testing import CliRunner

from portseal.change.journal import Journal
from portseal.cli.main import app
from portseal.cli.sim import LOGIN
from portseal.core.errors import InputError
from portseal.dask_cluster import clients
from portseal.simulator.faults import RadiusAlive, RadiusDead

pytest.importorskip("distributed", reason="needs the extra dask")
pytestmark = pytest.mark.xdist_group("dask")
IDENTITY = "WHAT_OPENS_THE_SECRETS"
FINGERPRINTS = "AT_WORKERS_SITE_FINGERPRINTS"
SENT = [
    "cameras.csv",
    "defaults.yaml",
    "groups.yaml",
    "hosts.yaml",
    "keys.toml",
    "known_hosts",
    "portseal.toml",
    "profiles.toml",
]
CAMERAS = TWO + "cam-5,ac:cc:8e:00:00:05,acc-03,Gi1/0/1,secured,eap-tls,derived\n"
RUNNER = '\n[nornir.runner]\nplugin = "portseal-dask"\n[nornir.runner.options]\n'


def by_dask(line: Line, options: str) -> None:
    """From now on the site's switches are worked on by workers."""
    path = line.site / "portseal.toml"
    path.write_text(path.read_text().partition(RUNNER)[0] + RUNNER + options)


@contextmanager
def as_by_threads(line: Line) -> Iterator[None]:
    """The site as it was before workers had its secrets."""
    path = line.site / "portseal.toml"
    text = path.read_text()
    path.write_text(text.partition(RUNNER)[0])
    os.environ.update(environment(line))
    try:
        yield
    finally:
        path.write_text(text)
        for name in environment(line):
            del os.environ[name]


def environment(line: Line) -> dict[str, str]:
    """What it takes to have the site's secrets."""
    return {IDENTITY: line.secrets["identity"], FINGERPRINTS: line.secrets["fingerprints"]}


def said(line: Line, *arguments: str) -> tuple[int, str]:
    """A verb in this process: its code, and all it said."""
    done = CliRunner().invoke(app, [*arguments, "-s", str(line.site)], catch_exceptions=False)
    line.seen += done.output
    return done.exit_code, done.output


def rows(line: Line, switch: str) -> list[str]:
    with Journal(line.site / ".portseal" / "journal.db") as journal:
        assert journal.broken() == ()
        return [row.event.value for row in journal.entries(journal.runs()[-1].run, switch)]


def count(line: Line) -> int:
    """How many runs there were."""
    with Journal(line.site / ".portseal" / "journal.db") as journal:
        return len(journal.runs())


def verifying(line: Line, run: int) -> bool:
    """Whether the run of that number has pushed to acc-03."""
    return count(line) == run and "verifying" in rows(line, "acc-03")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with simulated(tmp_path_factory.mktemp("dask"), CAMERAS, more_switches=1) as running:
        identity = running.site / "age-identity.txt"
        settings = running.site / "portseal.toml"
        text = settings.read_text().replace(
            '"age-identity.txt"', f'"env:{IDENTITY}"\nfingerprint_key = "site/fingerprints"'
        )
        settings.write_text(text.replace("sources = [", 'sources = ["env:AT_WORKERS_", '))
        running.secrets |= {"identity": identity.read_text().strip(), "fingerprints": "marked-key-of-fingerprints"}
        identity.unlink()
        yield running


@pytest.fixture(scope="module")
def elsewhere(line: Line, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two workers that are sent the site; what its secrets are in and what opens them is theirs alone."""
    folder = tmp_path_factory.mktemp("cluster")
    own = folder / "own"
    own.mkdir()
    (own / "secrets.age").write_bytes((line.site / "secrets.age").read_bytes())
    with cluster(folder, workers=2, threads=2, environment=environment(line)) as running:
        by_dask(line, packed_for(running))
        yield running
        for client in clients():
            client.close(timeout=2)


def packed_for(running: Cluster) -> str:
    return running.options() + f'site = "packed"\nfiles = "{running.folder / "own"}"\npatience_seconds = 3.0\n'


def begun(line: Line, *arguments: str) -> subprocess.Popen[str]:
    """A verb in a process and a terminal's group of its own, which has the secrets only where they are given to it."""
    call = [sys.executable, "-c", "from portseal.cli.main import main; main()", *arguments, "-s", str(line.site)]
    return subprocess.Popen(
        call,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def planned(line: Line) -> str:
    """A plan for acc-03, made in threads, and its configuration before; its RADIUS server is gone then."""
    line["acc-03"].inject(RadiusAlive())
    with as_by_threads(line):
        assert said(line, "plan", "-o", str(line.plan_file), "--limit", "acc-03")[0] == 2
    line["acc-03"].inject(RadiusDead())
    return line["acc-03"].running_config()


def test_ctrl_c_at_the_terminal_reaches_the_client_alone_and_workers_of_its_own_take_back_what_is_under_way(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = planned(line)
    by_dask(line, "workers = 1\nthreads = 2\n")
    for name, value in environment(line).items():
        monkeypatch.setenv(name, value)
    process = begun(line, "apply", str(line.plan_file), "-y", "--wait", "20")
    until(lambda: verifying(line, 1), 40)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=40)
    assert process.returncode == 1, out + err
    assert "acc-03: interrupted: the run was interrupted, with 1 ports not as intended" in err
    assert rows(line, "acc-03")[-2:] == ["reverting", "switch-ended"]
    assert line["acc-03"].running_config() == before
    with as_by_threads(line):
        assert said(line, "abort", "-y")[0] == 2


def test_plan_apply_and_verify_are_the_same_with_workers_that_alone_have_the_secrets(
    line: Line, elsewhere: Cluster
) -> None:
    two = ("--limit", "acc-01,acc-02")
    with as_by_threads(line):
        assert said(line, "plan", "-o", str(line.plan_file), *two)[0] == 2
    by_threads = json.loads(line.plan_file.read_text())["switches"]
    code, out = said(line, "plan", "-o", str(line.plan_file), *two)
    assert code == 2, out
    assert json.loads(line.plan_file.read_text())["switches"] == by_threads
    code, out = said(line, "apply", str(line.plan_file), "-y")
    assert code == 0, out
    assert rows(line, "acc-01") == [
        *("switch-begun", "arming", "pushed", "verifying", "confirming", "saving", "switch-ended")
    ]
    assert said(line, "plan", *two)[0] == 0
    code, out = said(line, "verify", "--format", "json", *two)
    assert code == 0, out
    by_workers = verdicts(out)
    assert len(by_workers) == 4
    wire = bytes(elsewhere.proxy.seen)
    assert b"acc-01" in wire
    assert b"{{secret:radius/nac-1" in wire, "the proxy has seen what travels"
    assert [name for name, secret in line.secrets.items() if secret.encode() in wire] == []
    assert [name for name, secret in line.secrets.items() if secret in line.seen] == []
    (unpacked, *_) = elsewhere.folder.glob("dask-scratch-space*/worker-*/portseal-*")
    assert unpacked.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in (unpacked / line.site.name).iterdir() if not file.is_symlink()) == SENT
    with as_by_threads(line):
        assert verdicts(said(line, "verify", "--format", "json", *two)[1]) == by_workers


def verdicts(out: str) -> list[tuple[str, str, str]]:
    return [(each["camera"], each["outcome"], each["reason"]) for each in json.loads(out)["verdicts"]]


def test_no_worker_looks_at_its_threads_while_they_work(line: Line, elsewhere: Cluster) -> None:
    said(line, "plan", "--limit", "acc-01")
    (client,) = (each for each in clients() if each.status == "running")
    for regular in client.run(lambda dask_worker: sorted(dask_worker.periodic_callbacks)).values():
        assert "heartbeat" in regular
        assert "profile" not in regular


def test_a_worker_that_loses_the_client_takes_no_further_step_and_leaves_its_switch_to_the_timer(
    line: Line, elsewhere: Cluster
) -> None:
    before = planned(line)
    run = count(line) + 1
    process = begun(line, "apply", str(line.plan_file), "-y")
    until(lambda: verifying(line, run), 30)
    process.kill()
    process.communicate()
    until(lambda: line["acc-03"].running_config() == before)
    until(lambda: line["acc-03"].open_sessions == 0)
    assert rows(line, "acc-03") == ["switch-begun", "arming", "pushed", "verifying"]
    with as_by_threads(line):
        assert said(line, "abort", "-y")[0] == 2


def test_workers_that_lack_what_the_site_needs_are_told_with_all_of_it_before_anything_is_sent(
    line: Line, elsewhere: Cluster
) -> None:
    until(elsewhere.complete, 30)
    by_dask(line, elsewhere.options() + 'site = "packed"\n')
    with pytest.raises(InputError) as error:
        said(line, "plan")
    told = str(error.value)
    assert told.startswith(
        "2 of 2 workers cannot work on this site, so that nothing was sent; give them what they lack\n"
    )
    assert re.search(r"tls://127.0.0.1:\d+, tls://127.0.0.1:\d+:\n    secret ", told), "alike, and told once"
    for ref in (LOGIN, "radius/nac-1"):
        assert re.search(rf"secret {ref} was not found; .* file secrets.age \(does not exist\)", told), told
    assert "nornir.runner.options.files" in told
    by_dask(line, packed_for(elsewhere))


def test_a_scheduler_is_talked_to_only_where_both_ends_show_a_certificate_of_one_authority(
    line: Line, elsewhere: Cluster
) -> None:
    def refused(options: str) -> str:
        by_dask(line, f"{options}patience_seconds = 1.0\n")
        with pytest.raises(InputError) as error:
            said(line, "plan")
        return str(error.value)

    told = refused(elsewhere.options(elsewhere.direct, ca="other-ca"))
    assert re.search(r"the scheduler's certificate is not of the authority in .*other-ca.pem \(", told)
    told = refused(elsewhere.options(elsewhere.direct, cert="stranger", key="stranger-key"))
    assert re.search(r"the scheduler does not take the certificate in .*stranger.pem \(.*unknown ca\)", told)
    told = refused(elsewhere.options(elsewhere.direct, key="worker-key"))
    assert re.search(r"client.pem \(cert\) and .*worker-key.pem \(key\) do not belong to each other", told)
    told = refused(elsewhere.options(elsewhere.direct, key="none"))
    assert re.search(r"nornir.runner.options.key: .*none.pem: no such file", told)
    assert "name ca, cert and key" in refused(f'scheduler = "{elsewhere.direct}"\n')
    assert "write tls://" in refused(f'scheduler = "{elsewhere.direct.replace("tls", "tcp")}"\n')
    with without_certificate(elsewhere) as nobody, pytest.raises(ssl.SSLError, match=r"(?i)certificate.required"):
        nobody.recv(1)
    with socket.create_server(("127.0.0.1", 0)) as plain, ThreadPoolExecutor(1) as pool:
        pool.submit(as_a_plain_scheduler, plain)
        told = refused(elsewhere.options(f"tls://127.0.0.1:{plain.getsockname()[1]}"))
    assert re.search(r"what answers there talks no TLS \(.*`--protocol tls`", told)


def without_certificate(elsewhere: Cluster) -> ssl.SSLSocket:
    """A connection to the scheduler of somebody who knows its authority and has no certificate of it."""
    context = ssl.create_default_context(cafile=elsewhere.folder / "ca.pem")
    port = int(elsewhere.direct.rpartition(":")[2])
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 5), server_hostname="127.0.0.1")


def as_a_plain_scheduler(listener: socket.socket) -> None:
    """One without TLS speaks first, in the clear."""
    connection, _ = listener.accept()
    with connection:
        connection.sendall((8).to_bytes(8, "little") + bytes(8))
        connection.recv(4096)


def test_where_no_scheduler_answers_it_is_said_at_once_what_to_do(line: Line) -> None:
    by_dask(line, 'scheduler = "tcp://127.0.0.1:9"\npatience_seconds = 1.0\n')
    began = time.monotonic()
    with pytest.raises(
        InputError, match=r"tcp://127.0.0.1:9: no scheduler answers there \(Connection refused\).*`dask scheduler`"
    ):
        said(line, "plan")
    assert time.monotonic() - began < 8


def test_a_worker_and_then_the_scheduler_killed_in_mid_push_leave_an_armed_switch_that_is_given_to_no_other_worker(
    line: Line, elsewhere: Cluster
) -> None:
    by_dask(line, packed_for(elsewhere))
    before = planned(line)
    run = count(line) + 1

    def kill_worker() -> None:
        until(lambda: verifying(line, run), 30)
        (client,) = (each for each in clients() if each.status == "running")
        at_work = next(worker for worker, keys in client.processing().items() if keys)
        elsewhere.workers[int(client.scheduler_info()["workers"][at_work]["name"])].kill()

    def kill_scheduler() -> None:
        until(lambda: rows(line, "acc-03").count("verifying") == 2, 30)
        elsewhere.scheduler.kill()

    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill_worker)
        code, out = said(line, "apply", str(line.plan_file), "-y")
        killing.result()
    assert code == 1
    assert "acc-03: armed: acc-03: its worker was lost, and it is given to no other one" in out
    assert "its own timer undoes the change, and `portseal resume` brings it to an end" in out
    assert rows(line, "acc-03") == ["switch-begun", "arming", "pushed", "verifying"]
    until(lambda: line["acc-03"].running_config() == before)
    with ThreadPoolExecutor(1) as pool:
        killing = pool.submit(kill_scheduler)
        began = time.monotonic()
        code, out = said(line, "resume", "-y")
        killing.result()
    assert code == 1
    assert "acc-03: armed: acc-03: its worker was lost" in out, out
    assert time.monotonic() - began < 30, "nobody waits for a scheduler that is gone"
    until(lambda: line["acc-03"].running_config() == before)
    until(lambda: line["acc-03"].open_sessions == 0)
    line["acc-03"].inject(RadiusAlive())
    with as_by_threads(line):
        code, out = said(line, "resume", "-y")
    assert code == 0, out
    assert rows(line, "acc-03")[-4:] == ["verifying", "confirming", "saving", "switch-ended"]
