package import Glibc
internal import Foundation
internal import Synchronization

/// A real PostgreSQL server, thrown away after the test.
///
/// Every call blocks; from an async test, go through `blocking`. One thread at a time should start and
/// stop a server, everything else is free for all.
package final class PostgresServer: Sendable {
    /// The shutdown modes of `pg_ctl stop -m`.
    package enum StopMode: Sendable {
        /// Waits for all clients to leave.
        case smart
        /// Disconnects the clients; still waits for walsenders to have sent everything.
        case fast
        /// As a crash: recovery follows at the next start.
        case immediate

        var signal: Int32 {
            switch self {
            case .smart: SIGTERM
            case .fast: SIGINT
            case .immediate: SIGQUIT
            }
        }
    }

    /// Holds `data`, `log` and the socket.
    package let directory: String
    package let port: Int
    private let postmaster = Mutex<ChildProcess?>(nil)

    package var dataDirectory: String { "\(directory)/data" }
    package var socketDirectory: String { directory }
    private var logPath: String { "\(directory)/log" }

    /// Makes a cluster of its own and starts it.
    ///
    /// - Parameters:
    ///   - settings: configuration parameters on top of the defaults for tests, in which wal_level is
    ///     logical and fsync is off.
    ///   - tcp: also listen on 127.0.0.1. The port stays the same over restarts.
    package static func start(settings: [String: String] = [:], tcp: Bool = false) throws -> PostgresServer {
        // Someone can take the free port before the server does.
        for _ in 0..<4 where tcp {
            if let server = try? PostgresServer(settings: settings, tcp: tcp) { return server }
        }
        return try PostgresServer(settings: settings, tcp: tcp)
    }

    private init(settings: [String: String], tcp: Bool) throws {
        directory = try Scratch.newPath("s")
        port = tcp ? try FreePort.find() : 5432
        try ClusterTemplate.copy(to: directory)
        let defaults = [
            "wal_level": "logical", "max_wal_senders": "50", "max_replication_slots": "100",
            "max_connections": "200", "shared_buffers": "64MB", "fsync": "off",
            // In the data directory, where a killed server's segments go with it; not so those in /dev/shm.
            "dynamic_shared_memory_type": "mmap",
            "log_min_messages": "warning", "port": "\(port)", "unix_socket_directories": directory,
            "listen_addresses": tcp ? "127.0.0.1" : "",
        ]
        try configure(defaults.merging(settings) { $1 })
        try start()
    }

    deinit {
        try? destroy()
    }

    /// Adds lines to postgresql.conf; they count from the next start or reload on.
    package func configure(_ settings: [String: String]) throws {
        let lines = settings.sorted { $0.key < $1.key }.map { name, value in
            "\(name) = '\(value.replacingOccurrences(of: "'", with: "''"))'\n"
        }
        let file = try Descriptor.open("\(dataDirectory)/postgresql.conf", O_WRONLY | O_APPEND)
        try file.write(Array(lines.joined().utf8))
    }

    /// Starts the stopped or killed server on its data, and waits until it takes connections.
    ///
    /// - Throws: `TestFailure` with the end of the log when it does not come up.
    package func start(timeout: Duration = .seconds(60)) throws {
        guard !isRunning else { throw TestFailure("the server in \(directory) runs already") }
        let earlier = log.count
        let log = try Descriptor.open(logPath, O_WRONLY | O_CREAT | O_APPEND)
        let child = try ChildProcess(
            ServerUser.command([PostgresBinaries.path("postgres"), "-D", dataDirectory]),
            environment: ChildProcess.inheritedEnvironment(), output: log, error: log, inOwnGroup: true)
        postmaster.withLock { $0 = child }
        do {
            try eventually(within: timeout, every: .milliseconds(5), "the server is ready") {
                guard child.isRunning else { throw TestFailure("it ended") }
                return isReady(child.pid)
            }
        } catch {
            try kill()
            let said = String(self.log.dropFirst(earlier)).tail()
            throw TestFailure("the server in \(directory) did not start: \(error)\n\(said)")
        }
    }

    /// Stops the server and waits for its end.
    ///
    /// - Throws: `TestFailure` when it still runs after the timeout; it is then still on its way down.
    package func stop(_ mode: StopMode = .fast, timeout: Duration = .seconds(60)) throws {
        guard let child = postmaster.withLock({ $0 }) else { return }
        child.signal(mode.signal)
        try child.wait(within: timeout)
    }

    /// Stops the server and starts it again on the same data.
    package func restart(_ mode: StopMode = .fast, timeout: Duration = .seconds(60)) throws {
        try stop(mode, timeout: timeout)
        try start(timeout: timeout)
    }

    /// Kills all processes of the server with SIGKILL, as when the machine loses its power, and returns
    /// when they are gone. What is in the page cache survives, so this is no test of fsync.
    package func kill() throws {
        guard let child = postmaster.withLock({ $0 }), child.isRunning else { return }
        // Stopped, it starts no more children while they are being counted.
        child.signal(SIGSTOP)
        let children = try ProcessTable.children(of: child.pid)
        for process in children { process.kill() }
        child.signal(SIGKILL)
        child.wait()
        try eventually(every: .milliseconds(2), "the processes of the server are gone") {
            children.allSatisfy { !$0.isAlive }
        }
    }

    /// Ends the server and removes all it had. Happens by itself when the last reference goes.
    package func destroy() throws {
        do {
            try stop(.immediate, timeout: .seconds(10))
        } catch {
            try kill()
        }
        postmaster.withLock { $0 = nil }
        guard FileManager.default.fileExists(atPath: directory) else { return }
        // Only a killed server leaves this file, and with it a System V segment that nobody else removes.
        if let segment = postmasterFile(line: 7)?.split(separator: " ").last {
            _ = try? ChildProcess.run(["ipcrm", "-m", String(segment)])
        }
        try FileManager.default.removeItem(atPath: directory)
    }

    package var isRunning: Bool { postmasterPID != nil }

    /// nil when the server does not run.
    package var postmasterPID: pid_t? {
        postmaster.withLock { $0.flatMap { $0.isRunning ? $0.pid : nil } }
    }

    /// What the server logged since it was made, over all restarts.
    package var log: String {
        (try? text(ofFile: logPath)) ?? ""
    }

    /// As `pg_ctl` does it: the postmaster writes its state into line 8 of its pid file.
    private func isReady(_ pid: pid_t) -> Bool {
        guard postmasterFile(line: 1) == "\(pid)", let state = postmasterFile(line: 8) else { return false }
        return ["ready", "standby"].contains(state.trimmingCharacters(in: .whitespaces))
    }

    private func postmasterFile(line number: Int) -> String? {
        let lines = try? text(ofFile: "\(dataDirectory)/postmaster.pid").split(
            separator: "\n", omittingEmptySubsequences: false)
        guard let lines, lines.count >= number else { return nil }
        return String(lines[number - 1])
    }
}
