# Short names for `python3 dev.py …`, which works without make as well.
.DEFAULT_GOAL := help
.PHONY: help demo test check fix bench faults screens pictures

help:  ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo:  ## run the whole system with the demo city at http://127.0.0.1:8000
	@python3 dev.py demo

test:  ## run the checks and all tests
	@python3 dev.py test

check:  ## run the static checks only
	@python3 dev.py check

fix:  ## format the code and repair what a machine can repair
	@python3 dev.py fix

bench:  ## measure the mass jobs, pages and files; N=1000000 sets how many recipients
	@python3 dev.py bench $(N)

screens:  ## photograph every page at both sizes: .local/screens/index.html
	@python3 dev.py screens

pictures:  ## make the pictures of the help pages anew
	@python3 dev.py pictures

faults:  ## kill, stop and cut off the system's processes; FAULTS="--seed 7" passes arguments
	@python3 dev.py faults $(FAULTS)
