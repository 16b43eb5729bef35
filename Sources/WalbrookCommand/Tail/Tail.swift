internal import Dispatch
internal import NIOCore
internal import Replication
internal import Sinks
internal import Synchronization
internal import TransportSecurity
internal import Walbrook

/// Prints the events of a session over as many connections as it takes.
struct Tail {
    private let address: SubscriberAddress
    private var session: TailSession
    private let acknowledges: Bool
    private let isColored: Bool
    private let security: (@Sendable () throws -> any ChannelHandler)?
    private let stop = TailStop()

    /// A server that says nothing for so long is gone: its heartbeats would have come.
    private static let patience = Duration.seconds(3 * TailSession.heartbeat)

    init(
        address: SubscriberAddress, session: TailSession, acknowledges: Bool, isColored: Bool,
        security: (@Sendable () throws -> any ChannelHandler)?
    ) {
        self.address = address
        self.session = session
        self.acknowledges = acknowledges
        self.isColored = isColored
        self.security = security
    }

    /// Returns when it is told to, or when nobody reads standard output any more.
    mutating func run() throws(WalbrookError) {
        let stop = stop
        // A terminal that is closed has no more readers.
        let signals = Signals(stop: { stop.request() }, reopen: { stop.request() }, sayState: {})
        defer { signals.cancel() }
        var pause = Duration.zero
        var wasGreeted = false
        while true {
            let before = session.passed
            var failure: String?
            let client = SubscriberClient(explain: ClientSecurity.explain)
            defer { client.close() }
            do throws(SinkError) {
                try client.connect(address, security: security)
                stop.attach(client)
                // Who speaks plain text to TLS hears of it only when it speaks.
                client.send("")
            } catch {
                failure = error.reason
            }
            let ending = if let failure { failure } else { try follow(client) }
            guard let reason = ending else { return }
            wasGreeted = wasGreeted || session.isGreeted
            guard wasGreeted else { throw WalbrookError(.unavailable, "\(address): \(reason)") }
            session.connectionLost()
            pause =
                session.passed != before
                ? .milliseconds(200) : min(max(pause * 2, .milliseconds(200)), .seconds(5))
            StandardError.write("walbrook: \(address): \(reason); connecting again\n")
            if stop.isRequested(within: pause) { return }
        }
    }

    /// Prints what comes over one connection.
    ///
    /// - Returns: why it has ended; nil when nothing more is wanted.
    private mutating func follow(_ client: SubscriberClient) throws(WalbrookError) -> String? {
        var rest: [UInt8] = []
        while true {
            let lines: ArraySlice<UInt8>
            switch client.next(within: Self.patience) {
            case .interrupted: return nil
            case .nothing: return "the server has fallen silent"
            case .end(let reason): return reason ?? "the connection has ended"
            case .bytes(let bytes):
                // A long line comes in many pieces: only the new one is looked at.
                let end = bytes.span.endOfWholeLines.map { rest.count + $0 }
                rest += bytes
                guard let end else { continue }
                lines = rest[..<end]
                rest = Array(rest[end...])
            }
            let before = session.printed
            var output: [UInt8] = []
            var ending: TailSession.Answer?
            for line in lines.split(separator: UInt8(ascii: "\n")) {
                let wasGreeted = session.isGreeted
                let answer = session.take(Array(line))
                switch answer {
                case .print:
                    output += isColored ? LineColors.color(line) : Array(line)
                    output.append(UInt8(ascii: "\n"))
                case .ignore: break
                case .retry, .fail: ending = answer
                }
                if session.isGreeted, !wasGreeted { begin(client) }
            }
            guard try write(output) else { return nil }
            if acknowledges, let printed = session.printed, printed != before {
                client.send("ACK \(printed)")
            }
            switch ending {
            case .retry(let reason)?: return reason
            case .fail(let reason, let kind)?: throw WalbrookError(kind, "\(address): \(reason)")
            default: break
            }
        }
    }

    private mutating func begin(_ client: SubscriberClient) {
        for command in session.commands() { client.send(command) }
        if let gap = session.gap { StandardError.write("walbrook: \(gap)\n") }
    }

    /// Returns whether anybody reads it.
    private func write(_ bytes: [UInt8]) throws(WalbrookError) -> Bool {
        guard !bytes.isEmpty else { return true }
        var buffer = OutputBuffer(capacity: bytes.count)
        buffer.append(bytes.span, from: 0, count: bytes.count)
        do throws(SinkError) { return try StandardOutput.write(buffer) } catch { throw WalbrookError(error) }
    }
}

/// The wish to end, from a signal.
private final class TailStop: Sendable {
    private struct State {
        var isRequested = false
        var client: SubscriberClient?
    }

    private let state = Mutex(State())
    private let requested = DispatchSemaphore(value: 0)

    func request() {
        let client = state.withLock { state in
            state.isRequested = true
            return state.client
        }
        client?.interrupt()
        requested.signal()
    }

    /// Interrupts this one, too.
    func attach(_ client: SubscriberClient) {
        let isRequested = state.withLock { state in
            state.client = client
            return state.isRequested
        }
        if isRequested { client.interrupt() }
    }

    func isRequested(within time: Duration) -> Bool {
        requested.wait(timeout: .now() + time / .seconds(1)) == .success
    }
}
