# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that is set up goes to .build in this checkout. CONTRIBUTING.md explains.

PYTHON ?= python3
GATE = @$(PYTHON) tests/gate

.DEFAULT_GOAL := help
.PHONY: help demo test all unit lint own sanity integration docs artifact release check list mutants fresh fuzz chaos pictures profile

help:  ## show this
	@sed -n 's/^\([a-z]*\):.*## */  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

demo:  ## watch the main job: a fleet of virtual phones is brought to new firmware
	$(GATE) demo

test:  ## all that a change has to pass, with a table at the end
	$(GATE)

all:  ## that, and what takes longer: ansible-test on all files, all supported ansible-cores, empty machines
	$(GATE) --all

unit:  ## the unit tests
	$(GATE) unit

lint:  ## what reads the sources only
	$(GATE) lint

own:  ## what no standard tool checks
	$(GATE) own

sanity:  ## ansible-test sanity, of what is released and of all files
	$(GATE) sanity

integration:  ## playbooks against virtual phones
	$(GATE) integration

docs:  ## build the documentation site
	$(GATE) docs

artifact:  ## build the collection, import it as Galaxy does, install it
	$(GATE) artifact

release:  ## prepare a release: make release VERSION=1.0.0 KEY=who-signs
	$(GATE)/release.py "$(VERSION)" --key "$(KEY)"

check:  ## one check or group, by the names of `make list`: make check NAME=ruff
	$(GATE) $(NAME)

list:  ## what `make check` knows
	$(GATE) --list

mutants:  ## break one thing at a time, and see a check name it
	$(GATE)/mutants.py

fuzz:  ## a fuzzer on what reads the words of strangers, for hours
	@$(PYTHON) tests/fuzz

chaos:  ## rollouts in which everything goes wrong, compared with what the phones know: make chaos SEEDS=0-299
	@$(PYTHON) tests/chaos $(if $(SEEDS),--seeds $(SEEDS))

pictures:  ## make the pictures of README and guides anew, of the report, of the demo and of text files
	@$(PYTHON) tests/pictures

profile:  ## keep a profile of a real phone as a test: make profile FILE=profile-look.json NAME=snomD785-10.1.54.13
	@cd .build && PYTHONPATH=. venv/bin/python -m ansible_collections.telephony.snom.tests.profiles "$(abspath $(FILE))" "$(NAME)"

fresh:  ## see it work on empty machines of Debian 12 and 13, made with debootstrap, as root
	$(GATE)/fresh.py $(RELEASES)
