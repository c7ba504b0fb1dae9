# EventLedger's commands. Without just on the machine: ./justw RECIPE

set positional-arguments

# List the recipes
default:
    @{{ quote(just_executable()) }} --justfile {{ quote(justfile()) }} --list --unsorted

# Install the system packages that are missing; quick when there are none
setup:
    @scripts/setup.sh

# Release build of the eventledger executable; says what is linked
build:
    @scripts/build.sh 2

# Build, then run a server on this machine: ./justw serve --port 8080 --data FOLDER
serve *ARGS:
    @scripts/build.sh 3
    @echo "eventledger: step 3 of 3: serve" >&2
    @exec "$(swift build --configuration release --show-bin-path)/eventledger" serve "$@"

# Run every test; arguments go to `swift test`: ./justw test --filter PollTests
test *ARGS: setup
    @scripts/tools.sh
    swift build --build-tests
    @scripts/test.sh "$@"

# Debug build of everything, and that every import is a declared dependency
check: setup
    swift build --explicit-target-dependency-import-check error

# Format the Swift files
fmt:
    @scripts/swift-files.sh | xargs -0 swift format format --in-place

# Check formatting, schemas and the project's rules
lint: setup
    @scripts/lint.sh

# Write schemas/openapi.json anew from its sources
schemas:
    @scripts/build-openapi.py

# Check a running server's answers against the API description: ./justw check-api http://127.0.0.1:8080
check-api URL: setup
    @scripts/tools.sh
    @.tools/venv/bin/python scripts/check-live-api.py "$@"

# The same against servers of its own: without API keys and with them, on SQLite and on DynamoDB's emulation
check-served-api: build
    @scripts/tools.sh
    @scripts/with-server.sh .tools/venv/bin/python scripts/check-live-api.py
    @scripts/with-server.sh --keys .tools/venv/bin/python scripts/check-live-api.py
    @scripts/with-server.sh --dynamodb --keys .tools/venv/bin/python scripts/check-live-api.py

# Test the ledger at EVENTLEDGER_API_URL, or one deployed to a local AWS for it; arguments go to `swift test`
integration-test *ARGS: setup
    @scripts/integration-test.sh "$@"

# Send servers of its own, on SQLite and on DynamoDB's emulation, generated requests, and check the answers
schemathesis: build
    @scripts/tools.sh
    @scripts/with-server.sh --keys scripts/schemathesis.sh
    @EVENTLEDGER_SECONDS="${EVENTLEDGER_SECONDS:-30}" scripts/with-server.sh --dynamodb --keys scripts/schemathesis.sh

# Test the local cloud's data plane; arguments go to pytest: ./justw test-local-cloud -k cors
test-local-cloud *ARGS:
    @scripts/tools.sh
    @.tools/venv/bin/python -m pytest -q -p no:cacheprovider LocalCloud "$@"

# Write the tables of docs/cost.md anew: ./justw cost --measure STATE-FILE measures on a local cloud
cost *ARGS:
    @scripts/tools.sh
    @.tools/venv/bin/python Benchmarks/cost/cost.py "$@"

# Deploy to a local AWS and serve it until Ctrl-C: LocalCloud/README.md
local-cloud *ARGS: setup
    @LocalCloud/local-cloud.sh run "$@"

# Fuzz one target or all, so many seconds each, or replay inputs: ./justw fuzz json 600
fuzz TARGET="all" *ARGS: setup
    @scripts/fuzz.sh "$@"

# Show what the ledger does, on a server of its own
demo *ARGS: build
    @python3 scripts/demo.py "$@"

# Release build of the simulator, in which rules can be broken on purpose
build-sim: setup
    EVENTLEDGER_SIMULATION=1 swift build --configuration release --static-swift-stdlib --scratch-path .build-sim --product eventledger-sim

# Run simulated histories, each from its seed: ./justw sim --count 100000, or --forever
sim *ARGS: build-sim
    @.build-sim/release/eventledger-sim run "$@"

# Harm three servers on one table for 60 seconds and judge every answer: ./justw jepsen 600, or --forever
jepsen *ARGS: setup
    @scripts/tools.sh
    swift build --product eventledger
    swift build --product eventledger-jepsen
    @"$(swift build --show-bin-path)/eventledger-jepsen" "$@"

# Break rules in those servers, and see that the judge notices
jepsen-controls: setup
    @scripts/tools.sh
    EVENTLEDGER_SIMULATION=1 swift build --scratch-path .build-sim --product eventledger
    EVENTLEDGER_SIMULATION=1 swift build --scratch-path .build-sim --product eventledger-jepsen
    @scripts/jepsen-controls.py .build-sim/debug/eventledger-jepsen

# A ledger on SQLite through weeks of its own time, kills, full disks, wrong clocks: ./justw soak --seconds 600, or --forever
soak *ARGS: setup
    swift build --product eventledger
    swift build --product soak-server
    @scripts/soak.py "$@"

# What takes longer than CI may: an hour or two
nightly: soak-storage soak-kills growth (soak "--seconds" "600") (jepsen "600") jepsen-controls (sim "--count" "50000") (fuzz "all" "60")

# The tests of storage faults with every call and every cut
soak-storage *ARGS: setup
    swift build --build-tests
    EVENTLEDGER_SOAK=1 swift test --skip-build --filter StorageFaultTests "$@"

# Thirty rounds of killed servers and consumers, on SQLite and on DynamoDB's emulation
soak-kills *ARGS: setup
    @scripts/tools.sh
    swift build --build-tests
    EVENTLEDGER_SOAK=1 swift test --skip-build --filter "DeliveryKillTests|StatelessTests.consumers" "$@"

# Print what an idle minute and a round of the sweep cost as streams grow, and hold it
growth: setup
    swift build --build-tests
    EVENTLEDGER_GROWTH=1 swift test --skip-build --filter "LedgerServiceTests.(GrowthTests|EarliestTests)"

# Run the concurrent tests under the thread sanitizer
test-threads: setup
    @scripts/tools.sh
    EVENTLEDGER_TSAN=1 swift build --build-tests --sanitize=thread --scratch-path .build-tsan
    EVENTLEDGER_TSAN=1 swift test --skip-build --sanitize=thread --scratch-path .build-tsan --filter "HistoryTests|LedgerServiceTests.Lineariz|CurlPool|CredentialsProvider|SQLiteTableTests.(LogTests|WriteExecutorTests|WritingTests)"

# Break each rule in turn and see how soon the simulation notices; --write docs/testing.md keeps the table
sim-controls *ARGS: build-sim
    @scripts/sim-controls.py .build-sim/release/eventledger-sim "$@"

# Prepare the folder of the state bucket: docs/deploy.md says how to deploy
bootstrap-init *ARGS:
    @scripts/deployment.sh bootstrap-init "$@"

# Make the bucket for the state, once per account
bootstrap-apply *ARGS:
    @scripts/deployment.sh bootstrap-apply "$@"

# Connect an environment, dev or prod, to its state: ./justw tf-init prod
tf-init ENV="dev" *ARGS:
    @scripts/deployment.sh init "$@"

# Deploy an environment; it shows what will change, and asks
deploy ENV="dev" *ARGS:
    @scripts/deployment.sh apply "$@"

# Print what was deployed, the API's URL among it: ./justw tf-output dev -raw api_url
tf-output ENV="dev" *ARGS:
    @scripts/deployment.sh output "$@"

# Take an environment down, with every event in it; it asks
destroy ENV *ARGS:
    @scripts/deployment.sh destroy "$@"

# Check what is in tofu/: layout, validity, tests, checkov
tf-test: setup
    @scripts/check-tofu.sh

# Deploy to a local AWS, see that nothing is left to change, and take it down
tf-apply-test: setup
    @scripts/check-deployment.sh

# Measure the ledger beside Redis streams: ./justw bench [EXECUTABLE]; BENCH_LONG=1 for all of it
bench *ARGS: build
    @Benchmarks/run.sh "$@"

# The same for a moment: fails on wrong answers, counts or bytes only, never on speed
bench-smoke *ARGS: build
    @BENCH_SMOKE=1 Benchmarks/run.sh "$@"

# Compare two executables of the ledger, in turn: ./justw bench-pair OLD NEW
bench-pair OLD NEW:
    @Benchmarks/pair.sh "$@"

# Measure events mode beside a Redis consumer group: ./justw bench-delivery [EXECUTABLE]
bench-delivery *ARGS: build
    @Benchmarks/delivery.sh "$@"

# Measure what the readers of server-sent events wait for, and cost: ./justw bench-follow [EXECUTABLE]
bench-follow *ARGS: build
    @Benchmarks/follow.sh "$@"

# Change on purpose what is pinned: ./justw update-tools [--keep], provider VERSION, package NAME VERSION
update-tools *ARGS:
    @scripts/update-tools.sh "$@"

# The functions' packages, .build/lambda/*.zip: ./justw build-lambda --arch arm64
build-lambda *ARGS:
    @scripts/build-lambda.sh "$@"

# Measure the functions' cold starts
bench-lambda: build-lambda
    @Benchmarks/coldstart/run.sh

# Run the README's commands against a fresh server, or the one at EVENTLEDGER_URL
readme: build
    @scripts/with-server.sh --unless-set python3 scripts/readme-commands.py

# Remove what was built; .tools stays
clean:
    swift package clean
