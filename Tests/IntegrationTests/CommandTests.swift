import Foundation
import TestSupport
import Testing

/// The program as a command: help, arguments, exit codes, and what goes to which stream.
@Suite(.serialized) struct CommandTests {
    // MARK: Help

    @Test func helpNamesTheSubcommand() async throws {
        let run = try await run("--help")
        #expect(run.status == .exited(0))
        #expect(run.output.contains { $0.hasPrefix("  stream ") })
        #expect(run.output.contains { $0.hasPrefix("  schema ") })
        #expect(run.output.contains { $0.hasPrefix("  replay ") })
        #expect(try await self.run().status == .exited(0), "without arguments it prints the help, too")
    }

    @Test(arguments: [
        ("-d, --dsn <conninfo>", "libpq's own: PGHOST, PGSERVICE, …"), ("--slot <name>", "walbrook"),
        ("--publication <name>", "walbrook"), ("--no-create", nil), ("--publish-without-identity", nil),
        ("--temporary", nil), ("--status-interval <seconds>", "1.0"),
        ("--retry-limit <count>", "never once it was there, else at once"),
        ("--table <glob>", "all tables"), ("--exclude-table <glob>", "none"),
        ("--until <lsn|pos|now>", "never"), ("--to <uri>", "stdout"), ("--journal <dir>", "no"),
        ("--transactions", nil),
        ("--log-level <level>", "notice"), ("--log-format <format>", "text"), ("--quiet", nil),
    ])
    func helpHasALineWithTheDefaultOf(flag: String, standard: String?) async throws {
        let run = try await run("help", "stream")
        #expect(run.status == .exited(0) && run.error.isEmpty)
        let entry = try #require(entries(run.output)[flag], "\(flag) has no entry")
        #expect(entry.count > 15, "\(flag) is not explained")
        if let standard {
            #expect(entry.contains("default: \(standard))"), "\(flag): \(entry)")
        }
        #expect(try await self.run("stream", "--help").output == run.output)
    }

    @Test func versionIsOneLine() async throws {
        let run = try await run("--version")
        #expect(run.status == .exited(0))
        #expect(run.output.count == 1)
        #expect(run.output.first?.wholeMatch(of: /walbrook \d+\.\d+\.\d+/) != nil, "\(run.output)")
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func shellsCanCompleteTheFlags(shell: String) async throws {
        let run = try await run("--generate-completion-script", shell)
        #expect(run.status == .exited(0) && run.error.isEmpty)
        let script = run.output.joined(separator: "\n")
        for flag in ["publication", "exclude-table", "log-format"] {
            #expect(script.contains(flag), "\(flag) is not in it")
        }
    }

    @Test func bashTakesItsCompletionScript() async throws {
        let check = #""$0" --generate-completion-script bash > "$1" && bash -n "$1""#
        try await blocking {
            let directory = try TemporaryDirectory()
            let process = try WalbrookProcess.start(
                [directory.path("script")], stdout: .devNull, wrapper: ["bash", "-c", check])
            #expect(try process.wait() == .exited(0), "\(process.standardError)")
        }
    }

    // MARK: Wrong arguments

    @Test(arguments: [
        (["--slot", "Orders"], "--slot takes"), (["--slot", "a-b"], "--slot takes"),
        (["--slot", ""], "--slot takes"), (["--slot", String(repeating: "s", count: 64)], "--slot takes"),
        (["--publication", ""], "--publication takes"),
        (["--publication", String(repeating: "é", count: 32)], "--publication takes"),
        (["--table", "orders"], "schema.table"), (["--exclude-table", "orders"], "schema.table"),
        (["--until", "yesterday"], "--until takes"), (["--until", "0/"], "--until takes"),
        (["--until", "0000000A/016B3748-"], "--until takes"), (["--until", ""], "--until takes"),
        (["--status-interval", "-1"], "--status-interval"),
        (["--status-interval=-1"], "--status-interval takes"),
        (["--status-interval=nan"], "--status-interval takes"),
        (["--status-interval=0"], "--status-interval takes"),
        (["--status-interval", "soon"], "--status-interval"), (["--retry-limit=-1"], "--retry-limit takes"),
        (["--retry-limit", "often"], "--retry-limit"), (["--to", "mars"], "--to"),
        (["--log-level", "loud"], "--log-level"), (["--log-format", "xml"], "--log-format"),
        (["--format", "xml"], "--format"), (["--format", "wal2json", "--schema"], "--schema has no form"),
        (["--journal", "j", "--format", "wal2json"], "take json or cloudevents"),
        (["--journal", "j", "--temporary"], "goes on where it ended"),
        (["--temporary", "--slot", "s"], "leave out --slot"),
        (["--temporary", "--publish-without-identity"], "and --publish-without-identity"),
        (["--journal-size", "1G"], "only with --journal DIR"), (["--journal", ""], "--journal takes"),
        (["--format", "wal2json", "--int8", "string"], "--int8, --numeric and --bytea have no effect"),
        (["--format", "wal2json", "--numeric", "number"], "--int8, --numeric and --bytea have no effect"),
        (["--format", "wal2json", "--bytea", "hex"], "--int8, --numeric and --bytea have no effect"),
        (["--to", "file:a", "--to", "file:a"], "same place twice"),
        (["--to", "file:a", "--to", "stdout", "--to", "file:./a"], "same file twice, a and ./a"),
        (["--to", "file:a.walbrook", "--to", "file:./a"], "a.walbrook is where the state of ./a is kept"),
        (["--to", "file:a", "--to", "file:./a.walbrook"], "a.walbrook is where the state of a is kept"),
        (["--nosuch"], "--nosuch"), (["-d"], "-d"), (["extra"], "nexpected"),
    ])
    func aWrongArgumentIsRefused(arguments: [String], message: String) async throws {
        let run = try await run(["stream"] + arguments)
        run.expect(64, saying: message)
        #expect(run.output.isEmpty)
    }

    @Test(arguments: [
        (["--int8", "string"], "--table"), (["--mask", "*.a=null"], "--table"),
        (["--table", "orders"], "schema.table"),
        (["--publication", "p"], "--table"), (["--exclude-column", "a"], "schema.table.column"),
        (["-d"], "-d"),
        (["-d", "host=/nowhere", "nonsense"], "nexpected"), (["-d", "non=sense"], "connection string"),
    ])
    func aWrongArgumentOfSchemaIsRefused(arguments: [String], message: String) async throws {
        let run = try await run(["schema"] + arguments)
        run.expect(64, saying: message)
        #expect(run.output.isEmpty)
    }

    @Test func aSchemaThatCannotBeHadOrWrittenIsAFailure() async throws {
        let nobody = try TemporaryDirectory()
        try await run("schema", "-d", "host=\(nobody.path)").expect(69, saying: "not available")
        try await blocking {
            let full = try WalbrookProcess.start(["schema"], stdout: .file("/dev/full"))
            try Run(endOf: full).expect(74, saying: "no space left")
            let closed = try WalbrookProcess.start(
                ["schema"], stdout: .devNull, wrapper: ["bash", "-c", #"exec "$@" >&-"#, "-"])
            try Run(endOf: closed).expect(74, saying: "standard output is closed")
        }
    }

    @Test func anUnknownSubcommandIsRefused() async throws {
        try await run("strem").expect(64, saying: "strem")
    }

    // MARK: Standard error

    @Test func failuresAreJSONObjectsWhenAskedFor() async throws {
        let nobody = try TemporaryDirectory()
        let run = try await run(
            "stream", "-d", "host=\(nobody.path)", "--log-format", "json", "--log-level", "trace")
        run.expect(69)
        let objects = try run.logObjects()
        #expect(objects.last?["level"] == "error")
        #expect(objects.last?["message"]?.contains("the server is not available") == true)
    }

    /// A frequent slip: the connection string without -d.
    @Test(arguments: [
        ["postgresql://app:S3cret-Word@localhost/shop"],
        ["--dns=postgresql://app:S3cret-Word@localhost/shop"],
        ["--dns", "postgresql://app:S3cret-Word@localhost/shop"],
        ["-d", "host=localhost", "password=S3cret-Word"],
    ])
    func aMisplacedConnectionStringIsNotRepeated(arguments: [String]) async throws {
        let run = try await run(["stream"] + arguments)
        run.expect(64)
        #expect(!run.error.contains("S3cret"), "\(run.error)")
    }

    // MARK: -

    private func run(_ arguments: String...) async throws -> Run {
        try await run(arguments)
    }

    private func run(_ arguments: [String]) async throws -> Run {
        try await blocking { try Run(arguments) }
    }

    /// The entries of a help text, each in one line, by what stands left.
    private func entries(_ help: [String]) -> [String: String] {
        var entries: [String: String] = [:]
        var current = ""
        for line in help {
            if let head = line.firstMatch(of: /^  (-.*?)(?:  +(.*))?$/) {
                current = String(head.1)
                entries[current] = String(head.2 ?? "")
            } else if line.hasPrefix("      ") {
                entries[current, default: ""] += " " + line.trimmingCharacters(in: .whitespaces)
            } else {
                current = ""
            }
        }
        return entries.mapValues { $0.trimmingCharacters(in: .whitespaces) }
    }
}

extension Integration {
    @Suite struct Logs {
        @Test func goToStandardErrorOnly() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.stream().expect(0)
                try database.psql("INSERT INTO t SELECT generate_series(1, 3)")
                let run = try database.stream("--log-level", "trace", "--log-format", "json")
                run.expect(0)
                #expect(run.changes == (1...3).map { #"insert public.t {"id":\#($0)}"# })
                for line in try run.logObjects() {
                    #expect(line["ts"]?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z/) != nil)
                    #expect(line["level"] != nil && line["message"] != nil)
                }
                #expect(run.error.contains(#""message":"streaming""#))
            }
        }

        @Test func sayNothingWhenThereIsNothingToSay() async throws {
            try await TestDatabase.with { database in
                try database.stream().expect(0, saying: "created publication", "created slot")
                let run = try database.stream()
                #expect(run.status == .exited(0) && run.error.isEmpty && run.output.isEmpty)
            }
        }
    }
}

extension Run {
    /// The log's lines, of which each must be a JSON object of strings.
    func logObjects() throws -> [[String: String]] {
        let lines = error.split(separator: "\n")
        #expect(!lines.isEmpty)
        return try lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: String], "\(line)")
        }
    }
}
