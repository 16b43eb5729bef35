import Foundation
import Replication
import Sinks
import TestSupport
import Testing

@Suite("Subscribers through a unix socket", .timeLimit(.minutes(2)))
struct SocketFileTests {
    @Test func onlyThisUserMayConnectAndNothingIsLeft() async throws {
        try await blocking {
            let directory = try TemporaryDirectory()
            let path = directory.path("events.sock")
            let bench = try SubscriberBench(.unix(path: path))
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            let client = try SocketClient(path: path)
            try client.send("SUB\n")
            _ = try client.line(beginning: #"{"op":"caught_up""#)
            try client.endSending()
            bench.publish(1...3)
            #expect(try client.numbers(3) == [1, 2, 3])
            bench.close()
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    @Test func inPlaceOfOneThatIsAbandoned() async throws {
        try await blocking {
            let directory = try TemporaryDirectory()
            let path = directory.path("events.sock")
            let first = try SubscriberBench(.unix(path: path))
            #expect(throws: SinkError.self) { try SubscriberBench(.unix(path: path)) }
            // As a crash leaves it.
            let kept = directory.path("kept")
            try FileManager.default.linkItem(atPath: path, toPath: kept)
            first.close()
            try FileManager.default.moveItem(atPath: kept, toPath: path)
            // A program that another test starts just now can still have the socket, up to its exec.
            var second: SubscriberBench?
            try eventually("nobody has the socket") {
                second = try? SubscriberBench(.unix(path: path))
                return second != nil
            }
            defer { second?.close() }
            let client = try SocketClient(path: path)
            _ = try client.line(beginning: #"{"op":"hello""#)
        }
    }

    @Test func nothingElseIsReplaced() async throws {
        try await blocking {
            let directory = try TemporaryDirectory()
            let path = directory.path("precious")
            try Data("text".utf8).write(to: URL(fileURLWithPath: path))
            #expect(throws: SinkError.self) { try SubscriberBench(.unix(path: path)) }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "text")
        }
    }
}
