# make run    sets everything up and opens the app on http://localhost:8501
# make test   sets everything up and runs all tests
PORT ?= 8501
ADDRESS ?= localhost
JOBS ?= 2
VENV := .venv
PYTHON := $(VENV)/bin/python

.PHONY: run test bench lint lock clean

run: $(VENV)/.installed
	$(PYTHON) -m streamlit run dashboard/app.py --server.port $(PORT) --server.address $(ADDRESS) $(OPTIONS)

test: $(VENV)/.installed-dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m pytest --numprocesses=$(JOBS) --dist=loadfile $(TESTS)

bench: $(VENV)/.installed-dev
	$(PYTHON) -m pytest tests/benchmarks --benchmark-enable --benchmark-only --benchmark-json=benchmarks.json

lint: $(VENV)/.installed-dev
	$(PYTHON) -m ruff check .

# Compiles requirements*.in into requirements*.txt with every version pinned.
lock: $(VENV)/.installed
	$(VENV)/bin/pip install -q uv
	$(VENV)/bin/uv pip compile -q requirements.in -o requirements.txt --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 --custom-compile-command "make lock"
	$(VENV)/bin/uv pip compile -q requirements-dev.in -o requirements-dev.txt --python-version 3.11 \
		--python-platform x86_64-manylinux_2_28 --custom-compile-command "make lock"

clean:
	rm -rf $(VENV) .cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	sh tools/make_venv.sh $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(PYTHON) -m pip install -q --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	$(PYTHON) -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@
