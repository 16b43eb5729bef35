# What scripts/demo and scripts/test share: packages, and PostgreSQL servers to throw away. Sourced, not run.
# shellcheck shell=bash
# Traps of the caller may run inside of these functions, where their local variables hide the caller's.

say() { printf '%s\n' "$*" >&2; }
fail() {
    say "${0##*/}: $*"
    exit 1
}

# Whether a directory holds a PostgreSQL server that is new enough.
is_server_bin() {
    local version
    [[ -x $1/initdb && -x $1/pg_ctl && -x $1/psql && -x $1/postgres ]] || return 1
    version=$("$1/postgres" --version) || return 1
    version=${version##*PostgreSQL) }
    [[ ${version%%[!0-9]*} -ge 13 ]]
}

# `return 0` throughout: in a trap a bare `return` gives the status from before the trap.

# Prints the directory of the server's programs: PGBIN, what pg_config says, or the newest of Debian's.
server_bin() {
    local directory
    if [[ -n ${PGBIN:-} ]]; then
        is_server_bin "$PGBIN" || fail "PGBIN=$PGBIN holds no PostgreSQL server, 13 or newer"
        printf '%s\n' "$PGBIN"
        return 0
    fi
    while read -r directory; do
        if is_server_bin "$directory"; then
            printf '%s\n' "$directory"
            return 0
        fi
    done < <(
        pg_config --bindir 2>/dev/null || true
        printf '%s\n' /usr/lib/postgresql/*/bin | sort -rV
    )
    return 1
}

# Installs what is missing with apt-get; when everything is there, it asks nobody and changes nothing.
ensure_packages() {
    local missing=()
    server_bin >/dev/null || missing+=(postgresql-15)
    command -v pkg-config >/dev/null || missing+=(pkg-config)
    pkg-config --exists libpq 2>/dev/null || missing+=(libpq-dev)
    command -v jq >/dev/null || missing+=(jq)
    command -v pgrep >/dev/null || missing+=(procps)
    command -v setpriv >/dev/null || missing+=(util-linux)
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

# Installs an output plugin that tests compare with, in the version of the server that will run. Where there is none, as
# for a server that did not come from a package, it says so, and those tests are skipped.
ensure_output_plugin() {
    local plugin=$1 bin version
    bin=$(server_bin)
    [[ ! -e $("$bin/pg_config" --pkglibdir)/$plugin.so ]] || return 0
    version=${bin%/bin}
    version=${version##*/}
    if [[ $bin != "/usr/lib/postgresql/$version/bin" ]] || ! (install_packages "postgresql-$version-$plugin"); then
        say "going on without $plugin; the tests that compare with it are skipped"
    fi
}

# Installs the clients that tests connect to Walbrook's subscribers' port with.
ensure_clients() {
    local missing=()
    command -v nc.openbsd >/dev/null || missing+=(netcat-openbsd)
    command -v nc.traditional >/dev/null || missing+=(netcat-traditional)
    command -v socat >/dev/null || missing+=(socat)
    command -v openssl >/dev/null || missing+=(openssl)
    command -v python3 >/dev/null || missing+=(python3)
    ((${#missing[@]} == 0)) || install_packages "${missing[@]}"
}

# Installs packages, a server of version 15 first if it is one of them.
install_packages() {
    local missing=("$@") root=() no_cluster='' is_installed=yes
    command -v apt-get >/dev/null || fail "missing, and there is no apt-get to install it: ${missing[*]}"
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "run this as root first: apt-get install ${missing[*]}"
        root=(sudo)
    fi
    say "installing ${missing[*]}"
    "${root[@]}" apt-get update -q >&2 || say "apt-get update failed; going on with the package lists that are here"
    # Debian's package would create and start a cluster of its own, which nobody here needs.
    if [[ ${missing[0]} == postgresql-15 ]]; then
        no_cluster=/etc/postgresql-common/createcluster.d/no-main-cluster.conf
        "${root[@]}" mkdir -p "${no_cluster%/*}"
        "${root[@]}" tee "$no_cluster" <<<'create_main_cluster = false' >/dev/null
        apt-cache show postgresql-15 >/dev/null 2>&1 || missing[0]=postgresql
    fi
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends "${missing[@]}" >&2 || is_installed=no
    [[ -z $no_cluster ]] || "${root[@]}" rm -f "$no_cluster"
    [[ $is_installed == yes ]] || fail "apt-get could not install ${missing[*]}"
}

# ensure_python DIRECTORY REQUIREMENTS
# Makes a virtual environment of Python with the packages that a file names, from PyPI; when it is there, it asks nobody.
ensure_python() {
    local directory=$1 requirements=$2
    # The copy is made last, so that what was interrupted is made anew.
    if cmp -s "$requirements" "$directory/requirements.txt" && "$directory/bin/python" -c '' 2>/dev/null; then
        return 0
    fi
    # Debian has the module venv without what it needs to work.
    python3 -c 'import ensurepip, venv' 2>/dev/null || install_packages python3 python3-venv
    say "installing $(paste -sd ' ' "$requirements") from PyPI in $directory"
    rm -rf "$directory"
    if ! python3 -m venv "$directory" || ! "$directory/bin/python" -m pip install --quiet \
        --disable-pip-version-check --requirement "$requirements" >&2; then
        fail "pip could not install what $requirements names; the tests compare with it, so they cannot run without"
    fi
    cp "$requirements" "$directory/requirements.txt"
}

# Runs a command as the user who owns the servers: PostgreSQL refuses to run as root. The working directory is /,
# since that user may not be allowed to stand where the caller does.
as_postgres() {
    local user=()
    if ((EUID == 0)); then
        id postgres >/dev/null 2>&1 || fail "a server cannot run as root, and there is no user postgres to run it"
        user=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
    fi
    (cd / && exec "${user[@]}" "$@")
}

# start_throwaway_server DIRECTORY [SETTING=VALUE]…
# Makes DIRECTORY (a new one, with a short name, as it holds the socket) and starts a server in it: superuser postgres,
# no password, reached through the socket alone (host=DIRECTORY), ready for logical replication.
start_throwaway_server() {
    local server=$1 bin setting
    shift
    bin=$(server_bin)
    mkdir -m 700 "$server"
    ((EUID != 0)) || chown postgres: "$server"
    as_postgres "$bin/initdb" -D "$server/data" -U postgres -A trust -E UTF8 --no-locale --no-sync >/dev/null
    # Nothing here has to survive a crash of the machine.
    for setting in listen_addresses= "unix_socket_directories=$server" wal_level=logical fsync=off "$@"; do
        printf "%s = '%s'\n" "${setting%%=*}" "${setting#*=}"
    done | as_postgres tee -a "$server/data/postgresql.conf" >/dev/null
    if ! as_postgres "$bin/pg_ctl" -D "$server/data" -l "$server/server.log" -w start >/dev/null; then
        cat "$server/server.log" >&2
        fail "the server in $server did not start"
    fi
}

# Stops the server in a directory, if it runs, and removes the directory.
stop_throwaway_server() {
    local server=$1
    if [[ -e $server/data/postmaster.pid ]]; then
        as_postgres "$(server_bin)/pg_ctl" -D "$server/data" -m immediate -w stop >/dev/null || true
    fi
    # An initdb that was just interrupted may still be writing.
    for _ in {1..20}; do
        rm -rf "$server" 2>/dev/null && return 0
        sleep 0.1
    done
    rm -rf "$server"
}
