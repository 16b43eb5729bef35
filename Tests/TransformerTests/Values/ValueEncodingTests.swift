import Foundation
import Replication
import Testing

@Suite("Every value that PostgreSQL can hold has a written form")
struct ValueEncodingTests {
    @Test(arguments: ValueTable.numbers)
    func numbers(row: ValueTable.Row) throws {
        #expect(try encoded(row.text, as: row.type) == row.json)
    }

    @Test(arguments: ValueTable.texts)
    func texts(row: ValueTable.Row) throws {
        #expect(try encoded(row.text, as: row.type) == row.json)
    }

    @Test(arguments: ValueTable.documents)
    func documents(row: ValueTable.Row) throws {
        #expect(try encoded(row.text, as: row.type) == row.json)
    }

    @Test(arguments: ValueTable.times)
    func times(row: ValueTable.Row) throws {
        #expect(try encoded(row.text, as: row.type) == row.json)
    }

    @Test(arguments: ValueTable.arrays)
    func arrays(row: ValueTable.Row) throws {
        #expect(try encoded(row.text, as: row.type) == row.json)
    }

    @Test(arguments: ValueTable.domains)
    func domains(row: ValueTable.Row) throws {
        #expect(try encoded(row.text, as: row.type) == row.json)
    }

    @Test("bytea of every length is base64 as everybody reads it", arguments: 0...32)
    func bytea(length: Int) throws {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 37 + length) }
        let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
        #expect(
            try encoded("\\x" + hexadecimal, as: PostgresType("bytea", 17))
                == "\"" + Data(bytes).base64EncodedString() + "\"")
    }

    /// Deeper than any stack would like; PostgreSQL itself stops at six.
    @Test("an array may be as deep as it likes")
    func deepArray() throws {
        let depth = 100_000
        let text = String(repeating: "{", count: depth) + "1" + String(repeating: "}", count: depth)
        let json = String(repeating: "[", count: depth) + "1" + String(repeating: "]", count: depth)
        let isWhole = try encoded(text, as: PostgresType("int4[]", 1007)) == json
        #expect(isWhole)
    }
}
