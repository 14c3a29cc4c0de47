# Two commands: `make run` (a complete demonstration year on this machine), `make test` (the suite).
# Everything they need is installed by deploy/setup.sh into .venv; both can be repeated.
SHELL := /bin/sh
PY := .venv/bin/python
HOST ?= 127.0.0.1
PORT ?= 8000
TEST_DATABASE_URL ?= postgres://postgres@127.0.0.1:5432/postgres
TEST_REDIS_URL ?= redis://127.0.0.1:6379/9
BIOME := PATH="$(CURDIR)/.venv/bin:$$PATH" node_modules/.bin/biome
# pyproject.toml says what is measured; the branches of the tests themselves are not asked for.
MEASURED := $(PY) -W "ignore:Unable to activate pytest branch coverage" -m slipcover --json --out var/coverage.json
APPS := cchc_index units criteria selfassess appraisal surveys results

# Uncompiled, the tests take three times as long to begin, and so does each program that they start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run setup setup-dev setup-browser test services-test browser-test lint format lock hooks bench mutate clean sbom audit \
	lint-code lint-pages lint-types lint-layers lint-migrations lint-deploy lint-subjects

help:
	@echo "make run            cài đặt nếu thiếu, nạp năm trình diễn, mở http://$(HOST):$(PORT)"
	@echo "make test           cài đặt nếu thiếu, chạy bộ kiểm thử trên SQLite"
	@echo "make setup          chỉ cài đặt; sau đó dùng .venv/bin/python manage.py …"
	@echo "make services-test  cùng bộ kiểm thử trên PostgreSQL và Redis, với Celery worker thật"
	@echo "make browser-test   hành trình một năm trong Chromium"
	@echo "make lint           quy tắc mã, trang, kiểu, tầng, migration, cấu hình vận hành, tên commit"
	@echo "make mutate         đột biến các mô-đun tính toán và quy tắc quyền, xem bộ kiểm thử bắt được bao nhiêu"
	@echo "make sbom          bảng kê thành phần phần mềm (CycloneDX); make audit ADVISORIES=all.zip đối chiếu lỗ hổng đã biết"
	@echo "make hooks          chạy các kiểm tra ấy trước mỗi commit (pre-commit)"

run: setup
	@exec $(PY) manage.py serve --demo --host $(HOST) --port $(PORT)

setup:
	@sh deploy/setup.sh run

setup-dev:
	@sh deploy/setup.sh dev

setup-browser: setup-dev
	@sh deploy/setup.sh browser

test: setup-dev
	$(PY) -m pytest -m "not browser and not services" -n auto --dist worksteal

# With the migrations as an installation runs them; `make services-test COVERAGE=1` measures and holds the floor too.
# What is marked `once` asks this database nothing and runs no line that is measured: `make test` runs it.
services-test: setup-dev
	@mkdir -p var
	DATABASE_URL=$(TEST_DATABASE_URL) REDIS_URL=$(TEST_REDIS_URL) \
		$(if $(COVERAGE),$(MEASURED),$(PY)) -m pytest -m "not browser and not once" --migrations -n 2 --dist worksteal
	$(if $(COVERAGE),$(PY) -m slipcover --merge var/coverage.json --out var/coverage.json --fail-under 95)

# In the order of the files: the whole year is one long test, which xdist would begin last.
browser-test: setup-browser
	$(PY) -m pytest -m browser -p no:randomly -n 2 --dist loadfile --no-loadscope-reorder

# Each part stands in .pre-commit-config.yaml too; a test compares the two.
lint: lint-code lint-pages lint-types lint-layers lint-migrations lint-deploy lint-subjects

lint-code: setup-dev
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

# Templates, styles, scripts. The last line: what the formatters leave alone (words, addresses) is no longer either.
lint-pages: setup-dev
	.venv/bin/djangofmt -q --check templates
	.venv/bin/djangofmt -q check templates
	$(BIOME) ci --error-on-warnings
	! LC_ALL=C.UTF-8 grep -rnE '^.{121,}' templates static/css static/js

lint-types: setup-dev
	.venv/bin/mypy .

lint-layers: setup-dev
	PYTHONPATH=. .venv/bin/lint-imports --no-logo

lint-migrations: setup-dev
	$(PY) manage.py makemigrations --check --dry-run

lint-deploy: setup-dev
	CCHC_PRODUCTION=1 SECRET_KEY=only-for-this-check-9f2c71d6b8e34a05a1c7d2e9b6f803415c8e7a ALLOWED_HOSTS=cchc.example.vn \
		LEDGER_KEY=only-for-this-check-5d0a7be12c9f48e6a3 \
		$(PY) manage.py check --deploy --fail-level WARNING

lint-subjects: setup-dev
	$(PY) .ci/subjects

hooks: setup-dev
	.venv/bin/pre-commit install

format: setup-dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .
	.venv/bin/djangofmt -q check --fix templates
	.venv/bin/djangofmt -q templates
	$(BIOME) check --write

# Complete and with digests for every Python from Debian 12's own 3.11.2 on, whatever Python runs this.
LOCK := .venv/bin/uv pip compile -q --universal --python-version 3.11.2 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

lock: setup-dev
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-s3.in -c requirements.txt -o requirements-s3.txt
	$(LOCK) requirements-dev.in -o requirements-dev.txt

# What the site is made of (CycloneDX), from the lock alone.
sbom: setup
	$(PY) deploy/inventory.py sbom > cchc.cdx.json

# What is known against the lock: ADVISORIES=all.zip, OSV's archive for PyPI, fetched where there is a network.
audit: setup
	$(if $(ADVISORIES),$(PY) deploy/inventory.py audit $(ADVISORIES),@echo "Not audited: no ADVISORIES=all.zip was given")

# Which changes of the pure modules and of the rules no test would notice; docs/mutation.md holds the figures.
mutate: setup-dev
	$(PY) bench/mutation.py $(MODULES)

bench: setup-dev
	@for file in bench/[a-z]*.py; do echo "== $$file"; $(PY) $$file || exit 1; done

clean:
	rm -rf .venv node_modules var
