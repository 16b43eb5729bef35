internal import Foundation
internal import Glibc

/// What /proc says about processes.
enum ProcessTable {
    /// A process that is not our own child. Its start time tells it from a later one of the same pid.
    struct Entry: Sendable {
        let pid: pid_t
        fileprivate let stat: Stat

        /// False also for one that ended and that its parent has not yet waited for.
        var isAlive: Bool {
            guard let now = ProcessTable.stat(of: pid) else { return false }
            return now.startTime == stat.startTime && now.state != "Z" && now.state != "X"
        }

        func kill() {
            if isAlive { _ = Glibc.kill(pid, SIGKILL) }
        }
    }

    static func children(of parent: pid_t) throws -> [Entry] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
            guard let pid = pid_t(name), let stat = stat(of: pid), stat.parent == parent else { return nil }
            return Entry(pid: pid, stat: stat)
        }
    }

    /// A memory figure of /proc/PID/status, in KiB.
    ///
    /// - Parameter field: VmRSS or VmHWM.
    static func memory(_ field: String, of pid: pid_t) throws -> Int {
        let status = (try? text(ofFile: "/proc/\(pid)/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(field):") }
        guard let words = line?.split(whereSeparator: \.isWhitespace), words.count > 1,
            let value = Int(words[1])
        else {
            throw TestFailure("process \(pid) has no \(field): it has ended")
        }
        return value
    }

    fileprivate struct Stat {
        let state: Substring
        let parent: pid_t
        let startTime: Substring
    }

    private static func stat(of pid: pid_t) -> Stat? {
        // The name in parentheses may hold spaces and parentheses itself, so count from the last one.
        guard let text = try? text(ofFile: "/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let parent = pid_t(fields[1]) else { return nil }
        return Stat(state: fields[0], parent: parent, startTime: fields[19])
    }
}
