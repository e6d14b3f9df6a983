# What people do here. `make help` lists it.
.DEFAULT_GOAL := help
PREFIX ?= /usr/local
STATE ?= state
PORT ?= 8000
DEMO ?= demo
CONFIG := pipelines/banners.json5
FIRST := 2026-11-18
LAST := 2026-11-20
SLUICE := .build/release/sluice
LIBRARY := .build/library/release/libSluiceRandomizer.so
SERVING := .build/serving-venv
ANALYSIS := .build/analysis-venv
OBP := .build/obp-venv
STATSMODELS := .build/statsmodels-venv
TARGETING := .build/targeting-venv
SPARK := .build/targeting-spark-venv
CLUSTER := .build/cluster-venv
BUDGET := .build/budget-venv
SKLIFT := .build/sklift-venv
BROWSER := .build/browser-venv
PROMETHEUS := .build/prometheus
REFERENCE := Tests/RandomizerTests/Reference
# Suites of what several threads do at once.
THREADS := HostStressTests|ServingFaultsTests|InvarianceTests|PassTests|LogReaderTests|CompressedLogTests|DirectoryTests|UpliftTwinTests|WaveTests|StreamingTests

# Libraries of the system that the program is built with: what pkg-config and Debian call them; and its timezones.
LIBRARIES := libisal libzstd
ZONES := /usr/share/zoneinfo
PACKAGES := libisal-dev libzstd-dev tzdata

# The C++ library that Swift's runtime needs becomes part of the binary, if there is one to link: it is alone in its directory.
STATIC := .build/static
RELEASE = swift build --configuration release --static-swift-stdlib -Xswiftc -L$(STATIC) \
    $(if $(filter Linux,$(shell uname)),-Xlinker --no-export-dynamic) -Xlinker -s

.PHONY: java spark test-spark bench-spark targeting targeting-spark test-targeting-spark study-tune study-waves study-hillstrom demo-campaign
.PHONY: torture sanitize fuzz help dependencies run test test-fast test-ports runtimes test-operations operators deb deb-test report browser lint format release \
    static library wheel serve install study bench bench-comparisons bench-uplift bench-budget bench-ports bench-serving \
    study-evaluation fixtures check demo clean

help: ## This list.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

dependencies: ## Installs the libraries of the system that are missing (apt).
	@if [ -d $(ZONES) ] && { pkg-config --exists $(LIBRARIES) 2>/dev/null \
	    || { [ -e /usr/include/isa-l/igzip_lib.h ] && [ -e /usr/include/zstd.h ]; }; }; then \
	    :; \
	elif command -v apt-get >/dev/null; then \
	    install="$$([ "$$(id -u)" = 0 ] || echo sudo) env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $(PACKAGES)"; \
	    $$install || { $$([ "$$(id -u)" = 0 ] || echo sudo) apt-get update && $$install; }; \
	else \
	    echo "ISA-L, libzstd or the timezones are missing: install them, the libraries with their headers" \
	        "(Fedora: isa-l-devel libzstd-devel tzdata, macOS: brew install isa-l zstd)." >&2; \
	    exit 1; \
	fi

run: release ## The nightly job on the fixtures: shows tomorrow's table.
	$(SLUICE) run --config $(CONFIG) --state $(STATE) --date $(FIRST)..$(LAST) --print

test: $(TARGETING)/.installed
test: dependencies $(SERVING)/.installed $(ANALYSIS)/.installed $(BROWSER)/.installed $(OBP)/.installed $(STATSMODELS)/.installed $(SKLIFT)/.installed $(BUDGET)/.installed operators release wheel browser ## All tests, with a summary by part.
	$(RELEASE) --product StateGenerator
	python3 Tests/run.py \
	    'swift: swift test' \
	    'vectors: $(SERVING)/bin/python $(REFERENCE)/vectors.py Tests/RandomizerTests/Vectors/assignment.json' \
	    'sources: python3 Tests/Logs/sources.py $(SLUICE)' \
	    'globs: $(ANALYSIS)/bin/python Tests/State/globs.py $(SLUICE)' \
	    'parts: python3 Tests/State/parts.py $(SLUICE)' \
	    'schema: $(ANALYSIS)/bin/python Tests/Operations/schema.py $(SLUICE)' \
	    'parquet: $(ANALYSIS)/bin/python Tests/State/parquet.py $(SLUICE)' \
	    'targeting: $(TARGETING)/bin/python Tests/Targeting/all.py $(SLUICE)' \
	    'serving: $(SERVING)/bin/python Tests/Serving/end_to_end.py $(SLUICE) $(LIBRARY)' \
	    'protocol: $(SERVING)/bin/python Tests/Serving/protocol.py $(LIBRARY)' \
	    'package: $(SERVING)/bin/python Tests/Serving/package.py .build/wheel/*.whl' \
	    'load: $(SERVING)/bin/python Tests/Serving/load.py $(LIBRARY) --seconds 2 --turns 1 --swaps 300' \
	    'ports: $(SERVING)/bin/python Tests/Serving/ports.py $(SLUICE) $(LIBRARY) --only browser --visitors 20000' \
	    'obp: $(OBP)/bin/python Tests/Evaluation/obp_check.py $(SLUICE)' \
	    'statsmodels: $(STATSMODELS)/bin/python Tests/Evaluation/statsmodels_check.py $(SLUICE)' \
	    'highs: $(BUDGET)/bin/python Tests/Budget/highs_check.py $(SLUICE)' \
	    'budget-page: python3 Tests/Report/budget_page.py $(SLUICE) $(SCREENSHOTS)' \
	    'sklift: $(SKLIFT)/bin/python Tests/Uplift/sklift_check.py $(SLUICE)' \
	    'uplift-page: python3 Tests/Uplift/page.py $(SLUICE)' \
	    'operations: python3 Tests/Operations/check.py $(SLUICE) $(PROMETHEUS)/promtool' \
	    'faults: python3 Tests/Faults/torture.py $(SLUICE) --seconds 30' \
	    'numbers: python3 Tests/Faults/extremes.py $(SLUICE) --random 60' \
	    'browser: $(BROWSER)/bin/python Tests/Report/browser.py $(SLUICE) .build/release/StateGenerator $(SCREENSHOTS)'

test-ports: release library runtimes browser $(SERVING)/.installed ## The ports in Node, Go, Java, PHP and Chromium against the vectors and the library, on 100,000 visitors.
	$(SERVING)/bin/python Tests/Serving/ports.py $(SLUICE) $(LIBRARY)

runtimes: ## Installs Node, Go, Java and PHP, for the ports' test (apt, some 150 MB).
	@missing=; for pair in node:nodejs go:golang-go javac:default-jdk-headless php:php-cli; do \
	    command -v $${pair%%:*} >/dev/null || missing="$$missing $${pair##*:}"; \
	done; \
	if [ -z "$$missing" ]; then \
	    :; \
	elif command -v apt-get >/dev/null; then \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends$$missing"; \
	    $$install || { $$sudo apt-get update && $$install; }; \
	else \
	    echo "Missing for the ports' test:$$missing" >&2; \
	    exit 1; \
	fi

test-fast: dependencies ## What to run while working: no browser, no services, no slow suites.
	swift build --build-tests
	SLUICE_FAST_TESTS=1 python3 Tests/run.py 'swift: swift test --skip-build'

test-operations: operators release ## What promtool, shells and man say: metrics, rules, dashboard, completions, manual pages.
	python3 Tests/run.py 'operations: python3 Tests/Operations/check.py $(SLUICE) $(PROMETHEUS)/promtool'

# Of Prometheus only promtool is wanted: unpacked, not installed, which would start a server.
operators: ## Installs shells and mandoc for the tests (apt), and unpacks promtool.
	@if ! command -v apt-get >/dev/null; then \
	    echo "Without apt: install zsh, fish, groff and mandoc, and put promtool into $(PROMETHEUS)." >&2; \
	else \
	    set -e; \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    if ! command -v zsh fish mandoc man groff >/dev/null || [ $$(command -v zsh fish mandoc man groff | wc -l) -lt 5 ]; then \
	        install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends zsh fish mandoc man-db groff"; \
	        $$install || { $$sudo apt-get update && $$install; }; \
	    fi; \
	    if [ ! -x $(PROMETHEUS)/promtool ]; then \
	        mkdir -p $(PROMETHEUS); cd $(PROMETHEUS); \
	        apt-get download prometheus || { $$sudo apt-get update && apt-get download prometheus; }; \
	        dpkg-deb --fsys-tarfile prometheus_*.deb | tar --extract --strip-components=3 ./usr/bin/promtool; \
	        rm prometheus_*.deb; \
	    fi; \
	fi

report: release ## The page of what is in STATE: report.html.
	$(SLUICE) report --state $(STATE)

browser: ## Installs Chromium, for the report's test (apt).
	@if command -v chromium chromium-browser google-chrome >/dev/null; then \
	    :; \
	elif command -v apt-get >/dev/null; then \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium"; \
	    $$install || { $$sudo apt-get update && $$install; }; \
	else \
	    echo "Chromium is missing: install it, the report's test opens pages in it." >&2; \
	    exit 1; \
	fi

lint: ## The formatter's check.
	swift format lint --strict --recursive Package.swift Sources Tests

format: ## Formats the sources in place.
	swift format --in-place --recursive Package.swift Sources Tests

# Debian has no static ISA-L, so that a machine which only runs the binary needs libisal2 (and libzstd1, which is always there).
release: dependencies static ## The binary to copy: .build/release/sluice; where it runs, libisal2 and tzdata must be installed.
	$(RELEASE) --product sluice

static:
	@mkdir -p $(STATIC)
	@library=$$(cc -print-file-name=libstdc++.a); \
	    if [ -e "$$library" ]; then ln -sf "$$library" $(STATIC); else rm -f $(STATIC)/libstdc++.a; fi

# A scratch path of its own: other flags would build everything anew.
library: ## The randomizer for other languages: .build/library/release/libSluiceRandomizer.so.
	swift build --scratch-path .build/library --configuration release --product SluiceRandomizer \
	    -Xswiftc -static-stdlib -Xswiftc -Osize -Xlinker -s

wheel: library ## The Python package with the library inside: .build/wheel/sluice_randomizer-*.whl.
	@rm -rf .build/wheel && mkdir -p .build/wheel/source
	cp -r pipelines/serving/pyproject.toml pipelines/serving/setup.py pipelines/serving/sluice_randomizer $(LIBRARY) .build/wheel/source
	mv .build/wheel/source/$(notdir $(LIBRARY)) .build/wheel/source/sluice_randomizer
	cd .build/wheel/source && SLUICE_VERSION=$$(sed -n 's/.*text = "\(.*\)".*/\1/p' $(CURDIR)/Sources/Domain/Version.swift) \
	    python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir .. .

$(SERVING)/.installed: pipelines/serving/requirements.txt $(REFERENCE)/requirements.txt Tests/Serving/requirements.txt
$(ANALYSIS)/.installed: Tests/State/requirements.txt
$(BROWSER)/.installed: Tests/Report/requirements.txt
$(STATSMODELS)/.installed: Tests/Evaluation/statsmodels.txt
$(OBP)/.installed: Tests/Evaluation/obp.txt
$(BUDGET)/.installed: Tests/Budget/requirements.txt
$(SKLIFT)/.installed: Tests/Uplift/sklift.txt

$(TARGETING)/.installed: pipelines/targeting/requirements.txt Tests/Targeting/requirements.txt
$(SPARK)/.installed: pipelines/targeting/spark.txt
$(CLUSTER)/.installed: Tests/Spark/requirements.txt

# Python packages, in an environment of their own.
%-venv/.installed:
	@rm -rf $*-venv
	@python3 -m venv $*-venv || { \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    install="$$sudo apt-get install -y --no-install-recommends python3-venv"; \
	    $$install || { $$sudo apt-get update && $$install; }; \
	    python3 -m venv --clear $*-venv; }
	$*-venv/bin/pip install --quiet --disable-pip-version-check $(addprefix --requirement ,$^)
	@# obp declares torch, which is never called here: it comes by itself.
	@case $* in *obp) $*-venv/bin/pip install --quiet --disable-pip-version-check --no-deps obp==0.4.1;; esac
	@touch $@

serve: library $(SERVING)/.installed ## The banner service on the fixtures' table, at http://127.0.0.1:$(PORT); what it logs goes to STATE/events.
	@[ -e $(STATE)/current ] || $(MAKE) run
	SLUICE_STATE=$(abspath $(STATE)) SLUICE_EVENTS=$(abspath $(STATE))/events \
	    SLUICE_CATALOGUE=$(abspath pipelines/serving/catalogue.json) \
	    SLUICE_RANDOMIZER_LIBRARY=$(abspath $(LIBRARY)) \
	    $(SERVING)/bin/gunicorn --workers 4 --bind 127.0.0.1:$(PORT) --chdir pipelines/serving 'service:create_app()'

targeting: $(TARGETING)/.installed ## Installs what pipelines/targeting needs (scikit-learn, from PyPI) into .build.

targeting-spark: java $(SPARK)/.installed ## The same for fit.py --engine spark: Java 17 (apt) and PySpark.

spark: java $(CLUSTER)/.installed ## Installs what nights on Spark need: Java 17 (apt) and PySpark.

test-spark: release spark ## Nights on Spark are to the byte those of one machine, and broken ones publish nothing. Some minutes; a part of it with CHECKS="fixtures …".
	$(CLUSTER)/bin/python Tests/Spark/check.py $(SLUICE) $(CHECKS)

java:
	@if command -v java >/dev/null; then \
	    :; \
	elif command -v apt-get >/dev/null; then \
	    sudo=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	    install="$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends openjdk-17-jre-headless"; \
	    $$install || { $$sudo apt-get update && $$install; }; \
	else \
	    echo "Java is missing: install Java 17 or later, Spark runs on it." >&2; \
	    exit 1; \
	fi

test-targeting-spark: targeting targeting-spark ## Both engines of fit.py on Hillstrom's customers: logistic scores within 0.0001. A minute or two.
	$(SPARK)/bin/python Tests/Targeting/spark_check.py $(TARGETING)/bin/python

study-tune: targeting ## What tune.py brings, and its gate lets through, where the truth is known (a quarter of an hour of one core). Options in STUDY="--rounds …".
	$(TARGETING)/bin/python Tests/Targeting/study_tune.py $(STUDY)

study-waves: release targeting ## A campaign of waves where the truth is known, against random, everyone and the oracle. Options in STUDY.
	$(TARGETING)/bin/python Tests/Targeting/study_waves.py $(SLUICE) $(STUDY)

study-hillstrom: release targeting ## Hillstrom's customers: fit on one half, decide, value on the other.
	$(TARGETING)/bin/python Tests/Targeting/study_hillstrom.py $(SLUICE) $(STUDY)

demo-campaign: release targeting ## Lives a campaign of several waves through the nightly job: tables by band in $(DEMO)-campaign.
	$(TARGETING)/bin/python Tests/Targeting/campaign.py $(SLUICE) $(DEMO)-campaign

torture: release ## Fails, shortens and kills at system calls of every command that writes, changes what readers read, runs three years of nights: figures, some 15 minutes.
	python3 Tests/Faults/torture.py $(SLUICE) --seconds 720
	python3 Tests/Faults/readers.py $(SLUICE) --seconds 60
	python3 Tests/Faults/extremes.py $(SLUICE) --random 300
	python3 Tests/Faults/long_life.py $(SLUICE)

# A scratch path for each: everything is built with it. Tests of the real program need it built the same way.
# The thread sanitizer's code for values that cannot be copied does not pass the verifier of LLVM in Swift 6.3, hence the flag.
sanitize: dependencies ## The suites under the address sanitizer, those of threads under the thread sanitizer (half an hour).
	SLUICE_FAST_TESTS=1 LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Faults/leaks.supp:print_suppressions=0 \
	    swift test --scratch-path .build/address --sanitize=address
	swift build --build-tests --scratch-path .build/thread --sanitize=thread -Xswiftc -Xfrontend -Xswiftc -disable-llvm-verify
	"$$(dirname "$$(readlink -f "$$(command -v swift)")")"/clang -shared -fPIC -O1 -o .build/thread/mutex_order.so \
	    Tests/Faults/mutex_order.c -ldl
	SLUICE_SWAPS=10000 LD_PRELOAD=$(CURDIR)/.build/thread/mutex_order.so TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Faults/races.supp \
	    .build/thread/debug/SluicePackageTests.xctest --testing-library swift-testing --filter '$(THREADS)'

# A scratch path of its own, as for sanitize; debug, so that every precondition is there.
fuzz: release ## Every reader under libFuzzer and the address sanitizer; FUZZ="--seconds N" for each (three minutes), --only READER,….
	SLUICE_FUZZ=1 swift build --scratch-path .build/fuzz --sanitize=address --sanitize=fuzzer --product Fuzz
	python3 Tests/Fuzz/fuzz.py .build/fuzz/debug/Fuzz $(SLUICE) $(FUZZ)

install: release ## Copies the binary to $(PREFIX)/bin.
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(SLUICE) $(DESTDIR)$(PREFIX)/bin/sluice

study: ## What verdicts, lifts, revenue, pooling do in simulated lives, gains in worlds where things go wrong; STUDY="PERCENT PART…".
	$(RELEASE) --product Study
	.build/release/Study $(STUDY)

deb: release ## A Debian package: .build/deb/sluice_VERSION_ARCHITECTURE.deb.
	@rm -rf .build/deb
	pipelines/debian/build.sh $(SLUICE) .build/deb

deb-test: deb ## Installs the package in a fresh Debian root and runs three nights there (as root; two minutes, the first time).
	@command -v debootstrap >/dev/null || apt-get install -y --no-install-recommends debootstrap
	Tests/Operations/fresh_debian.sh .build/deb/sluice_*.deb .build/fresh-debian

bench: release $(OBP)/.installed $(ANALYSIS)/.installed $(BUDGET)/.installed $(SKLIFT)/.installed ## Timings of the steps and against other engines, options in BENCH="--size … --peers duckdb --memory-size … --hostile".
	$(RELEASE) --product Benchmarks
	@mkdir -p .build/bench
	.build/release/Benchmarks > .build/bench/steps.txt
	@cat .build/bench/steps.txt
	@python3 Tests/Benchmarks/compare.py --steps .build/bench/steps.txt $(BENCH)
	@python3 Tests/Benchmarks/evaluation.py $(SLUICE) $(OBP)/bin/python
	@$(ANALYSIS)/bin/python Tests/Benchmarks/parquet.py $(SLUICE)
	@$(SKLIFT)/bin/python Tests/Benchmarks/uplift.py $(SLUICE)
	@$(BUDGET)/bin/python Tests/Benchmarks/budget.py

study-evaluation: release $(OBP)/.installed ## Whether estimates of policies say what was true, on real data: the README's figures (two minutes).
	$(OBP)/bin/python Tests/Evaluation/study.py $(SLUICE)

bench-comparisons: release $(STATSMODELS)/.installed ## Comparisons of policies against statsmodels, options in BENCH="--customers … --rounds …".
	$(STATSMODELS)/bin/python Tests/Benchmarks/comparisons.py $(BENCH)

bench-ports: release library runtimes browser $(SERVING)/.installed ## Nanoseconds of an assignment in each language.
	$(SERVING)/bin/python Tests/Serving/ports.py $(SLUICE) $(LIBRARY) --bench

bench-serving: library $(SERVING)/.installed ## The load that the banner service holds beside a constant, and 10,000 swaps of tables.
	$(SERVING)/bin/python Tests/Serving/load.py $(LIBRARY) --least 0.6 $(BENCH)

bench-budget: release $(BUDGET)/.installed ## Budgets against numpy and Polars, options in BENCH="--customers … --large … --rounds …".
	$(BUDGET)/bin/python Tests/Benchmarks/budget.py $(BENCH)

bench-uplift: release $(SKLIFT)/.installed ## Uplift tables and curves against pandas with scikit-uplift, options in BENCH="--rows … --rounds …".
	$(SKLIFT)/bin/python Tests/Benchmarks/uplift.py $(SLUICE) $(BENCH)

fixtures: dependencies ## Writes fixtures/ anew; the same bytes every time.
	swift run FixtureGenerator fixtures

demo: release demo-campaign ## Lives four weeks of an invented shop and writes their report to $(DEMO), and a campaign of several waves.
	$(SLUICE) simulate --world pipelines/worlds/demo.json5 --output $(DEMO)
	$(SLUICE) report --state $(DEMO)/state --config $(DEMO)/pipeline.json5 --output $(DEMO)/report.html
	@echo "The report is $(abspath $(DEMO)/report.html)"

check: release ## Checks the example pipeline's configuration.
	$(SLUICE) check --config $(CONFIG)

bench-spark: release spark ## Processor seconds of a night on Spark, in parts and alone, beside Spark SQL; options in BENCH="--size … --rounds …".
	$(CLUSTER)/bin/python Tests/Benchmarks/spark.py $(SLUICE) $(BENCH)

clean: ## Removes what was built.
	rm -rf .build state demo demo-campaign
