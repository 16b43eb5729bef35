/// A freshly initialised cluster, made once a run and copied for every server: initdb takes seconds, a
/// copy a fraction of one.
enum ClusterTemplate {
    /// - Parameter directory: must not exist; its `data` becomes the copy.
    static func copy(to directory: String) throws {
        let template = try made.get()
        try runAsServerUser(["cp", "-a", "--reflink=auto", template, directory])
    }

    /// Made by the first who asks, while the others wait.
    private static let made = Result { try make() }

    private static func make() throws -> String {
        let directory = try Scratch.newPath("template")
        try runAsServerUser(["mkdir", "-m", "700", directory])
        try runAsServerUser([
            PostgresBinaries.path("initdb"), "--pgdata=\(directory)/data", "--auth=trust",
            "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        ])
        return directory
    }

    private static func runAsServerUser(_ command: [String]) throws {
        try ChildProcess.run(ServerUser.command(command))
    }
}
