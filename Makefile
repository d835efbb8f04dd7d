# A machine needs Python 3.11, git and make; everything else comes by itself.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
RUN := .venv/bin/python

.PHONY: run test bench format words install install-tests

run: install ## Start everything and stay until Ctrl-C. PORT and DATA_DIR may be set.
	@exec $(RUN) -m recovery.supervisor

test: install-tests ## Run every check.
	@exec $(RUN) -m tests.check

bench: install ## Measure at 10,000 and at 1,000,000 complaints.
	@exec $(RUN) manage.py bench

format: install-tests ## Put the code into its form.
	$(RUN) -m ruff format .
	$(RUN) -m ruff check --fix .
	$(RUN) -m djlint templates --reformat --quiet

words: install-tests ## Gather the words to be translated and compile the translations.
	@exec $(RUN) -m recovery.translations gather

install:
	@$(PYTHON) -I recovery/bootstrap.py requirements.txt

install-tests:
	@$(PYTHON) -I recovery/bootstrap.py tests/requirements.txt
