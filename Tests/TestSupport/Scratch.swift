internal import Foundation
internal import Glibc
internal import Synchronization

/// The one directory of this test process: the servers, their sockets, the files of its children.
///
/// A small guard process waits for the end of the run on a pipe. It then stops what is left of it and
/// removes the directory. So a crash, a Ctrl-C or a `kill -9` of the tests leaves no server behind, which
/// an exit handler alone could not promise.
enum Scratch {
    /// Owned by the user that servers run as. The path is short, since 107 bytes are all that a unix
    /// socket's may have.
    static func directory() throws -> String {
        try made.get().directory
    }

    /// A path in it that nothing else uses. Nothing is created.
    static func newPath(_ prefix: String) throws -> String {
        try "\(directory())/\(prefix)\(counter.add(1, ordering: .relaxed).newValue)"
    }

    private static let counter = Atomic(0)

    /// Made by the first who asks, while the others wait.
    private static let made = Result { try Made() }

    private final class Made: Sendable {
        let directory: String
        let guardian: ChildProcess
        /// Its closing tells the guard that the run is over.
        let lifeline: Mutex<Descriptor?>

        init() throws {
            var template = Array("/tmp/wb-XXXXXX".utf8CString)
            guard unsafe mkdtemp(&template) != nil else { throw Descriptor.failure("cannot make /tmp/wb-…") }
            directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if let user = try ServerUser.current {
                guard unsafe chown(directory, user.uid, user.gid) == 0 else {
                    throw Descriptor.failure("cannot give \(directory) to \(ServerUser.name)")
                }
            }
            let pipe = try Descriptor.pipe()
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            guardian = try ChildProcess(
                ["sh", "-c", guardScript, "walbrook-test-guard", directory, ChildProcess.marker],
                environment: ["PATH": path], input: pipe.read, inOwnGroup: true)
            lifeline = Mutex(pipe.write)
            atexit { Scratch.endRun() }
        }
    }

    private static func endRun() {
        guard case .success(let made) = made else { return }
        made.lifeline.withLock { $0 = nil }
        _ = try? made.guardian.wait(within: .seconds(20))
    }
}
