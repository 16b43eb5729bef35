internal import ArgumentParser
internal import Glibc
internal import NIOCore
internal import Replication
internal import Sinks
internal import TransportSecurity
internal import Walbrook

/// `walbrook tail`.
struct TailCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tail",
        abstract: "Print events of a stream as they come.",
        discussion: """
            Subscribes to a stream that was started with --to tcp://HOST:PORT or --to unix:PATH, and goes on where it was \
            when the connection is lost. On a terminal, lines are coloured, unless NO_COLOR is set.
            """
    )

    @Argument(
        help: ArgumentHelp(
            "HOST:PORT or unix:PATH of the stream. (default: 127.0.0.1:7700)", valueName: "address"))
    var address: TailAddress?

    @Option(
        help: ArgumentHelp(
            "Begin now, at the start of the journal, behind a position, or with an LSN. (default: now)",
            valueName: "now|start|pos|lsn"))
    var from: String?

    @Option(help: ArgumentHelp("Only tables that match, as schema.table; repeatable.", valueName: "glob"))
    var table: [String] = []

    @Option(
        help: ArgumentHelp(
            "Only these kinds of events, such as insert,delete. (default: all)", valueName: "list"))
    var op: String?

    @Option(
        help: ArgumentHelp("Keep a place in the stream under this name, and go on from it.", valueName: "id"))
    var name: String?

    @Flag(help: "Acknowledge what was printed, so that --name goes on behind it the next time.")
    var ack = false

    @OptionGroup var security: TailSecurityArguments

    func validate() throws {
        guard from.map({ $0 == "now" || $0 == "start" || Position($0) != nil || LSN($0) != nil }) ?? true
        else {
            throw ValidationError(
                "--from takes now, start, a position (00000000/016B3748-00000003) or an LSN (0/16B3748).")
        }
        for word in table + [op, name].compactMap(\.self)
        where word.isEmpty || word.utf8.contains(where: { $0 <= 0x20 }) {
            throw ValidationError(
                "--table, --op and --name take words without spaces; in a pattern, ? stands for one.")
        }
        guard !table.contains(where: { $0.contains(",") }) else {
            throw ValidationError("--table takes one pattern; for a comma in a name, write ?.")
        }
        guard !ack || name != nil else { throw ValidationError("--ack needs --name.") }
        try security.validate()
    }

    func run() throws {
        Signals.ignoreFailedWrites()
        do throws(WalbrookError) {
            guard StandardDescriptors.secure() else {
                throw WalbrookError(
                    .sinkFailed, "standard output is closed", hint: "Redirect it to where events shall go.")
            }
            let request = TailSession.Request(start: from, name: name, tables: table, operations: op)
            let isColored = isatty(STDOUT_FILENO) == 1 && noColor.isEmpty
            var tail = Tail(
                address: address?.address ?? .tcp(host: "127.0.0.1", port: 7700),
                session: TailSession(request, token: try security.token()), acknowledges: ack,
                isColored: isColored, security: try security.handler(address?.address))
            try tail.run()
        } catch {
            StandardErrorLog.report(error, format: .text)
            throw ExitCode(error.kind.rawValue)
        }
    }

    /// no-color.org: any value but an empty one.
    private var noColor: String {
        // SAFETY: the string is copied before anything could change the environment.
        unsafe getenv("NO_COLOR").map { unsafe String(cString: $0) } ?? ""
    }
}

/// Where a stream listens: `HOST:PORT`, or as `--to` has it.
struct TailAddress: ExpressibleByArgument {
    let address: SubscriberAddress

    init?(argument: String) {
        guard let address = SubscriberAddress(uri: argument) ?? SubscriberAddress(hostAndPort: argument)
        else {
            return nil
        }
        self.address = address
    }
}

/// How the other side is trusted, and what is shown to it.
struct TailSecurityArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Send the first token of this file.", valueName: "path"))
    var tokenFile: String?

    @Flag(help: "Speak TLS.")
    var tls = false

    @Option(
        help: ArgumentHelp(
            "Speak TLS, and trust these authorities (PEM). (default: the system's)", valueName: "path"))
    var tlsCa: String?

    @Option(help: ArgumentHelp("Speak TLS, and show this certificate (PEM).", valueName: "path"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The private key of the certificate (PEM).", valueName: "path"))
    var tlsKey: String?

    func validate() throws {
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together.")
        }
    }

    func token() throws(WalbrookError) -> String? {
        guard let tokenFile else { return nil }
        do throws(SinkError) { return try Tokens.first(in: tokenFile) } catch { throw WalbrookError(error) }
    }

    func handler(_ address: SubscriberAddress?) throws(WalbrookError) -> (
        @Sendable () throws -> any ChannelHandler
    )? {
        guard tls || tlsCa != nil || tlsCert != nil else { return nil }
        let host =
            switch address {
            case .tcp(let host, _)?: host
            case .unix?: "localhost"
            case nil: "127.0.0.1"
            }
        do throws(SecurityFileError) {
            let security = try ClientSecurity(authority: tlsCa, certificate: tlsCert, key: tlsKey)
            return { try security.handler(host: host) }
        } catch {
            throw WalbrookError(.configuration, "\(error)")
        }
    }
}
