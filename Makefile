# make up [TIER=prod50]   the whole stack on this machine, on real servers in containers
# make status             what runs
# make down               remove all of it
# make docs             the documentation site, in build/docs/html
# make test               every gate;   make test-fast: those that need no containers;   make test SCENARIO=release: one scenario
TIER ?= prod50

.PHONY: up status down test test-fast docs
up:
	@lab/up $(TIER)
status:
	@python3 lab/status.py
down:
	@lab/down
test:
	@tests/run
docs:
	@. .venv/bin/activate && tools/docs
test-fast:
	@tests/run fast
