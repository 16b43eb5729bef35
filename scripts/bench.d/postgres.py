"""A throw-away PostgreSQL server, and a session on it."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from failure import BenchFailure

USER = "postgres"

PROGRAMS = ("postgres", "initdb", "psql", "pg_recvlogical", "pgbench")

# Nothing but the workload and its reader may be busy: no checkpoint, no vacuum, no disk.
SETTINGS = {
    "wal_level": "logical",
    "fsync": "off",
    "max_wal_size": "200GB",
    "checkpoint_timeout": "1d",
    "autovacuum": "off",
    "shared_buffers": "256MB",
    "max_wal_senders": "10",
    "max_replication_slots": "10",
    "log_min_messages": "warning",
    "restart_after_crash": "off",
}


def binaries():
    """The directory that holds the server's programs."""
    for directory in candidates():
        if all(os.access(directory / tool, os.X_OK) for tool in PROGRAMS):
            return directory
    raise BenchFailure("there is no PostgreSQL server here; PGBIN can name the directory of its programs")


def candidates():
    if "PGBIN" in os.environ:
        return [Path(os.environ["PGBIN"])]
    versions = [path for path in Path("/usr/lib/postgresql").glob("*/bin") if path.parent.name.isdigit()]
    newest_first = sorted(versions, key=lambda path: int(path.parent.name), reverse=True)
    if shutil.which("pg_config"):
        shown = subprocess.run(["pg_config", "--bindir"], stdout=subprocess.PIPE, text=True)
        return [Path(shown.stdout.strip()), *newest_first]
    return newest_first


def environment():
    """Without the user's own settings of libpq, which would reach into the run."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def as_server_user(command):
    """The server refuses to run as root, and is not to outlive this process even if that is killed."""
    wrapper = ["setpriv", "--pdeathsig=QUIT"]
    if os.geteuid() == 0:
        wrapper += [f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    elif not shutil.which("setpriv"):
        return command
    return [*wrapper, "--", *command]


class Server:
    """Runs from `with` to its end; leaves nothing behind."""

    def __init__(self, tools):
        self.tools = tools
        self.process = None
        self.session = None

    def __enter__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="walbrook-bench-"))
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.session:
            self.session.close()
        if self.process:
            self._stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def conninfo(self, transport):
        host = "127.0.0.1" if transport == "tcp" else self.directory
        return (
            f"host={host} port={self.port} user={USER} dbname=postgres sslmode=disable gssencmode=disable")

    def query(self, sql):
        return self.session.query(sql)

    def value(self, sql):
        rows = self.query(sql)
        return rows[0] if rows else None

    def has_plugin(self, name):
        """Whether an output plugin is installed."""
        directory = self.value("SELECT setting FROM pg_config WHERE name = 'PKGLIBDIR'")
        return name == "pgoutput" or (Path(directory) / f"{name}.so").exists()

    def pgbench(self, *arguments, options=""):
        """Runs pgbench to its end; what it says."""
        command = [self.tools / "pgbench", "-h", self.directory, "-p", str(self.port), "-U", USER, *arguments]
        run = subprocess.run(
            [*command, "postgres"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, env=environment() | {"PGOPTIONS": options}, start_new_session=True)
        if run.returncode != 0:
            raise BenchFailure(f"pgbench ended with {run.returncode}:\n{run.stdout[-2000:]}")
        return run.stdout

    def _allow_plugins(self):
        """Some servers load only plugins that are listed."""
        setting = "output_plugin_libraries"
        if self.value(f"SELECT count(*) FROM pg_settings WHERE name = '{setting}'") != "0":
            self.query(f"ALTER ROLE {USER} SET {setting} = 'pgoutput, wal2json'")
            self.query(f"SET {setting} = 'pgoutput, wal2json'")

    def _start(self):
        if os.geteuid() == 0:
            try:
                owner = pwd.getpwnam(USER)
            except KeyError:
                raise BenchFailure(f"the server does not run as root, and there is no user {USER}") from None
            os.chown(self.directory, owner.pw_uid, owner.pw_gid)
        data = self.directory / "data"
        self.log = self.directory / "log"
        with open(self.log, "wb") as log:
            initdb = [
                self.tools / "initdb", "-D", data, "-U", USER, "--auth=trust", "--encoding=UTF8",
                "--locale=C", "--no-sync",
            ]
            self._spawn(initdb, log)
            if self.process.wait() != 0:
                raise self._failure("initdb failed")
            self.port = free_port()
            settings = SETTINGS | {
                "listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.directory,
            }
            options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
            self._spawn([self.tools / "postgres", "-D", data, *options], log)
        self._await_readiness()
        self.session = Session(self.tools / "psql", self.conninfo("unix"))
        self._allow_plugins()

    def _spawn(self, command, log):
        # A session of its own keeps the terminal's Ctrl-C for this process, which then stops it in order.
        self.process = subprocess.Popen(
            as_server_user(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
            env=environment(), start_new_session=True)

    def _await_readiness(self):
        deadline = time.monotonic() + 60
        state = self.directory / "data" / "postmaster.pid"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise self._failure("the server did not start")
            lines = state.read_text().splitlines() if state.exists() else []
            if len(lines) > 7 and lines[7].strip() == "ready":
                return
            time.sleep(0.05)
        raise self._failure("the server was not ready within 60 s")

    def _stop(self):
        # What it holds is thrown away, so it need not be written first.
        for number in (signal.SIGQUIT, signal.SIGKILL):
            if self.process.poll() is None:
                self.process.send_signal(number)
            try:
                self.process.wait(timeout=15)
                return
            except subprocess.TimeoutExpired:
                continue

    def _failure(self, text):
        return BenchFailure(f"{text}:\n{self.log.read_text(errors='replace')[-2000:]}")


class Session:
    """One psql that stays connected, so that a question in the middle of a run starts no process."""

    END = "=== end of result ==="

    def __init__(self, psql, conninfo):
        self.process = subprocess.Popen(
            [psql, "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", conninfo], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(),
            start_new_session=True)

    def query(self, sql):
        """The rows of the result, one string each."""
        with_mark = f"{sql.strip().rstrip(';')};\n\\echo {self.END}\n"
        rows = []
        try:
            self.process.stdin.write(with_mark)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        for line in self.process.stdout:
            if line.rstrip("\n") == self.END:
                return rows
            rows.append(line.rstrip("\n"))
        raise BenchFailure("the control session ended:\n" + "\n".join(rows))

    def close(self):
        self.process.kill()
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
