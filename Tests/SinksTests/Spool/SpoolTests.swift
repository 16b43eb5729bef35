import Foundation
import Replication
import Sinks
import Testing

@Suite("Messages of a transaction in progress come back as they were, but for what was rolled back")
struct SpoolTests {
    private let directory = FileManager.default.temporaryDirectory.path

    /// Message n is of subtransaction n % 5, and as long as `sizes` says in turn.
    private func messages(_ count: Int, sizes: [Int]) -> [(xid: UInt32, bytes: [UInt8])] {
        (0..<count).map { number in
            let size = sizes[number % sizes.count]
            return (UInt32(number % 5), [UInt8](repeating: UInt8(number % 251), count: size))
        }
    }

    /// Writes them in pieces of `perWrite` messages, and returns the file and its length.
    private func spool(
        _ messages: [(xid: UInt32, bytes: [UInt8])], perWrite: Int
    ) throws -> (file: SpoolFile, length: Int) {
        let file = try SpoolFile(in: directory)
        var length = 0
        for start in stride(from: 0, to: messages.count, by: perWrite) {
            var records = OutputBuffer(capacity: 64)
            for message in messages[start..<min(start + perWrite, messages.count)] {
                records.appendRecordHeader(length: message.bytes.count, of: TransactionID(message.xid))
                records.append(message.bytes.span, from: 0, count: message.bytes.count)
            }
            try file.write(records, at: length)
            length += records.count
        }
        return (file, length)
    }

    private func read(_ reader: consuming SpoolReader) throws -> [[UInt8]] {
        var reader = reader
        var found: [[UInt8]] = []
        while let place = try reader.next() { found.append(place.map { reader.bytes[$0] }) }
        return found
    }

    @Test(
        "all of them, across the borders of chunks",
        arguments: [[0, 1, 7, 100], [262_136, 1, 262_144, 262_145], [700_000, 40]])
    func all(sizes: [Int]) throws {
        let messages = messages(sizes.max()! > 1000 ? 8 : 5000, sizes: sizes)
        let spooled = try spool(messages, perWrite: 97)
        let found = try read(SpoolReader(spooled.file, length: spooled.length, without: []))
        #expect(found == messages.map(\.bytes))
    }

    @Test func whatWasRolledBackDoesNotCome() throws {
        let messages = messages(5000, sizes: [3, 900])
        let spooled = try spool(messages, perWrite: 1000)
        let found = try read(SpoolReader(spooled.file, length: spooled.length, without: [4, 0, 77]))
        #expect(found == messages.filter { $0.xid != 0 && $0.xid != 4 }.map(\.bytes))
        let none = try read(SpoolReader(spooled.file, length: spooled.length, without: [3, 2, 1, 4, 0]))
        #expect(none.isEmpty)
    }

    @Test func nothingSpooledIsNothingRead() throws {
        #expect(try read(SpoolReader(SpoolFile(in: directory), length: 0, without: [1])).isEmpty)
    }

    @Test func aDirectoryThatTakesNoFileIsSaid() {
        #expect(throws: SpoolError.self) { try SpoolFile(in: directory + "/is/not/there") }
    }

    @Test func nothingIsLeftInTheDirectory() throws {
        let own = directory + "/walbrook-spool-\(UUID())"
        try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: own) }
        let file = try SpoolFile(in: own)
        var record = OutputBuffer(capacity: 64)
        record.appendRecordHeader(length: 0, of: TransactionID(1))
        try file.write(record, at: 0)
        #expect(try FileManager.default.contentsOfDirectory(atPath: own).isEmpty)
    }
}
