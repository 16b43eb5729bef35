internal import ArgumentParser
internal import Logging
internal import Sinks
internal import TransportSecurity
internal import Walbrook

/// How subscribers of `--to tcp://HOST:PORT` and `--to unix:PATH` are let in.
struct SubscriberArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let in only those who know a token of this file, which has one a line.", valueName: "path"))
    var tokenFile: String?

    @Option(help: ArgumentHelp("Speak TLS, with this certificate and its chain (PEM).", valueName: "path"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The private key of the certificate (PEM).", valueName: "path"))
    var tlsKey: String?

    @Option(
        help: ArgumentHelp(
            "Let in only those with a certificate of these authorities (PEM).", valueName: "path"))
    var tlsClientCa: String?

    @Flag(help: "Listen to other machines without a token or without TLS.")
    var insecure = false

    @Option(help: ArgumentHelp("Subscribers at a time.", valueName: "count"))
    var maxSubscribers = 500

    func validate(_ targets: [Target]) throws {
        let addresses = targets.compactMap(\.subscriberAddress)
        let isUsed =
            tokenFile != nil || tlsCert != nil || tlsKey != nil || tlsClientCa != nil || insecure
            || maxSubscribers != 500
        guard !addresses.isEmpty || !isUsed else {
            throw ValidationError(
                "--token-file, --tls-cert, --tls-key, --tls-client-ca, --insecure and --max-subscribers are of use only "
                    + "with --to tcp://HOST:PORT or --to unix:PATH.")
        }
        guard (tlsCert == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-cert and --tls-key belong together.")
        }
        guard tlsClientCa == nil || tlsCert != nil else {
            throw ValidationError("--tls-client-ca needs --tls-cert and --tls-key.")
        }
        guard (1...100_000).contains(maxSubscribers) else {
            throw ValidationError("--max-subscribers takes a number from 1 to 100000.")
        }
        let isSecure = tokenFile != nil && tlsCert != nil
        if let open = addresses.first(where: { !$0.isLocal }), !isSecure, !insecure {
            throw ValidationError(
                "\(open) can be reached from other machines: give --token-file, --tls-cert and --tls-key, or --insecure."
            )
        }
    }

    /// - Parameter journal: its directory, in which names are kept.
    func options(journal: String?) throws(WalbrookError) -> SubscriberOptions {
        var options = SubscriberOptions()
        if let journal {
            do throws(SinkError) {
                options.names = try SubscriberNames(directory: journal + "/subscribers")
            } catch {
                throw WalbrookError(error)
            }
        }
        options.maximum = maxSubscribers
        if let tokenFile {
            do throws(SinkError) { options.tokens = try Tokens(file: tokenFile) } catch {
                throw WalbrookError(error)
            }
        }
        if let tlsCert, let tlsKey {
            do throws(SecurityFileError) {
                let security = try ServerSecurity(
                    certificate: tlsCert, key: tlsKey, clientAuthority: tlsClientCa)
                options.security = { security.handler() }
            } catch {
                throw WalbrookError(.configuration, "\(error)")
            }
        }
        return options
    }
}

extension Logger {
    /// What a server of subscribers has to say.
    func log(_ notice: SubscriberNotice) {
        let level: Logger.Level =
            switch notice.level {
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            }
        log(level: level, "\(notice.message)", metadata: notice.metadata.mapValues { "\($0)" })
    }
}
