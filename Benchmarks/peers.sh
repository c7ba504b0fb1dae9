#!/usr/bin/env bash
# What run.sh does with PostgreSQL and NATS JetStream, and how it installs what the ledger is compared
# with: sourced, not run.

# shellcheck source=Benchmarks/measure.sh
source Benchmarks/measure.sh

postgres_program() { # name; nothing where it is missing
    find /usr/lib/postgresql -path "*/bin/$1" 2>/dev/null | sort -V | tail -1
}

need_servers() { # servers
    local server
    for server in "$@"; do
        case $server in
            redis) need redis-server redis-server ;;
            postgres) need "$(postgres_program initdb)" postgresql ;;
            nats) need nats-server nats-server ;;
        esac
    done
}

# PostgreSQL doesn't run as root.
as_postgres() { # program of it, arguments
    local user=()
    [[ $(id -u) -ne 0 ]] || user=(setpriv --reuid postgres --regid postgres --init-groups)
    exec "${server_cores[@]}" "${user[@]}" "$(postgres_program "$1")" "${@:2}" >/dev/null 2>&1
}

make_cluster() {
    data=$(mktemp -d -p "$results")
    if [[ $(id -u) -eq 0 ]]; then
        chmod 711 "$results"
        chown postgres: "$data"
    fi
    # In a shell of its own, which the program takes the place of.
    (as_postgres initdb --pgdata "$data" --username postgres --auth trust)
}

# As it comes: before a transaction is acknowledged, its log was fsynced (synchronous_commit is on).
start_postgres() {
    make_cluster || fail "no cluster of PostgreSQL"
    port=$(free_port)
    as_postgres postgres -D "$data" -p "$port" -c listen_addresses=127.0.0.1 \
        -c unix_socket_directories= &
    peer_pid=$!
    ready_after postgres 0 >/dev/null
    psql --quiet --host 127.0.0.1 --port "$port" --username postgres --command '
        CREATE TABLE events ("offset" bigserial PRIMARY KEY, key text NOT NULL, type text NOT NULL,
            data jsonb NOT NULL, time timestamptz NOT NULL DEFAULT now())'
}

stop_postgres() {
    stop_peer
}

# As it comes: 2.9 writes an event before it acknowledges it, but syncs its files every two minutes only,
# and has no option to do it more often.
start_nats() {
    port=$(free_port)
    data=$(mktemp -d -p "$results")
    "${server_cores[@]}" nats-server --addr 127.0.0.1 --port "$port" --jetstream --store_dir "$data" \
        >/dev/null 2>&1 &
    peer_pid=$!
    ready_after nats 0 >/dev/null
}

stop_nats() {
    stop_peer
}

peer_row() { # title, row, peer
    local ledger=ledger.$2 peer=$3.$2 rate=events_per_second cpu=server_event_us
    printf '%-36s %9.0f %9.0f %6s %8.2f %8.2f %8.2f %8.2f %6s\n' "$1" "$(median "$ledger.$rate")" \
        "$(median "$peer.$rate")" "$(ratio "$ledger.$rate" "$peer.$rate")" \
        "$(median "$ledger.p99")" "$(median "$peer.p99")" \
        "$(median "$ledger.$cpu")" "$(median "$peer.$cpu")" "$(ratio "$ledger.$cpu" "$peer.$cpu")"
}

print_peer() { # peer, its name, what it makes of a batch, what its acknowledgement is worth
    printf '\n%s: %s\n' "$2" "$4"
    printf '%-36s %26s %17s %24s\n' "" "events/s" "p99, ms" "server, µs an event"
    printf '%-36s %9s %9s %6s %8s %8s %8s %8s %6s\n' "" ledger "$2" ratio ledger "$2" ledger "$2" ratio
    peer_row "single events, 64 connections" single "$1"
    peer_row "batches of 100; $2: $3" batch100 "$1"
    peer_row "batches of 1,000; $2: $3" batch1000 "$1"
}

print_peers() {
    print_peer postgres Postgres COPY \
        "an acknowledged event was fsynced, like the ledger's; CPU of all its processes"
    print_peer nats NATS pipelined \
        "an acknowledged event was written, NOT fsynced: a power cut loses up to two minutes of them"
}
