# One machine needs Python 3.11, git and make; the rest comes by itself.
PYTHON ?= python3.11
VENV := .venv
RUN := $(VENV)/bin/python

.PHONY: run test bench format words clean

run: $(VENV)/.run ## start everything and stay until Ctrl-C
	@exec $(RUN) -m recovery.supervisor

format: $(VENV)/.test
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --require-hashes --disable-pip-version-check -q -r requirements.txt
	@touch $@

$(VENV)/.test: tests/requirements.txt | $(VENV)/bin/python
	$(RUN) -m pip install --require-hashes --disable-pip-version-check -q -r tests/requirements.txt
	@touch $@
