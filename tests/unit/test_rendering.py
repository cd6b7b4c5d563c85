"""Rendering: each template is compiled once, and one that changes meanwhile counts from then on."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment

from portseal.core.errors import PlatformError
from portseal.core.intent import SwitchIntent
from portseal.core.rendering import render

GOLDEN = Path(__file__).parents[1] / "golden"
INTENT = SwitchIntent.model_validate_json(sorted(GOLDEN.glob("*/plan/*/intent.json"))[0].read_text(encoding="utf-8"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A platform of which only the templates matter."""
    (tmp_path / "platform.toml").write_text("", encoding="utf-8")
    (tmp_path / "switch.j2").write_text("of {{ switch.switch }}\n", encoding="utf-8")
    (tmp_path / "port.j2").write_text('port {{ port.port }}\n{% include "part.j2" %}', encoding="utf-8")
    (tmp_path / "part.j2").write_text(" first\n", encoding="utf-8")
    return tmp_path


def test_a_template_that_changed_counts_from_then_on_also_where_another_includes_it(folder: Path) -> None:
    assert " first\n" in render(INTENT, folder)
    (folder / "part.j2").write_text(" second one\n", encoding="utf-8")
    assert " first\n" not in (text := render(INTENT, folder))
    assert text.count(" second one\n") == len(INTENT.ports)


def test_threads_that_begin_together_compile_each_template_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    compile_one = Environment.compile

    def counted(self: Environment, source: Any, name: str | None = None, *more: Any) -> Any:
        compiled.append(name or "")
        return compile_one(self, source, name, *more)

    monkeypatch.setattr(Environment, "compile", counted)
    with ThreadPoolExecutor(8) as pool:
        texts = set(pool.map(lambda _: render(INTENT, folder), range(24)))
    assert len(texts) == 1
    assert sorted(compiled) == ["part.j2", "port.j2", "switch.j2"]


def test_what_is_wrong_with_a_template_is_told_where_it_is_asked_for_and_not_before(folder: Path) -> None:
    (folder / "nobody.j2").write_text("{% if %}", encoding="utf-8")
    assert render(INTENT, folder)
    (folder / "part.j2").write_text("{{ port.nothing }}", encoding="utf-8")
    with pytest.raises(PlatformError, match=f"{INTENT.switch}: template of platform {INTENT.platform}: .*nothing"):
        render(INTENT, folder)
