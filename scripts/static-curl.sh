#!/usr/bin/env bash
# Builds a small static libcurl: HTTP and HTTPS with OpenSSL, nothing else, so that it needs only
# libssl and libcrypto. From the distribution's source package, which carries its security patches.
# Prints the folder to link from. Built once for each version of the source package and of this
# script.
set -euo pipefail
cd "$(dirname "$0")/.."

script=$PWD/scripts/static-curl.sh
root=$PWD/.build/static-curl
version=$(dpkg-query --show --showformat '${source:Version}' libcurl4-openssl-dev)
target=$root/$(uname -m)-$version-$(cksum <"$script" | cut -d ' ' -f 1)

# An apt of our own, with the distribution's repositories as source repositories: nothing of the
# machine's configuration is changed.
apt_sources() { # folder
    mkdir -p "$1/lists/partial" "$1/parts"
    : >"$1/sources.list"
    local file
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ ! -f $file ]] || sed -n -E 's/^deb (.*(debian|ubuntu).*)/deb-src \1/p' "$file" \
            >>"$1/sources.list"
    done
    for file in /etc/apt/sources.list.d/{debian,ubuntu}.sources; do
        [[ ! -f $file ]] || sed 's/^Types:.*/Types: deb-src/' "$file" >"$1/parts/${file##*/}"
    done
}

apt_with() { # folder, arguments…
    local folder=$1
    shift
    "$@" -o "Dir::Etc::sourcelist=$folder/sources.list" -o "Dir::Etc::sourceparts=$folder/parts" \
        -o "Dir::State::lists=$folder/lists" -o APT::Sandbox::User=root -qq
}

fetch() { # work folder
    apt_sources "$1/apt"
    apt_with "$1/apt" apt-get update
    (cd "$1" && apt_with "$1/apt" apt-get source "curl=$version")
}

configure() {
    local off=(
        shared ftp file ldap ldaps rtsp dict telnet tftp pop3 imap smb smtp gopher mqtt manual
        ntlm ntlm-wb kerberos-auth negotiate-auth aws tls-srp unix-sockets cookies doh mime
        dateparse netrc progress-meter hsts alt-svc websockets libcurl-option
        dnsshuffle get-easy-options headers-api bearer-auth
        digest-auth basic-auth form-api
    )
    local without=(
        zlib brotli zstd libpsl libssh2 libssh librtmp libidn2 nghttp2 nghttp3 ngtcp2 gssapi
        libgsasl ca-path
    )
    # Where Lambda's own system has its roots.
    local roots=/etc/pki/tls/certs/ca-bundle.crt
    # The compiler that comes with Swift.
    CC=clang ./configure --quiet --prefix="$1" --enable-static --with-openssl --enable-optimize \
        --with-ca-bundle="$roots" \
        "${off[@]/#/--disable-}" "${without[@]/#/--without-}" \
        CFLAGS="-Os -ffunction-sections -fdata-sections -fstack-protector-strong -D_FORTIFY_SOURCE=2"
}

build() {
    fetch "$work"
    cd "$work"/curl-*/
    configure "$work/installed"
    make --silent -j 2 -C lib install
    make --silent -C include install
    rm -rf "$target"
    mkdir -p "$target/lib"
    mv "$work/installed/include" "$target/include"
    mv "$work/installed/lib/libcurl.a" "$target/lib/libcurl.a"
}

finish() {
    local status=$?
    [[ $status -eq 0 ]] || tail -n 30 "$root/build.log" >&2
    rm -rf "$work"
}

if [[ ! -f $target/lib/libcurl.a ]]; then
    mkdir -p "$root"
    work=$(mktemp -d "$root/work.XXXXXX")
    trap finish EXIT
    echo "static-curl: building libcurl $version" >&2
    build >"$root/build.log" 2>&1
fi
echo "$target"
