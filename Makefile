# Needs make and Python 3.11 or newer; every target sets up what it uses in $(VENV).
#   make demo    the whole way on the example site, against simulated switches
#   make test    ruff, mypy and the tests
#   make lab     real 802.1X and MACsec networks on this machine (root, Debian)
#   make bench   the measurements, beside other tools, into docs/performance.md (about 20 minutes; a part: make bench BENCH='push --quick')
#   make docs    the documentation as a site, in build/docs/index.html
# Another interpreter: make PYTHON=python3.13 test

PYTHON ?= python3
VENV ?= .venv
DIST ?= dist
# Tests mostly wait for timers of simulated switches: more workers than cores.
WORKERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); echo $$((cores * 5 / 2)))
PYTEST_ARGS ?= -q -n $(WORKERS) --dist loadgroup

READY := $(VENV)/.installed

.DELETE_ON_ERROR:
.PHONY: help demo test check lab bench docs venv wheel clean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(READY)
	@$(VENV)/bin/portseal demo

test: check
	@$(VENV)/bin/python -m pytest $(PYTEST_ARGS) -m 'not lab'

check: $(READY)
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check --quiet . || { echo 'not formatted; run: $(VENV)/bin/ruff format .' >&2; exit 1; }
	@$(VENV)/bin/mypy --no-error-summary

# What is missing is said before anything is set up.
lab:
	@test "$$(id -u)" = 0 || { echo 'make lab: needs root, because it makes network namespaces and bridges' >&2; exit 1; }
	@command -v dpkg-query >/dev/null || { echo 'make lab: needs Debian (dpkg is not here)' >&2; exit 1; }
	@missing=; for name in $$(sed 's/#.*//' lab/packages.txt); do \
	  dpkg-query -W -f '$${Status}' "$$name" 2>/dev/null | grep -q '^install ok installed$$' || missing="$$missing $$name"; \
	done; \
	test -z "$$missing" || { echo "make lab: Debian packages are missing; install them with: apt-get install$$missing" >&2; exit 1; }
	@$(MAKE) --no-print-directory -s $(READY)
	@$(VENV)/bin/python lab/run.py

# Tables beside other tools, which it installs into .bench/venv. Each is kept when it is done, beside those of earlier runs. About 20 minutes;
# some of them again: BENCH='push verbs --write docs/performance.md'; small: BENCH='push --quick'; BENCH='targets'.
BENCH ?= all --write docs/performance.md

bench: $(READY)
	@$(VENV)/bin/python -m bench $(BENCH)

venv: $(READY)

# The sdist, and the wheel that is built from it.
wheel: $(READY)
	@$(VENV)/bin/python -m build --no-isolation --outdir $(DIST) . >$(VENV)/build.log 2>&1 || { cat $(VENV)/build.log >&2; exit 1; }
	@ls $(DIST)/portseal-*

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'portseal needs Python 3.11 or newer; $(PYTHON) is '"$$($(PYTHON) --version 2>&1 || true)" >&2; \
	  echo 'name one that is: make PYTHON=/path/to/python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo '$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(VENV)/bin/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo 'setting up $(VENV) (once, and again when pyproject.toml or constraints.txt change) ...'
	@PIP_USER=0 $(VENV)/bin/python -m pip install -qq --disable-pip-version-check --no-input -c constraints.txt -e '.[dev,vault,keyring,dask,docs]'
	@touch $@

clean:
	rm -rf $(VENV) $(DIST) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
