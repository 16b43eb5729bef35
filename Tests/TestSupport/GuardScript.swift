/// What the guard of a test run does when the run is over: `$1` is the run's directory, `$2` the name of
/// the variable that marks its processes.
///
/// A postmaster is known by its working directory, which is its data directory (its environment is
/// overwritten by its process title); every other process by the variable. So a stale pid file or a
/// reused pid hits no stranger. What a killed server leaves in System V shared memory goes, too.
let guardScript = #"""
    cat >/dev/null
    postmasters() {
        for file in "$1"/*/data/postmaster.pid; do
            pid=$(head -n 1 "$file" 2>/dev/null) || continue
            [ "$(readlink "/proc/$pid/cwd")" = "${file%/postmaster.pid}" ] && echo "$pid"
        done
    }
    grep -lzxsF "$2=$1" /proc/[0-9]*/environ | while IFS=/ read -r _ _ pid _; do
        kill -KILL "$pid" 2>/dev/null
    done
    for pid in $(postmasters "$1"); do kill -QUIT "$pid" 2>/dev/null; done
    tries=0
    while [ -n "$(postmasters "$1")" ] && [ "$tries" -lt 100 ]; do
        sleep 0.1
        tries=$((tries + 1))
    done
    for pid in $(postmasters "$1"); do kill -KILL "$pid" 2>/dev/null; done
    for file in "$1"/*/data/postmaster.pid; do
        segment=$(awk 'NR == 7 { print $2 }' "$file" 2>/dev/null)
        [ -n "$segment" ] && ipcrm -m "$segment" 2>/dev/null
    done
    rm -rf "$1"
    """#
