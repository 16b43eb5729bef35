internal import Foundation
internal import Glibc

/// Where the programs of PostgreSQL are.
enum PostgresBinaries {
    /// The directory that holds `postgres`, `initdb` and the client tools: PGBIN if set, else what
    /// `pg_config` says, else the newest of Debian's.
    static func directory() throws -> String {
        try found.get()
    }

    static func path(_ tool: String) throws -> String {
        let path = try "\(directory())/\(tool)"
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw TestFailure("there is no \(tool) in \(try directory())")
        }
        return path
    }

    private static let found = Result { try find() }

    private static func find() throws -> String {
        if let chosen = ProcessInfo.processInfo.environment["PGBIN"] {
            guard holdsServer(chosen) else { throw TestFailure("PGBIN=\(chosen) holds no postgres") }
            return chosen
        }
        let configured = try? ChildProcess.run(["pg_config", "--bindir"])
        if let directory = configured?.trimmingCharacters(in: .whitespacesAndNewlines),
            holdsServer(directory)
        {
            return directory
        }
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newestFirst = versions.compactMap { Int($0) }.sorted(by: >)
        let directories = newestFirst.map { "\(root)/\($0)/bin" }
        guard let directory = directories.first(where: holdsServer) else {
            throw TestFailure(
                "no PostgreSQL server here: neither pg_config --bindir nor \(root)/*/bin holds postgres; "
                    + "install one (apt-get install postgresql) or set PGBIN to its bin directory")
        }
        return directory
    }

    private static func holdsServer(_ directory: String) -> Bool {
        FileManager.default.isExecutableFile(atPath: "\(directory)/postgres")
    }
}

extension PostgresServer {
    /// Whether the servers that tests start find a library of this name, such as an output plugin.
    package static func hasLibrary(_ name: String) -> Bool {
        let said = try? ChildProcess.run([PostgresBinaries.path("pg_config"), "--pkglibdir"])
        guard let directory = said?.trimmingCharacters(in: .whitespacesAndNewlines) else { return false }
        return FileManager.default.fileExists(atPath: "\(directory)/\(name).so")
    }
}

/// Whom the server runs as, since it refuses to run as root.
struct ServerUser {
    static let name = "postgres"

    let uid: uid_t
    let gid: gid_t

    /// nil when this process is not root and servers run as its own user.
    static var current: ServerUser? {
        get throws {
            guard geteuid() == 0 else { return nil }
            guard let entry = unsafe getpwnam(name) else {
                throw TestFailure(
                    "servers do not run as root and there is no user \(name): add it or run as another user")
            }
            return unsafe ServerUser(uid: entry.pointee.pw_uid, gid: entry.pointee.pw_gid)
        }
    }

    /// A command that runs as that user, in a directory it may enter, which the one of the tests need not
    /// be. The pid stays the same: both wrappers execute what is behind them.
    static func command(_ command: [String]) throws -> [String] {
        guard try current != nil else { return command }
        let wrapper = "env --chdir=/ setpriv --reuid=\(name) --regid=\(name) --clear-groups --"
        return wrapper.split(separator: " ").map(String.init) + command
    }
}
