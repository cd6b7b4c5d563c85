"""What may travel to a worker, and what a worker may do there: data and references, and places among all workers' connections."""

from __future__ import annotations

import pickle
import shutil
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from portseal.change.apply import apply_switch
from portseal.change.resume import resume_switch
from portseal.core.errors import InputError
from portseal.core.settings import NornirSettings, RunnerPlugin, SecretSettings, Settings
from portseal.dask_cluster import DaskOptions, client_for
from portseal.dask_dispatch import errands_at_once
from portseal.dask_home import Places
from portseal.errand import NotPure, packed, unpacked
from portseal.estate import open_estate
from portseal.lacking import Need, Needs, lacking, needs_of
from portseal.looks import look_along
from portseal.plan import plan_switch
from portseal.runners import runner_of
from portseal.site_digest import declared_files, digest_of, site_digest
from portseal.site_pack import contents_of, packed_site, unpacked_site, with_own_files
from portseal.stage import assess_stages
from portseal.threads import Threads


@pytest.fixture(scope="module")
def site(repository: Path) -> Path:
    return repository / "inventory" / "example-campus"


@pytest.mark.parametrize(
    "value", [plan_switch, look_along, apply_switch, assess_stages, partial(resume_switch, rows=(), abort=True)]
)
def test_functions_that_a_worker_has_travel_by_their_names(value: Any) -> None:
    there = unpacked(packed(value))
    assert there is value or (there.func, there.keywords) == (value.func, value.keywords)


def test_a_secret_does_not_travel_wherever_it_stands(site: Path) -> None:
    estate = open_estate(site)
    lock = threading.Lock()
    secret = SecretStr("s3cret")
    impure: tuple[object, ...] = (secret, {"deep": [secret]}, partial(print, secret), estate)
    for value in (*impure, lambda: None, lock, estate.nornir, estate.gate):
        with pytest.raises(NotPure):
            packed(value)


def test_an_estate_cannot_be_pickled_by_anybody(site: Path) -> None:
    with pytest.raises(TypeError, match="holds secrets and sessions"):
        pickle.dumps(open_estate(site))


def test_an_intent_arrives_as_it_was(site: Path) -> None:
    intent = open_estate(site).site.intents[0]
    assert unpacked(packed(intent)) == intent


def test_the_digest_of_a_site_changes_with_what_its_files_say_and_with_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "cameras.csv").write_text("name\n")
    before = site_digest(tmp_path)
    (tmp_path / "secrets.age").write_text("x")
    assert site_digest(tmp_path) == before
    (tmp_path / "platforms" / "mine").mkdir(parents=True)
    (tmp_path / "platforms" / "mine" / "platform.toml").write_text("")
    assert site_digest(tmp_path) != before


def test_a_site_that_is_sent_arrives_as_it_was_for_nobody_else_to_read_and_nothing_private_goes_along(
    site: Path, tmp_path: Path
) -> None:
    origin, place = tmp_path / "campus", tmp_path / "worker"
    shutil.copytree(site, origin)
    place.mkdir()
    (origin / ".portseal").mkdir(exist_ok=True)
    for private in ("keys.age", "plan.json", ".portseal/state.json", "age-identity.txt"):
        (origin / private).write_text("{}")
    contents = contents_of(open_estate(origin))
    assert set(contents) == set(declared_files(origin)), "what the digest is of"
    there = unpacked_site(packed_site(contents), site_digest(origin), str(origin), str(place))
    assert site_digest(there) == site_digest(origin)
    assert {file.name for file in there.iterdir()} <= {file.name for file in site.iterdir()} - {".portseal"}
    assert there.name == "campus"
    assert there.parent.stat().st_mode & 0o777 == 0o700
    with pytest.raises(InputError, match="what came is not the site"):
        unpacked_site(packed_site({**contents, "cameras.csv": b""}), site_digest(origin), "campus", str(place))
    with pytest.raises(InputError, match="what came is not the site"):
        unpacked_site(packed_site({"../x": b""}), digest_of({"../x": b""}), "campus", str(place))
    (place / "secrets.age").write_text("")
    with_own_files(there, Settings(secrets=SecretSettings(sources=("file:secrets.age", "env:X"))), str(place))
    assert (there / "secrets.age").resolve() == place / "secrets.age"


def test_a_site_that_holds_what_must_not_travel_or_is_too_large_is_not_sent(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin = tmp_path / "campus"
    shutil.copytree(site, origin)
    estate = open_estate(origin)
    secret = SecretStr("what-nobody-may-read")
    estate.learn("radius/nac-1", secret)
    with (origin / "cameras.csv").open("a") as file:
        file.write(f"# {secret.get_secret_value()}\n")
    (origin / "known_hosts").write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
    monkeypatch.setattr("portseal.site_pack.MOST", 1000)
    with pytest.raises(InputError) as error:
        contents_of(estate)
    told = str(error.value)
    assert "cameras.csv holds a secret of the site; known_hosts holds a private key; its files have " in told
    assert "and 1,000 are the most (the largest is cameras.csv)" in told
    assert secret.get_secret_value() not in told


def test_a_machine_refuses_where_no_switch_could_be_worked_on_there_and_tells_all_that_it_lacks(
    site: Path, tmp_path: Path
) -> None:
    origin = tmp_path / "campus"
    shutil.copytree(site, origin)
    (origin / ".portseal").mkdir(exist_ok=True)
    (origin / ".portseal" / "fingerprint.key").write_text("00")
    estate = open_estate(origin)
    if ref := estate.site.settings.secrets.fingerprint_key:
        estate.learn(ref, SecretStr("known"))
    key, secret = str(tmp_path / "id_ed25519"), "login/nobody-has-it"
    for_one = Need(kind="key file", name=key, switches=1)
    assert lacking(estate, Needs(switches=2, needs=(for_one,))) == (), "the other one can be worked on"
    of_all = Need(kind="secret", name=secret, switches=2)
    told = lacking(estate, Needs(switches=2, needs=(for_one, of_all)))
    assert told[0].startswith(f"key file {key}: not there")
    assert told[0].endswith("(needed for 1 of 2 switches)")
    assert told[1].startswith(f"secret {secret} was not found; store it in one of: ")
    assert len(told) == 2
    Path(key).touch()
    estate.learn(secret, SecretStr("known"))
    assert lacking(estate, Needs(switches=2, needs=(for_one, of_all))) == ()
    found = needs_of(estate)
    assert found.switches == len(estate.nornir.inventory.hosts)
    assert {need.kind for need in found.needs} >= {"secret"}
    assert all(0 < need.switches <= found.switches for need in found.needs)


def test_the_limits_of_connections_hold_for_all_workers_together() -> None:
    places = Places(at_once=3, per_server=2)
    assert [places.enter(1, "tac"), places.enter(2, "tac"), places.enter(3, "tac")] == [True, True, False]
    assert places.enter(3, "")
    assert not places.enter(4, "other"), "three are connecting"
    places.forget(2)  # its worker died
    assert places.enter(3, "tac")
    assert places.leave(1, "tac")
    assert not places.leave(1, "tac")
    assert places.enter(4, "other")


def runner(plugin: str, **options: Any) -> object:
    chosen = NornirSettings(runner=RunnerPlugin(plugin=plugin, options=options))
    return runner_of(Settings(nornir=chosen), threading.Event())


def test_a_runner_that_is_not_installed_and_options_it_does_not_have_are_told() -> None:
    with pytest.raises(InputError, match=r"no runner is called 'portseal-dusk'.*threads"):
        runner("portseal-dusk")
    pytest.importorskip("distributed", reason="needs the extra dask")
    with pytest.raises(InputError, match=r"options of portseal-dask: worker: Extra inputs"):
        runner("portseal-dask", worker=4)


def test_more_switches_are_read_at_once_than_changed_and_never_more_than_workers_have_threads() -> None:
    pytest.importorskip("distributed", reason="needs the extra dask")
    own = DaskOptions(threads=10, reading=50)
    elsewhere = DaskOptions(threads=10, scheduler="tls://scheduler.example:8786")
    assert errands_at_once(own, [50, 50], reads=False) == 20
    assert errands_at_once(own, [50, 50], reads=True) == 100
    assert errands_at_once(elsewhere, [80, 4], reads=False) == 14
    assert errands_at_once(elsewhere, [80, 4], reads=True) == 84
    assert errands_at_once(elsewhere, [], reads=True) == 1, "a worker may come yet"


def test_a_run_that_keeps_what_it_makes_here_is_worked_on_by_threads_whatever_runner_the_site_names(site: Path) -> None:
    pytest.importorskip("distributed", reason="needs the extra dask")
    instead = (site / "portseal.toml").read_text(encoding="utf-8") + '\n[nornir.runner]\nplugin = "portseal-dask"\n'
    estate = open_estate(site, instead={"portseal.toml": instead})
    assert type(estate.here().nornir.runner) is Threads
    assert set(estate.here().nornir.inventory.hosts) == set(estate.nornir.inventory.hosts)
    by_threads = open_estate(site)
    assert by_threads.here() is by_threads


def test_a_scheduler_elsewhere_is_not_talked_to_in_the_clear() -> None:
    pytest.importorskip("distributed", reason="needs the extra dask")
    with pytest.raises(InputError, match=r"without TLS, anybody on the way can run code"):
        client_for(DaskOptions(scheduler="tcp://192.0.2.1:8786"))
    with pytest.raises(InputError, match=r"name ca, cert and key"):
        client_for(DaskOptions(scheduler="tls://192.0.2.1:8786"))
    with pytest.raises(InputError, match=r"is no tls://HOST:PORT"):
        client_for(DaskOptions(scheduler="192.0.2.1"))
