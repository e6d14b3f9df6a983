# What people do here. `make help` lists it.
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
STATE ?= state
CONFIG := pipelines/banners.json5
FIRST := 2026-11-18
LAST := 2026-11-20
SLUICE := .build/release/sluice

.PHONY: help run test lint format release install bench fixtures check clean

help: ## This list.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

run: release ## The nightly job on the fixtures: shows tomorrow's table.
	$(SLUICE) run --config $(CONFIG) --state $(STATE) --date $(FIRST)..$(LAST) --print

test: ## All tests.
	swift test

lint: ## The formatter's check.
	swift format lint --strict --recursive Package.swift Sources Tests

format: ## Formats the sources in place.
	swift format --in-place --recursive Package.swift Sources Tests

release: ## One statically linked binary: .build/release/sluice.
	swift build --configuration release --static-swift-stdlib --product sluice -Xlinker -s

install: release ## Copies the binary to $(PREFIX)/bin.
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(SLUICE) $(DESTDIR)$(PREFIX)/bin/sluice

bench: release ## Timings of the steps and against other engines, options in BENCH="--size … --rounds … --peers duckdb".
	swift build --configuration release --static-swift-stdlib --product Benchmarks -Xlinker -s
	@mkdir -p .build/bench
	.build/release/Benchmarks > .build/bench/steps.txt
	@cat .build/bench/steps.txt
	@python3 Tests/Benchmarks/compare.py --steps .build/bench/steps.txt $(BENCH)

fixtures: ## Writes fixtures/ anew; the same bytes every time.
	swift run FixtureGenerator fixtures

check: release ## Checks the example pipeline's configuration.
	$(SLUICE) check --config $(CONFIG)

clean: ## Removes what was built.
	rm -rf .build $(STATE)
