"""The suite itself: what its options promise is so."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("of-this-test")
def test_tests_of_one_group_are_run_by_one_worker(request: pytest.FixtureRequest) -> None:
    """`--dist loadgroup` sends tests to workers by what stands behind the last `@` of their names, and xdist has to have put it there.

    With pytest 9.2 and xdist 3.8 it does not, and says nothing: fixtures of a module are then set up once a worker.
    """
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("not run with --dist loadgroup")
    assert request.node.nodeid.endswith("@of-this-test")
