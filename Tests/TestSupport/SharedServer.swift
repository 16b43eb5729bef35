package import Testing

/// One server for all suites below the one that carries this trait: for tests that only need a database
/// of their own (`createDatabase`), and never restart or reconfigure the server.
///
///     @Suite(.sharedServer) struct Integration {}
///
///     extension Integration {
///         @Suite struct Slots {
///             @Test func aSlotIsMade() async throws {
///                 let server = try SharedServer.current
package struct SharedServer: SuiteTrait, TestScoping {
    @TaskLocal private static var server: PostgresServer?

    /// The server of the suite that the calling test belongs to.
    package static var current: PostgresServer {
        get throws {
            guard let server else {
                throw TestFailure("no shared server: no suite around this test has the trait .sharedServer")
            }
            return server
        }
    }

    /// One for the whole suite, not one for every suite in it.
    package var isRecursive: Bool { false }

    package func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        let server = try await blocking { try PostgresServer.start() }
        let result: Result<Void, any Error>
        do {
            result = .success(try await Self.$server.withValue(server) { try await function() })
        } catch {
            result = .failure(error)
        }
        try await blocking { try server.destroy() }
        try result.get()
    }
}

extension Trait where Self == SharedServer {
    /// Starts one server for this suite and all suites in it.
    package static var sharedServer: Self { Self() }
}
