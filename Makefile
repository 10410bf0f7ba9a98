# Everything is done by one command: `make help` lists them. On Debian 12 nothing else has to be installed first.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
ROOMS := lms courses media_pipeline exams credits certificates
PORT ?= 8000
HOST ?= 127.0.0.1
DEMO ?= 1
ARGS ?=

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore
PIP_INSTALL := -m pip install -qq

# A virtual environment that was moved, or whose Python is gone, is made again.
$(shell grep -qsxF '$(CURDIR)' .venv/.made && .venv/bin/python -c '' 2>/dev/null || rm -f .venv/.made)
$(shell grep -qsxF '$(CURDIR)' .venv-s3/.made && .venv-s3/bin/python -c '' 2>/dev/null || rm -f .venv-s3/.made)

.PHONY: help
help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- Running ----------------------------------------------------------------------------------------------------------

.PHONY: run
run: export LMS_SITE_URL ?= http://127.0.0.1:$(PORT)
run: setup ## Start the school with its demo on http://127.0.0.1:8000 (PORT=.. HOST=.. DEMO=0)
	@exec $(BIN)/lms serve --host $(HOST) --port $(PORT) --migrate $(if $(filter 0 no,$(DEMO)),,--demo)

.PHONY: setup
setup: .venv/.run .env ## Install what running needs, without starting anything
	@requirements/system-packages ffmpeg=ffmpeg 'bwrap=bubblewrap?'

# Settings for a trial on this machine: production's, but for plain http on the loopback. docs/settings.md explains them.
.env: | .venv/.made
	@umask 077; { \
	  echo "LMS_SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')"; \
	  echo 'LMS_ALLOWED_HOSTS=127.0.0.1,localhost'; \
	  echo 'LMS_HTTPS=0'; \
	} >$@.new && mv $@.new $@

.venv/.made:
	@echo "making the virtual environment .venv"
	@requirements/virtual-environment .venv
	@echo '$(CURDIR)' >$@

.venv/.run: .venv/.made requirements/run.txt pyproject.toml
	@echo "installing the school's Python packages (a minute or two)"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@$(BIN)/python $(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

# --- Testing ----------------------------------------------------------------------------------------------------------

TEST_PACKAGES := ffmpeg=ffmpeg bwrap=bubblewrap redis-server=redis-server chromium=chromium pdftotext=poppler-utils \
  msgfmt=gettext '/usr/lib/postgresql/*/bin/postgres=postgresql' '/usr/share/fonts/opentype/noto/NotoSansCJK-*=fonts-noto-cjk'
EACH_PROFILE := --dist each --tx popen//env:LMS_TEST_PROFILE=embedded --tx popen//env:LMS_TEST_PROFILE=scaled
# What holds for the files themselves, whatever they run on.
STATIC_TESTS := tests/test_shape.py tests/test_docs.py tests/test_translations.py tests/unit/lms/test_vendor.py

.PHONY: test
test: setup-tests lint ## Run all checks and all tests, on SQLite and local files, and on PostgreSQL, Redis and S3
	@$(BIN)/pytest $(EACH_PROFILE) $(ARGS)

.PHONY: check
check: setup-tests lint ## Run the checks that need no server: form, types, imports, templates, migrations, translations
	@$(BIN)/pytest $(STATIC_TESTS)

.PHONY: screenshots
screenshots: setup-tests ## Take pictures of every page into a folder (OUT=.. ONLY=courses,exams ROLES=learner,visitor)
	@$(BIN)/python -m tests.pages.screenshots --out '$(or $(OUT),var/screenshots)' --only '$(ONLY)' --roles '$(ROLES)'

.PHONY: setup-tests
setup-tests: .venv/.dev .venv-s3/.installed ## Install what testing needs, Debian packages included
	@requirements/system-packages $(TEST_PACKAGES) || [[ $${CI:-} != true ]]

.venv/.dev: .venv/.run requirements/dev.txt
	@echo "installing the tests' Python packages (a minute)"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

.venv-s3/.made:
	@echo "making the virtual environment .venv-s3"
	@requirements/virtual-environment .venv-s3
	@echo '$(CURDIR)' >$@

.venv-s3/.installed: .venv-s3/.made requirements/s3-server.txt
	@echo "installing the tests' S3 server"
	@.venv-s3/bin/python $(PIP_INSTALL) --require-hashes -r requirements/s3-server.txt
	@touch $@

LINTS := lint-form lint-types lint-imports lint-templates lint-migrations
.PHONY: lint $(LINTS)
$(LINTS): export LMS_DEBUG := 1
$(LINTS): export LMS_DATA_DIR := $(CURDIR)/.venv/check
lint:
	@$(MAKE) -j2 -Otarget -k $(LINTS)
lint-form:
	@$(BIN)/ruff format --check --quiet --output-format concise .
	@$(BIN)/ruff check --quiet --output-format concise .
lint-types:
	@$(BIN)/mypy --no-error-summary
lint-imports:
	@$(BIN)/lint-imports >.venv/imports.log || { cat .venv/imports.log; exit 1; }
lint-templates:
	@$(BIN)/djlint --lint --quiet $(ROOMS)
lint-migrations:
	@$(BIN)/lms makemigrations --check --dry-run

# --- Upkeep -----------------------------------------------------------------------------------------------------------

PIP_COMPILE := $(BIN)/pip-compile -q --allow-unsafe --generate-hashes --strip-extras --no-emit-index-url \
  --no-emit-find-links --no-emit-options

.PHONY: lock
lock: .venv/.dev ## Lock the newest versions that requirements/*.in allow
	@$(PIP_COMPILE) --upgrade -o requirements/dev.txt requirements/dev.in
	@$(PIP_COMPILE) -c requirements/dev.txt -o requirements/run.txt requirements/run.in
	@$(PIP_COMPILE) --upgrade -o requirements/s3-server.txt requirements/s3-server.in

.PHONY: format
format: .venv/.dev ## Bring the code into its form
	@$(BIN)/ruff check --quiet --fix . || true
	@$(BIN)/ruff format --quiet .

.PHONY: messages
messages: .venv/.dev ## Collect new words for translation and compile the catalogues
	@requirements/system-packages msgfmt=gettext
	@for room in $(ROOMS); do \
	  mkdir -p $$room/locale; \
	  (cd $$room && ../$(BIN)/django-admin makemessages -l zh_Hans --no-location --no-wrap -v 0); \
	  po=$$room/locale/zh_Hans/LC_MESSAGES/django.po; \
	  [[ -e $$po ]] || continue; \
	  sed -i -e '/^"POT-Creation-Date:/d' -e '/^"Report-Msgid-Bugs-To:/d' $$po; \
	  msgfmt --check-format -o $${po%.po}.mo $$po; \
	  echo "$$room: $$(msgfmt --statistics -o /dev/null $$po 2>&1)"; \
	done

.PHONY: clean
clean: ## Remove what was installed and every cache; the school's data in var/ stays
	@rm -rf .venv .venv-s3 *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
