# The commands of this project. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
VENV := .venv
VENV_PYTHON := $(VENV)/bin/python
# Never without hashes, but for the wheel that was built here.
PIP := $(VENV_PYTHON) -m pip --quiet --disable-pip-version-check
# Seeds of each flow that the simulation carries out: `make test-simulation SEEDS=1000000` for the long mode.
SEEDS ?= 5000
# Seconds that `make fuzz` shares among its targets.
SECONDS_OF_FUZZING := $(if $(filter command line environment,$(origin SECONDS)),$(SECONDS),780)
# Where `make install` puts the C library; packagers put DESTDIR before it.
PREFIX ?= /usr/local
DESTDIR ?=
# Suites that `make test` runs side by side: one waits for the network, a clock or the linker while two others compute.
LANES ?= 3
MAKEFLAGS += --no-print-directory
# Hundreds of commands in Python start, each of which would compile all that it imports.
export PYTHONDONTWRITEBYTECODE :=
# Whoever names targets has them one after the other.
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif
# What is tested in Rust is built together, once, a little optimised.
CARGO_OF_TESTS := tests/cargo.sh
# It would have all of wasmtime checked; `make test-embedded` lints it where it is built.
EMBEDDED_PACKAGE := brightpearl-host-wasmtime
# It would have libFuzzer compiled, which is C++; `make lint-rust` lints it.
LIBFUZZER_PROGRAM := tests/fuzz/src/libfuzzer.rs
# For what must not be read, kept or leaked. Optimised code computes with bytes that nobody set, and forgets the outcome.
VALGRIND := CARGO_TARGET_$(subst -,_,$(shell rustc -vV | sed -n "s/^host: //p" | tr a-z A-Z))_RUNNER="valgrind --quiet --error-exitcode=1 --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --undef-value-errors=no"

.PHONY: help
help: ## Lists the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

.PHONY: demo
demo: $(or $(wildcard $(VENV)/.package $(VENV)/.test-package),$(VENV)/.demo-package) ## Pushes shop orders into an emulated Brightpearl, is killed half-way, goes on, pulls the result out and counts
	@$(VENV)/bin/brightpearl demo

.PHONY: test
test: export STEPS := .build/steps
# What would help the next build costs the first one a seventh of its time.
test: export CARGO_INCREMENTAL := 0
# A panic names its line by itself; the lines of a backtrace cost a sixth of the time that our crates take.
test: export CARGO_PROFILE_DEV_DEBUG := false
# Our crates are linted as they are compiled, and what was linted is noted.
test: export RUSTC_WORKSPACE_WRAPPER := $(CURDIR)/tests/rustc.sh
test: export LINTED := $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)/linted
test: ## Sets up and runs everything that proves this project, and prints a table of it
	@rm -rf $(STEPS) && mkdir -p $(STEPS)
	@status=0; \
	{ tests/step.sh "what the tests need" tests/setup.sh && $(MAKE) SIDE_BY_SIDE=yes --jobs=$(LANES) suites; } || status=$$?; \
	tests/step.sh --table; \
	$(VENV_PYTHON) tests/capabilities/table.py --ran $(STEPS) || status=$$?; \
	if [ $$status -eq 0 ]; then echo "make test: everything passed"; fi; \
	exit $$status

.PHONY: check
check: export STEPS := .build/check
check: ## In a minute: format, lints and unit tests of what changed since main (or SINCE=COMMIT), and the vectors in Rust and Python
	@rm -rf $(STEPS) && mkdir -p $(STEPS)
	@status=0; $(MAKE) SIDE_BY_SIDE=yes --jobs=$(LANES) check-rust check-python || status=$$?; tests/step.sh --table; exit $$status

.PHONY: check-rust
check-rust:
	@tests/step.sh "format" cargo fmt --all --check
	@tests/step.sh "what changed, and vectors in Rust" tests/check.sh $(SINCE)

.PHONY: check-python
check-python: $(VENV)/.test-package
	@if [ -x tests/lint.sh ]; then tests/step.sh "formatters and linters" env VENV=$(VENV) tests/lint.sh; fi
	@tests/step.sh "vectors in Python" $(VENV_PYTHON) -m pytest -c tests/hosts/python/pytest.ini tests/hosts/python/test_vectors.py

# The longest first, so that all end together; the Python suite waits a lot while others compile.
.PHONY: suites
suites: run-rust test-python test-component test-fuzz test-c test-node test-simulation format-rust lint-rest test-supply $(if $(wildcard tests/lint.sh),lint)
	@tests/step.sh "all hosts over HTTP" tests/hosts/over-http.sh
	@tests/step.sh "every crate was linted" $(PYTHON) tests/lint/linted.py $$LINTED --except $(EMBEDDED_PACKAGE) --except $(LIBFUZZER_PROGRAM) Cargo.toml
	@tests/step.sh "one version" tests/versions.sh

# The Rust tests build the C library and the emulator with more features, and leave them where these take theirs from.
ifdef SIDE_BY_SIDE
test-c test-node test-simulation: | run-rust
# The Node package holds the component.
test-node: | test-component
endif

.PHONY: test-rust
test-rust: lint-rust run-rust ## Format, lints, unit, documentation, property, recording and vector tests in Rust

.PHONY: format-rust
format-rust:
	@tests/step.sh "format" cargo fmt --all --check

.PHONY: lint-rust
lint-rust: format-rust
	@tests/step.sh "lints" cargo clippy --locked --workspace --exclude $(EMBEDDED_PACKAGE) --all-features --all-targets -- -D warnings

# The same where the builds of the tests lint: what is left are the crates that they do not build.
.PHONY: lint-rest
lint-rest: | $(if $(SIDE_BY_SIDE),run-rust)
	@tests/step.sh "benchmarks" $(CARGO_OF_TESTS) build --bins --benches --examples

.PHONY: run-rust
run-rust:
	@tests/step.sh "Rust tests" $(CARGO_OF_TESTS) test --lib --bins --test suite --test header --test freed_secrets --test secrets_in_memory --test server -- --show-output
	@tests/step.sh "Rust's documentation" $(CARGO_OF_TESTS) test --doc
	@tests/step.sh "world data" cargo test --locked --profile host -p brightpearl-world-data
	@tests/step.sh "Rust host" $(CARGO_OF_TESTS) test --test host --test random_orders -- --show-output
	@tests/step.sh "long Rust tests" $(CARGO_OF_TESTS) test --test optimised --test limits --test limits_inputs

.PHONY: lint
lint: $(VENV)/.test-tools ## Formatters and linters of everything but Rust, and the width of prose
	@tests/step.sh "formatters and linters" env VENV=$(VENV) tests/lint.sh
	@tests/step.sh "planted faults have their places" $(PYTHON) tests/mutants/run.py --check

.PHONY: format
format: $(VENV)/.test-tools ## Formats everything, and mends what linters can mend by themselves
	@cargo fmt --all
	@env VENV=$(VENV) tests/lint.sh --write

.PHONY: test-stacks
test-stacks: ## Every parser with hostile inputs on a stack of 128 KiB, optimised; not a part of `test`, since the build takes minutes
	@tests/step.sh "small stacks" env STACK_KIB=128 cargo test --locked --quiet --release -p brightpearl-core --test limits --test limits_inputs

.PHONY: test-simulation
test-simulation: ## Flows under virtual time: SEEDS seeds of misfortunes for each flow, and faults that must be noticed
	@tests/step.sh "planted faults" $(CARGO_OF_TESTS) test --test planted
	@tests/step.sh "simulation" tests/simulation/run.sh --seeds $(SEEDS)

.PHONY: test-fuzz
test-fuzz: ## The fuzz targets: regressions, seeds, and inputs made of them; the C functions under Valgrind, too
	@tests/step.sh "fuzz targets" $(CARGO_OF_TESTS) test --test short
	@tests/step.sh "C functions under Valgrind" env FUZZ_INPUTS=200 $(VALGRIND) $(CARGO_OF_TESTS) test --test short abi

.PHONY: fuzz
fuzz: ## Fuzzes all targets in turn for a long time, under AddressSanitizer: `make fuzz SECONDS=3600`
	@tests/step.sh "fuzzing" tests/fuzz/run.sh --seconds $(SECONDS_OF_FUZZING)

.PHONY: mutants
mutants: ## Plants faults in a copy of the engine, and says which nothing notices; an hour. `make mutants ONLY=absence`
	@$(PYTHON) tests/mutants/run.py $(if $(ONLY),--only "$(ONLY)")

.PHONY: test-supply
test-supply: $(VENV)/.test-tools ## Licences, sources and duplicates of dependencies, lists of contents, commands that leave versions open
	@tests/step.sh "dependencies" $(PYTHON) tests/supply/check.py
	@tests/step.sh "checks of artefacts" $(VENV_PYTHON) -m pytest tests/supply
	@tests/step.sh "capabilities have their proofs" $(VENV_PYTHON) -m pytest -c tests/capabilities/pytest.ini tests/capabilities

.PHONY: test-reproducible
test-reproducible: ## Builds all artefacts twice from nothing, in different surroundings, and compares their bytes: half an hour
	@tests/step.sh "two builds" tests/supply/reproduce.sh

.PHONY: dist
dist: $(VENV)/.test-package $(VENV)/.test-tools ## Every artefact into dist/, with lists of what is inside, licences and checksums; minutes, since all of it is optimised
	@tests/step.sh "artefacts" tests/supply/dist.sh dist --docs $(VENV_PYTHON)

.PHONY: test-dist
test-dist: $(VENV)/.test-tools ## Installs each artefact of dist/ into a clean place and uses it there
	@[ -f dist/SHA256SUMS ] || $(MAKE) dist
	@tests/step.sh "artefacts, installed" $(VENV_PYTHON) -m pytest -c tests/dist/pytest.ini tests/dist

.PHONY: deny
deny: ## The same by cargo-deny, and known weaknesses where their database can be had
	@tests/step.sh "cargo-deny" tests/supply/deny.sh

.PHONY: test-c
test-c: ## The C host: header drift, vectors, the example host, both under valgrind and the sanitizers
	@tests/step.sh "C header" ffi/header.sh --check
	@tests/step.sh "C host" tests/hosts/c/run.sh --valgrind

.PHONY: test-node
test-node: ## The Node host: types, vectors, packaging
	@tests/step.sh "Node package" ffi/node/build.sh
	@tests/step.sh "Node host" tests/hosts/node/run.sh

.PHONY: test-component
test-component: $(VENV)/.test-tools ## The WebAssembly component: builds it, checks that it imports nothing, plays the vectors
	@tests/step.sh "WebAssembly host" tests/hosts/wasmtime/run.sh $(VENV)
	@tests/step.sh "the component once more, elsewhere" tests/supply/reproduce.sh --short

.PHONY: test-embedded
test-embedded: ## The component in a Rust program; not a part of `test`, since compiling wasmtime takes minutes
	@tests/step.sh "wasmtime in Rust" tests/hosts/wasmtime/embedded.sh

.PHONY: test-python
test-python: $(VENV)/.test-package $(VENV)/.test-tools ## The Python host: types, stubs, vectors, command line, real HTTP
	@tests/step.sh "the wheel's contents" $(PYTHON) tests/supply/contents.py --debug python .build/brightpearl-*.whl
	@tests/step.sh "Python host" tests/hosts/python/run.sh $(VENV)
	@tests/step.sh "the container's steps" tests/hosts/deploy/run.sh $(VENV)

.PHONY: docs
docs: $(VENV)/.test-package $(VENV)/.test-tools ## The documentation site, into .build/docs/html: guides whose examples are run, and the reference
	@tests/step.sh "documentation site" env MPLBACKEND=svg $(VENV_PYTHON) docs/site/build.py .build/docs

.PHONY: test-meltano
test-meltano: $(VENV)/.test-package $(VENV)/.test-tools ## Meltano runs the tap and the target, both ways; not a part of `test`, since it is large to install
	@tests/step.sh "Meltano" tests/hosts/meltano/run.sh $(VENV)

.PHONY: test-ray
test-ray: $(VENV)/.test-package $(VENV)/.test-tools ## The flows of many accounts under Ray; not a part of `test`, since it is large to install
	@tests/step.sh "Ray" tests/hosts/ray/run.sh $(VENV)

.PHONY: install
install: export DESTDIR := $(DESTDIR)
install: ## Builds the C library for release and installs it with what pkg-config and CMake need: `make install PREFIX=/usr/local DESTDIR= CURL=yes`
	@ffi/install.sh $(PREFIX) $(if $(CURL),--curl)

.PHONY: bench
bench: $(VENV)/.package $(VENV)/.test-tools ## Measures, beside what one would use instead, and prints the ratios
	@tests/step.sh "server" cargo build --locked --quiet --release -p brightpearl-emulator --features server --bin brightpearl-emulator
	@tests/step.sh "engine" cargo run --locked --quiet --release -p brightpearl-bench
	@tests/step.sh "memory of long pushes" cargo run --locked --quiet --release -p brightpearl-bench --bin memory
	@tests/step.sh "component" tests/hosts/wasmtime/measure.sh
	@tests/step.sh "component in Python" tests/bench/component/run.sh $(VENV)
	@tests/step.sh "C" tests/bench/c/run.sh
	@tests/step.sh "Python" tests/bench/python/run.sh $(VENV)
	@tests/step.sh "Node" tests/bench/node/run.sh

.PHONY: bless-vectors
bless-vectors: ## Rewrites the expectations of the golden vectors; read the difference before you commit it
	@cargo run --locked --quiet -p brightpearl-host-rust --features ordered --bin bless-vectors

.PHONY: generate
generate: ## Writes what the hosts have of the engine's tables and tasks anew, after a change to either
	@cargo run --locked --quiet -p brightpearl-contract
	@ffi/header.sh
	@ffi/node/build.sh
	@node ffi/node/generate-tasks.mjs
	@node ffi/node/generate-catalog.mjs
	@$(MAKE) $(VENV)/.package
	@$(VENV_PYTHON) python/generate_tasks.py
	@$(VENV_PYTHON) python/generate_schemas.py
	@$(VENV_PYTHON) python/generate_types.py
	@$(PYTHON) tests/capabilities/table.py --write

.PHONY: clean
clean: ## Removes everything that was built
	cargo clean
	rm -rf $(VENV) .build dist ffi/node/node_modules ffi/node/dist ffi/node/lib

# The virtual environment, with the wheel built from this tree.
PACKAGE_SOURCES := Cargo.toml Cargo.lock LICENSE $(wildcard tests/supply/*.py tests/supply/*.txt) $(shell find core python tests/emulator -type f \( -name '*.rs' -o -name '*.py' -o -name '*.pyi' -o -name '*.toml' -o -name '*.html' -o -name '*.css' -o -name '*.js' -o -name 'README.md' \) 2>/dev/null)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.10 or later is needed; this is " + sys.version.split()[0]) if sys.version_info < (3, 10) else None'
	@command -v cargo >/dev/null || { echo "Rust is needed: https://rustup.rs"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# $(call install_package,ARGUMENTS OF MATURIN)
define install_package
	@rm -f .build/brightpearl-*.whl $(VENV)/.package $(VENV)/.test-package $(VENV)/.demo-package
	@tests/step.sh "what builds the Python package" $(PIP) install --require-hashes -r tests/supply/build-tools.txt
	@tests/step.sh "the Python package" env MATURIN_PEP517_ARGS="$(1)" $(PIP) wheel --no-deps --no-index --no-build-isolation --wheel-dir .build ./python
	@tests/step.sh "its dependencies" $(PIP) install --require-hashes -r tests/supply/python-dependencies.txt
	@$(PIP) install --no-deps --no-index --force-reinstall .build/brightpearl-*.whl
	@touch $@
endef

# As it is released.
$(VENV)/.package: $(VENV)/.created $(PACKAGE_SOURCES)
	$(call install_package,)

# For a first look, where nothing is there yet: as it is tested, without what tests need. A release takes twice as long to compile.
$(VENV)/.demo-package: $(VENV)/.created $(PACKAGE_SOURCES)
	$(call install_package,--profile dev)

# As it is tested: compiled in a third of the time, with the checks of a debug build. One pip at a time changes the environment.
$(VENV)/.test-package: $(VENV)/.created $(PACKAGE_SOURCES) | $(VENV)/.test-tools
	$(call install_package,--profile dev)

$(VENV)/.test-tools: $(VENV)/.created tests/hosts/python/requirements.txt tests/supply/installer.txt
	@tests/step.sh "Python test tools" tests/supply/install.sh $(VENV) tests/hosts/python/requirements.txt
	@touch $@
