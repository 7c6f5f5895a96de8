PORT ?= 8501
ADDRESS ?= localhost
JOBS ?= 2
VENV := .venv
PYTHON := $(VENV)/bin/python
# Where tests run side by side, more threads and workers only contend for the cores; and of the many
# processes that they start only the first has to compile the program.
ALONE := RDX_WORKERS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 \
	TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1 PYTHONDONTWRITEBYTECODE=
PYTEST := $(ALONE) $(PYTHON) -m pytest --numprocesses=$(JOBS) --dist=loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help run test quick bench load lint format lock wheel clean

help:                              ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(MAKEFILE_LIST) | expand -t 16

run: $(VENV)/.first                ## set everything up and open the app on http://localhost:8501
	$(PYTHON) -m core run --port $(PORT) --address $(ADDRESS) $(OPTIONS)

test: $(VENV)/.installed-dev       ## set everything up and run all tests
	$(PYTEST) $(TESTS)

quick: $(VENV)/.installed-dev      ## unit tests: no browser, pages or worker processes, nothing marked slow
	$(PYTEST) -m "not slow" tests/core tests/dashboard --ignore=tests/core/compute

bench: $(VENV)/.installed-dev      ## ratios to references timed in the same run -> benchmarks.json
	$(PYTHON) -m pytest tests/benchmarks --benchmark-enable --benchmark-only \
		--benchmark-json=benchmarks.json

load: $(VENV)/.installed-dev       ## many people at once, without browsers
	$(PYTHON) -m tests.load $(OPTIONS)

lint: $(VENV)/.installed-dev       ## formatting, rules, types, and the direction of imports
	$(PYTHON) -m ruff format --check -q .
	$(PYTHON) -m ruff check -q .
	$(VENV)/bin/lint-imports --no-logo
	$(PYTHON) -m mypy

format: $(VENV)/.installed-dev     ## put the code into the form that lint asks for
	$(PYTHON) -m ruff format -q .
	$(PYTHON) -m ruff check -q --fix .

# Every version pinned, with all that the direct dependencies need.
COMPILE := $(VENV)/bin/uv pip compile -q --python-version 3.11 \
	--python-platform x86_64-manylinux_2_28 --custom-compile-command "make lock"

lock: $(VENV)/.installed-dev       ## compile requirements*.in into requirements*.txt
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt

wheel: $(VENV)/.installed-dev      ## build dist/rd_explorer-*.whl
	$(PYTHON) -m build --wheel

clean:                             ## remove the environment and all caches
	rm -rf $(VENV) dist .cache .*_cache .hypothesis .benchmarks

$(VENV)/bin/python:
	sh tools/make_venv.sh $(VENV)

$(VENV)/.first: $(VENV)/.installed
	$(PYTHON) -m dashboard.compare.first
	touch $@

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	sh tools/install.sh $(VENV) requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	sh tools/install.sh $(VENV) requirements-dev.txt
	touch $@
