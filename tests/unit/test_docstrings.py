"""Examples in docstrings are run: what they say is what comes out."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import portseal


def with_examples() -> list[str]:
    """Modules whose docstrings have examples."""
    names = [found.name for found in pkgutil.walk_packages(portseal.__path__, "portseal.") if not found.ispkg]
    return [name for name in names if any(each.examples for each in examples(name))]


def examples(name: str) -> list[doctest.DocTest]:
    """The examples of a module, by what they belong to."""
    return doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))


@pytest.mark.parametrize("name", with_examples())
def test_the_examples_of_a_module_come_out_as_they_say(name: str) -> None:
    said: list[str] = []
    for each in examples(name):
        doctest.DocTestRunner(verbose=False).run(each, out=said.append)
    assert not said, "".join(said)


def test_there_are_examples() -> None:
    assert len(with_examples()) > 10
