"""`python -m bench.dask_child`: one job of `bench.dask_verbs`, whose functions workers know by that name and not as `__main__`."""

from __future__ import annotations

import json
import sys

from bench.dask_verbs import alone, one

if __name__ == "__main__":
    job = json.load(sys.stdin)
    print(json.dumps(one(job) if "verbs" in job else alone(job)))
