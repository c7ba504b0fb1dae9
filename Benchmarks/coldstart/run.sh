#!/usr/bin/env bash
# Measures the functions' packages in .build/lambda: from the start of the process to its first
# answer, later answers, memory. Each runs in a file system that holds only its package,
# /etc/resolv.conf and /proc, under a Runtime API and a table with canned answers, both on loopback
# and without TLS. Beside them a C program that does the least a function can do.
#
# Needs Linux, and root or user namespaces for chroot.
set -euo pipefail

if [[ ${1:-} != --inside ]]; then
    map=()
    [[ $(id -u) -eq 0 ]] || map=(--map-root-user)
    exec unshare --mount "${map[@]}" "$0" --inside
fi
cd "$(dirname "$0")/../.."

sources=Benchmarks/coldstart
folder=.build/coldstart
missed=0

compile() { # output, arguments…
    local output=$1
    shift
    clang -O2 -Wall -Wextra -Werror -D_GNU_SOURCE "$@" -o "$output"
}

root() { # name: makes its root, without the executable
    mkdir -p "$folder/$1/etc" "$folder/$1/proc"
    cp /etc/resolv.conf "$folder/$1/etc/resolv.conf"
    mount --rbind /proc "$folder/$1/proc"
}

unpack() { # function
    python3 -m zipfile --extract ".build/lambda/$1.zip" "$folder/$1"
    chmod 0755 "$folder/$1/bootstrap"
}

measure() { # title, root, event, reads, writes, limit, cache
    local title=$1 root=$folder/$2 event=$sources/$3.json status=0
    shift 3
    "$folder/measure" "$title" "$root" "$event" "$@" || status=$?
    [[ $status -eq 0 || $status -eq 2 ]] || exit "$status"
    missed=$((missed | status))
}

rm -rf "$folder"
mkdir -p "$folder"
compile "$folder/measure" "$sources"/{coldstart,server,table}.c
root floor
compile "$folder/floor/bootstrap" -static -s "$sources/floor.c"
for function in admin publish; do
    root "$function"
    unpack "$function"
done

printf '%-48s %7s %7s %7s %9s %8s\n' \
    "start to first answer, ms" least median "95 %" "warm, ms" "peak, MB"
measure "floor: trivial C program" floor health 0 0 none cached
measure "admin: GET /health, 1 read" admin health 1 0 5 cached
measure "publish: POST events, 4 reads, 1 write" publish publish 4 1 10 cached
measure "floor, executable not in the page cache" floor health 0 0 none evicted
measure "admin, executable not in the page cache" admin health 1 0 none evicted
measure "publish, executable not in the page cache" publish publish 4 1 none evicted
# What others run at the same time counts too: the limits are for a machine with cores to spare.
printf 'load average of the last minute: %s, on %s cores\n' "$(cut -d ' ' -f 1 /proc/loadavg)" "$(nproc)"
exit "$missed"
