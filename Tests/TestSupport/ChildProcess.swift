package import Glibc
internal import Foundation
internal import Synchronization

/// How a process ended.
package enum ExitStatus: Equatable, Sendable {
    case exited(Int32)
    case signaled(Int32)
}

/// A process that this test run started.
///
/// Not Foundation's `Process`: that one lets descriptors and signal dispositions through, and learns of
/// an exit only when grandchildren are gone, too. Here a child gets three descriptors, no blocked signals
/// and default dispositions (SIGPIPE above all), as from a shell.
///
/// A pid is signalled only while the process is not reaped, so never somebody else's.
package final class ChildProcess: Sendable {
    package let pid: pid_t
    /// The command, for messages.
    package let name: String
    private let status = Mutex<ExitStatus?>(nil)

    /// Starts a program, which is looked up in PATH.
    ///
    /// - Parameters:
    ///   - environment: the whole of it; see `inheritedEnvironment(adding:)`.
    ///   - input: and the other streams: /dev/null when nil.
    ///   - inOwnGroup: out of reach of the terminal's Ctrl-C, which the guard of the run must survive.
    init(
        _ command: [String], environment: [String: String], input: Descriptor? = nil,
        output: Descriptor? = nil, error: Descriptor? = nil, inOwnGroup: Bool = false
    ) throws {
        name = command.first.map { ($0 as NSString).lastPathComponent } ?? ""
        pid = try Descriptor.inheritance.withLock { _ in
            try spawn(
                command, environment: environment, streams: [input, output, error], inOwnGroup: inOwnGroup)
        }
    }

    deinit {
        signal(SIGKILL)
        wait()
    }

    /// nil while it runs.
    package var exitStatus: ExitStatus? {
        status.withLock { status in
            if status == nil {
                var raw: Int32 = 0
                let result = unsafe waitpid(pid, &raw, WNOHANG)
                if result == pid { status = ExitStatus(raw: raw) }
            }
            return status
        }
    }

    package var isRunning: Bool { exitStatus == nil }

    /// Sends a signal; nothing happens when the process has ended.
    package func signal(_ number: Int32) {
        status.withLock { status in
            if status == nil { _ = Glibc.kill(pid, number) }
        }
    }

    /// Waits, blocking, for the end.
    @discardableResult package func wait() -> ExitStatus {
        while true {
            if let status = exitStatus { return status }
            // Without reaping: that happens above, under the lock, so that `signal` cannot race with it.
            var info = unsafe siginfo_t()
            _ = unsafe waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT)
        }
    }

    /// Waits, blocking, for the end.
    ///
    /// - Throws: `TestFailure` when it still runs after that time.
    @discardableResult package func wait(within limit: Duration) throws -> ExitStatus {
        let deadline = ContinuousClock.now + limit
        var nap = 0.0005
        while true {
            if let status = exitStatus { return status }
            guard ContinuousClock.now < deadline else {
                throw TestFailure("\(name) (pid \(pid)) still runs after \(limit)")
            }
            Thread.sleep(forTimeInterval: nap)
            nap = min(nap * 1.5, 0.01)
        }
    }
}

extension ExitStatus {
    /// From the status word of waitpid(2), whose macros Swift does not see.
    fileprivate init(raw: Int32) {
        let signal = raw & 0x7f
        self = signal == 0 ? .exited((raw >> 8) & 0xff) : .signaled(signal)
    }
}

private func spawn(
    _ command: [String], environment: [String: String], streams: [Descriptor?], inOwnGroup: Bool
) throws -> pid_t {
    let null = try Descriptor.open("/dev/null", O_RDWR)
    // SAFETY: the two opaque structs live in this frame between their init and destroy calls, and the C
    // strings until the spawn has returned, when the child has copied or replaced its address space.
    var attributes = posix_spawnattr_t()
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawnattr_init(&attributes)
    unsafe posix_spawn_file_actions_init(&actions)
    defer {
        unsafe posix_spawnattr_destroy(&attributes)
        unsafe posix_spawn_file_actions_destroy(&actions)
    }
    var none = sigset_t()
    var all = sigset_t()
    unsafe sigemptyset(&none)
    unsafe sigfillset(&all)
    unsafe posix_spawnattr_setsigmask(&attributes, &none)
    unsafe posix_spawnattr_setsigdefault(&attributes, &all)
    var flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF)
    if inOwnGroup { flags |= Int32(POSIX_SPAWN_SETPGROUP) }
    unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

    for (target, stream) in streams.enumerated() {
        unsafe posix_spawn_file_actions_adddup2(&actions, (stream ?? null).number, Int32(target))
    }
    // Some library may have opened one without O_CLOEXEC. To close what is closed by then is no error.
    for name in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
        guard let number = Int32(name), number > 2 else { continue }
        unsafe posix_spawn_file_actions_addclose(&actions, number)
    }

    var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
    var variables = unsafe environment.map { unsafe strdup("\($0)=\($1)") } + [nil]
    defer { unsafe (arguments + variables).forEach { unsafe free($0) } }
    var pid: pid_t = 0
    let code = unsafe posix_spawnp(&pid, command[0], &actions, &attributes, &arguments, &variables)
    guard code == 0 else {
        throw TestFailure("cannot start \(command[0]): \(unsafe String(cString: strerror(code)))")
    }
    return pid
}
