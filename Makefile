# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Everything that is set up goes to .build in this checkout. CONTRIBUTING.md explains.

PYTHON ?= python3
GATE = $(PYTHON) tests/gate

.DEFAULT_GOAL := help
.PHONY: help test unit lint sanity integration docs check list

help:  ## show this
	@sed -n 's/^\([a-z]*\):.*## */\1\t/p' $(MAKEFILE_LIST) | expand -t 14

test:  ## every check of the project, with a table at the end
	@$(GATE)

unit:  ## the unit tests
	@$(GATE) unit

lint:  ## what reads the sources only
	@$(GATE) lint

check:  ## one check or group: make check NAME=ruff
	@$(GATE) $(NAME)

list:  ## what `make check` knows
	@$(GATE) --list
