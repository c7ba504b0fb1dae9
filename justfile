# EventLedger's commands. `./justw` lists them; `./justw RECIPE` runs one.

set positional-arguments

just := quote(just_executable()) + " --justfile " + quote(justfile())

# List the recipes
default:
    @{{just}} --list --unsorted

# Check for the system packages that the build needs, and install the missing ones
setup:
    @scripts/setup.sh

# Build the release binary, .build/release/eventledger
build: setup
    swift build -c release --product eventledger

# Build and run the server: ./justw serve --port 9000 --data ./data
serve *ARGS: build
    @exec .build/release/eventledger serve "$@"

# Build everything and run the tests: ./justw test --filter LedgerCoreTests
test *ARGS: setup
    swift build --build-tests
    @swift test "$@"

# Type-check all targets and tests
check: setup
    swift build --build-tests

# Format the Swift sources in place
fmt:
    git ls-files -z --cached --others --exclude-standard '*.swift' | xargs -0 swift format format -i --parallel

# Check the formatting, the schemas and the scripts
lint: setup
    @scripts/lint.sh

# Walk through the ledger's promises on a server, on one of its own unless EVENTLEDGER_URL is set
demo *ARGS: build
    @scripts/with-server.sh --unless-set python3 scripts/demo.py "$@"

# Measure the server
bench *ARGS: build
    @Benchmarks/run.sh "$@"

# Run the README's commands on a server, on one of its own unless EVENTLEDGER_URL is set
readme: build
    @scripts/with-server.sh --unless-set scripts/readme-commands.py

# Send requests to every route and hold the answers against the OpenAPI document
live: build
    @scripts/with-server.sh --unless-set scripts/check-live-api.sh

# Remove what was built
clean:
    swift package clean
    rm -rf .tools
