# Two commands do everything: `make demo` and `make test`. Both set up what they need in .venv.
# Every path is relative, so a folder with spaces in its name works.

PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test check samples bench validate clean

help:
	@echo "make demo      write report/index.html from synthetic data"
	@echo "make test      run the tests, doctests and notebooks"
	@echo "make check     run the linters, the type checker and the docs build"
	@echo "make samples   write the synthetic samples anew"
	@echo "make bench     time us beside others, in one run"
	@echo "make validate  simulate how often intervals hold the truth (about 15 minutes)"
	@echo "make clean     remove what these commands made"

# The stamp is renewed when what is installed changes.
.venv/.run: pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'Python 3.11 or later is needed')"
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --editable .
	touch $@

.venv/.dev: .venv/.run
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

.venv/.docs: .venv/.dev
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --editable ".[dev,docs]"
	touch $@

demo: .venv/.run
	$(BIN)/python -m spineoutcomes demo --output report

test: .venv/.dev
	$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/.docs
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/python docs/make_validation.py --check
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

bench: .venv/.dev
	PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet --editable ".[bench]"
	$(BIN)/python benchmarks/run.py

validate: .venv/.dev
	OMP_NUM_THREADS=1 $(BIN)/python -m validation.run

samples: .venv/.run
	$(BIN)/python data/make_samples.py

clean:
	rm -rf .venv report docs/_build docs/api/generated
