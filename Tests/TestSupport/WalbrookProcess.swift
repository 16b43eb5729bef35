package import Glibc
internal import Foundation

/// The built program, running as a child of the test.
package final class WalbrookProcess: Sendable {
    /// Where its standard output goes.
    package enum Output: Sendable {
        case file(String, append: Bool = false)
        /// The test holds the other end. As long as it does not read, a full pipe blocks the program.
        case pipe
        case devNull
    }

    private let child: ChildProcess
    private let output: LineSource?
    private let scratch: TemporaryDirectory

    /// Starts the program.
    ///
    /// - Parameters:
    ///   - arguments: without the program's own name.
    ///   - environment: on top of the test's, which is passed on without its PG* variables.
    ///   - wrapper: a command that executes the one behind it, like `["prlimit", "--fsize=65536"]`.
    package static func start(
        _ arguments: [String], environment: [String: String] = [:], stdout: Output,
        wrapper: [String] = []
    ) throws -> WalbrookProcess {
        try WalbrookProcess(wrapper + [executable()] + arguments, environment, stdout)
    }

    /// Starts another program that is built with the tests; what it prints comes line by line, also into a file.
    package static func start(
        program: String, _ arguments: [String], stdout: Output
    ) throws -> WalbrookProcess {
        try WalbrookProcess(["stdbuf", "-oL", product(program)] + arguments, [:], stdout)
    }

    private init(_ command: [String], _ environment: [String: String], _ stdout: Output) throws {
        let scratch = try TemporaryDirectory()
        let sink: Descriptor?
        switch stdout {
        case .file(let path, let append):
            sink = try Descriptor.open(path, O_WRONLY | O_CREAT | (append ? O_APPEND : O_TRUNC))
            output = nil
        case .pipe:
            let pipe = try Descriptor.pipe()
            sink = pipe.write
            output = LineSource(pipe.read)
        case .devNull:
            sink = nil
            output = nil
        }
        child = try ChildProcess(
            command, environment: ChildProcess.inheritedEnvironment(adding: environment), output: sink,
            error: Descriptor.open(scratch.path("err"), O_WRONLY | O_CREAT | O_APPEND))
        self.scratch = scratch
    }

    /// WALBROOK_BINARY, or `walbrook` beside the test bundle, where SwiftPM puts both.
    package static func executable() throws -> String {
        try ProcessInfo.processInfo.environment["WALBROOK_BINARY"] ?? product("walbrook")
    }

    private static func product(_ name: String) throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        var directory = URL(fileURLWithPath: own)
        for _ in 0..<4 {
            directory.deleteLastPathComponent()
            let path = directory.appendingPathComponent(name).path
            let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType
            if type == .typeRegular { return path }
        }
        throw TestFailure(
            "there is no \(name) beside \(own): build it; for walbrook, WALBROOK_BINARY can say where")
    }

    package var pid: pid_t { child.pid }

    package var isRunning: Bool { child.isRunning }

    /// nil while it runs.
    package var exitStatus: ExitStatus? { child.exitStatus }

    package func signal(_ number: Int32) {
        child.signal(number)
    }

    /// Asks it to end (SIGTERM), without waiting.
    package func terminate() {
        child.signal(SIGTERM)
    }

    /// Kills it (SIGKILL) and waits for its end.
    package func kill() {
        child.signal(SIGKILL)
        child.wait()
    }

    /// Waits, blocking, for its end.
    ///
    /// - Throws: `TestFailure` with the end of its standard error when it still runs.
    @discardableResult package func wait(within limit: Duration = .seconds(30)) throws -> ExitStatus {
        do {
            return try child.wait(within: limit)
        } catch {
            throw TestFailure("\(error)\n\(standardError.tail())")
        }
    }

    /// Everything it said on its standard error so far.
    package var standardError: String {
        (try? text(ofFile: scratch.path("err"))) ?? ""
    }

    /// Waits, blocking, until its standard error holds a text.
    ///
    /// - Throws: `TestFailure` when it does not in time, or when the program ended without saying it.
    package func waitForStandardError(containing text: String, within limit: Duration = .seconds(30)) throws {
        do {
            try eventually(within: limit, "standard error holds \"\(text)\"") {
                let status = exitStatus
                if standardError.contains(text) { return true }
                if let status { throw TestFailure("walbrook ended (\(status)) and never said \"\(text)\"") }
                return false
            }
        } catch {
            throw TestFailure("\(error)\n\(standardError.tail())")
        }
    }

    /// Resident memory now (VmRSS). Throws when the program has ended.
    package var residentKiB: Int {
        get throws { try ProcessTable.memory("VmRSS", of: pid) }
    }

    /// The most it ever had resident (VmHWM). Throws when the program has ended.
    package var peakResidentKiB: Int {
        get throws { try ProcessTable.memory("VmHWM", of: pid) }
    }
}

extension WalbrookProcess {
    /// Reads from the pipe, blocking until something is there.
    ///
    /// - Returns: nil when nothing came in time; no bytes when the program has closed its end.
    package func read(upTo count: Int = 65_536, within limit: Duration = .seconds(30)) throws -> [UInt8]? {
        try pipe().read(upTo: count, until: .now + limit)
    }

    /// Reads, blocking, until that many complete lines have come.
    ///
    /// - Throws: `TestFailure` when they do not in time or the output ends before.
    package func readLines(_ count: Int, within limit: Duration = .seconds(30)) throws -> [String] {
        let pipe = try pipe()
        let deadline = ContinuousClock.now + limit
        var lines: [String] = []
        while lines.count < count {
            switch try pipe.next(until: deadline) {
            case .line(let line):
                lines.append(line)
                EventSample.note(line)
            case .timeout: throw shortage("after \(limit)", lines, count)
            case .end: throw shortage("at the end of the output", lines, count)
            }
        }
        return lines
    }

    /// Closes the test's end of the pipe, as `| head` does.
    package func closeStandardOutput() throws {
        try pipe().close()
    }

    private func pipe() throws -> LineSource {
        guard let output else { throw TestFailure("standard output is no pipe here") }
        return output
    }

    private func shortage(_ when: String, _ lines: [String], _ count: Int) -> TestFailure {
        TestFailure(
            "\(lines.count) lines of \(count) \(when); the last: \(lines.last ?? "none")\n"
                + standardError.tail())
    }
}
