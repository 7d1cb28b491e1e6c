.DEFAULT_GOAL := help
SHELL := /bin/bash
PY := .venv/bin/python
export RASA_TELEMETRY_ENABLED := false
export TF_CPP_MIN_LOG_LEVEL := 3
export PYTHONWARNINGS := ignore
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export ACTION_PORT ?= 5055
export BOT_PORT ?= 5005
export STAFF_PORT ?= 5008
CITY := $(or $(RENEWAL_CITY),city.yml)
MODEL := models/$(basename $(notdir $(CITY))).tar.gz
FAQ := $(MODEL:.tar.gz=.faq)
TRAINED_FROM := $(FAQ) bot/rule_policy.py bot/faq.py bot/city_importer.py config.yml domain.yml $(wildcard data/*.yml bot/nlu/*.py) \
	$(shell find reading -name "*.py" -o -name "*.yml")

.PHONY: always help setup run run-cluster shell test quick lint train database proof lock clean

help: ## この一覧を表示します
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: setup database $(MODEL) ## ボットと職員画面を起動します（初回は用意と学習に数分かかります）
	@echo "● 起動しています（止めるときは Ctrl-C）"
	@exec .venv/bin/honcho start --no-prefix

run-cluster: setup $(MODEL) ## 本番と同じ構成を、この機械だけで起動します
	@echo "● 起動しています（止めるときは Ctrl-C）"
	@exec $(PY) -m deploy.cluster

shell: setup database $(MODEL) ## 端末でボットと話します（make run の横でも使えます）
	@BOT_PORT=5006 ACTION_PORT=5056 $(PY) -m bot.shell

test: setup $(MODEL) ## すべての検査を実行します
	@scripts/chromium
	@echo "● 文法と型"; .venv/bin/ruff check . && $(PY) -m mypy
	@echo "● 学習データと会話"; $(PY) -m bot data validate > var/validate.log 2>&1 || { tail -5 var/validate.log; exit 1; }
	@! grep -E "UserWarning|WARNING" var/validate.log | grep -v "is not used in any story or rule"  # what only actions utter
	@$(PY) -m bot test core --stories tests/test_stories.yml --model $(MODEL) --out results --fail-on-prediction-errors 2>&1 | tail -5; exit $${PIPESTATUS[0]}
	@echo "● テスト"; $(PY) -m pytest --ignore tests/browser
	@echo "● 画面"; $(PY) -m pytest tests/browser  # apart: Playwright keeps an event loop running

quick: setup ## サーバー、画面、データベース、学習の要らない検査だけを実行します（1分たらず）
	@.venv/bin/ruff check .
	@$(PY) -m pytest tests/reading --ignore tests/reading/test_intents.py -k "not each_word and not every_piece and not decide" & reading=$$!; \
	$(PY) -m pytest tests/renewal tests/cli tests/test_city_alone.py tests/test_layers.py \
		-k "not postgresql and not sqlite" --ignore tests/cli/test_read.py; rest=$$?; \
	wait $$reading && exit $$rest

lint: setup ## 文法と型だけを検査します
	@.venv/bin/ruff check . && $(PY) -m mypy

train: setup $(MODEL) ## 学習データが変わっていれば学習します

proof: setup $(MODEL) ## 大きな測定を実行します（時間がかかります）
	@$(PY) -m benchmarks

lock: ## requirements.lock と、検査の道具を除いた requirements-production.lock を作り直します
	@uv pip compile --quiet --python-version 3.10 --generate-hashes --no-emit-index-url --override requirements-overrides.txt requirements.in -o requirements.lock
	@sed '/^# checks and tests/,$$d' requirements.in | uv pip compile --quiet --python-version 3.10 --generate-hashes --no-emit-index-url --no-annotate --no-header --override requirements-overrides.txt --constraint requirements.lock - -o requirements-production.lock
	@$(PY) scripts/licences > docs/licences.md

clean: ## 学習済みモデルと一時ファイルを消します（予約は消しません）
	@rm -rf models .rasa results .pytest_cache .mypy_cache .ruff_cache

setup:
	@scripts/setup

database: setup
	@$(PY) -m cli migrate

# Written only when it changes: the city's file may change as it likes besides its questions.
$(FAQ): always | setup
	@mkdir -p models && $(PY) -m bot.faq > $@.new
	@cmp -s $@.new $@ && rm $@.new || mv $@.new $@

# --force: what Rasa keeps of an earlier training does not notice changed code in bot/nlu.
$(MODEL): $(TRAINED_FROM) | setup
	@echo "● 学習しています（1〜2分）"
	@set -o pipefail; $(PY) -m bot train --force --fixed-model-name $(basename $(basename $(notdir $@))) --out models $(if $(CI),,--quiet) 2>&1 | { grep -viE 'warn|deprecat' || true; }
	@touch $@
