import Foundation
import Synchronization
import TestSupport

/// Transactions of several sessions that go on until they are told to stop, whatever happens to the server.
final class Load: Sendable {
    private let server: PostgresServer
    private let database: String
    private let isStopped = Mutex(false)

    init(on server: PostgresServer, database: String) {
        self.server = server
        self.database = database
    }

    /// Makes pgbench's tables; the slot must be there already, so that their rows are in the stream.
    static func prepare(_ server: PostgresServer, _ database: String, scale: Int = 1) throws {
        try server.run(tool: "pgbench", arguments: ["-i", "-q", "-s", "\(scale)"], database: database)
    }

    /// Blocks until `stop`. Sessions that the server cuts off are begun anew.
    func run() {
        while !isStopped.withLock(\.self) {
            do {
                try server.run(
                    tool: "pgbench", arguments: ["-n", "-c", "4", "-j", "2", "-T", "1"], database: database)
            } catch {
                Thread.sleep(forTimeInterval: 0.05)
            }
        }
    }

    func stop() {
        isStopped.withLock { $0 = true }
    }

    /// Runs `body` beside the load, and returns when both have ended.
    static func during<Value: Sendable>(
        _ server: PostgresServer, _ database: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let load = Load(on: server, database: database)
        async let running: Void = blocking { load.run() }
        let result: Result<Value, any Error>
        do {
            result = .success(try await blocking(body))
        } catch {
            result = .failure(error)
        }
        load.stop()
        try await running
        return try result.get()
    }
}

/// A seed that is printed, so that a failure can be repeated: the environment's SEED, or a new one.
struct Seed: RandomNumberGenerator {
    private var state: UInt64

    init(_ test: String) {
        state = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init) ?? .random(in: 0 ... .max)
        print("\(test): SEED=\(state)")
    }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Sleeps for a random time in milliseconds.
    mutating func pause(_ range: ClosedRange<Int>) {
        Thread.sleep(forTimeInterval: Double(Int.random(in: range, using: &self)) / 1000)
    }
}

extension WalbrookProcess {
    /// Makes publication and slot, and ends.
    static func createSlot(_ server: PostgresServer, _ database: String) throws {
        let process = try start(
            ["stream", "-d", server.conninfo(database: database), "--until", "now"], stdout: .devNull)
        try process.succeed()
    }

    /// Waits for exit code 0; the error holds what the program said.
    func succeed(within limit: Duration = .seconds(60)) throws {
        let status = try wait(within: limit)
        guard status == .exited(0) else {
            throw TestFailure("walbrook ended with \(status), and said:\n\(standardError)")
        }
    }
}
