# Short names for `python3 dev.py …`, which works without make as well.
.DEFAULT_GOAL := help
.PHONY: help demo test check fix bench

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## run the whole system with the demo city at http://127.0.0.1:8000
	@python3 dev.py demo

test:  ## run the checks and all tests
	@python3 dev.py test

check:  ## run the static checks only
	@python3 dev.py check

fix:  ## format the code and repair what a machine can repair
	@python3 dev.py fix

bench:  ## measure the mass jobs
	@python3 dev.py bench
