import Foundation
import Testing
@testable import Walbrook

@Suite("Values of rows as Swift types")
struct RowTests {
    private static let table = TableDefinition(
        schema: "public", name: "t",
        columns: [("v", "text"), ("other", "integer"), ("big", "text"), ("e\u{301}", "integer")].map {
            .init(name: $0.0, type: $0.1, typeOID: 0, isKey: false)
        })

    private func row(_ json: String, jsonNulls: [String] = []) -> Row {
        Row(JSONSlice(Array(json.utf8)), of: Self.table, jsonNulls: jsonNulls)
    }

    /// The value of column v that is written like this.
    private func value<Value: Decodable>(_ json: String, as type: Value.Type) throws -> Value {
        try row("{\"v\":\(json)}")["v", as: type]
    }

    @Test func numbers() throws {
        #expect(try value("42", as: Int.self) == 42)
        #expect(try value("-9223372036854775808", as: Int64.self) == .min)
        #expect(try value("\"9223372036854775807\"", as: Int.self) == .max)
        #expect(try value("4294967295", as: UInt32.self) == .max)
        #expect(try value("1.5e-300", as: Double.self) == 1.5e-300)
        #expect(try value("\"NaN\"", as: Double.self).isNaN)
        #expect(try value("\"-Infinity\"", as: Double.self) == -.infinity)
        #expect(
            try value("\"12345678901234567890.1234567890\"", as: Decimal.self).description.hasPrefix(
                "12345678901234567890.123456789"))
        #expect(try value("\"0.10\"", as: String.self) == "0.10")
        #expect(throws: RowError.self) { try value("300", as: Int8.self) }
        #expect(throws: RowError.self) {
            try value("\"\(String(repeating: "1", count: 60))\"", as: Decimal.self)
        }
    }

    @Test func texts() throws {
        #expect(try value(#""a\"b\\c\nd\u00e9\ud83d\ude00""#, as: String.self) == "a\"b\\c\ndé😀")
        #expect(try value("true", as: Bool.self))
        let id = UUID()
        #expect(try value("\"\(id.uuidString.lowercased())\"", as: UUID.self) == id)
        #expect(try value("\"AAEC/w==\"", as: [UInt8].self) == [0, 1, 2, 255])
        #expect(try value("\"\"", as: Data.self).isEmpty)
    }

    @Test func times() throws {
        let date = try value("\"2026-11-23T13:30:00.123456Z\"", as: Date.self)
        #expect(abs(date.timeIntervalSince1970 - 1_795_440_600.123456) < 0.000_002)
        #expect(try value("\"2026-11-23T13:30:00\"", as: Date.self).timeIntervalSince1970 == 1_795_440_600)
        #expect(try value("\"1969-12-31\"", as: Date.self).timeIntervalSince1970 == -86400)
        for special in ["infinity", "0044-03-15 BC", "10000-01-01"] {
            #expect(throws: RowError.self) { try value("\"\(special)\"", as: Date.self) }
            #expect(try value("\"\(special)\"", as: String.self) == special)
        }
    }

    @Test func composed() throws {
        #expect(try value("[[1,null],[3,4]]", as: [[Int?]].self) == [[1, nil], [3, 4]])
        #expect(try value("[\"AQ==\",null]", as: [Data?].self) == [Data([1]), nil])
        #expect(try value("[0.5,2]", as: [Float].self) == [0.5, 2])
        struct Address: Decodable, Equatable { var street: String?; var number: Int }
        #expect(
            try value(#"[{"street":null,"number":7}]"#, as: [Address].self)
                == [Address(street: nil, number: 7)])
        #expect(try value(#"{"a":"1","b":null}"#, as: [String: String?].self) == ["a": "1", "b": nil])
        let range = try value(#"{"lower":1,"upper":null,"bounds":"[)"}"#, as: RangeValue<Int>.self)
        #expect(range.lower == 1 && range.upper == nil && range.includesLower && !range.isEmpty)
        #expect(try value(#"{"empty":true}"#, as: RangeValue<Int>.self).isEmpty)
        #expect(try value(#"{"a": [1, 2]}"#, as: JSONText.self).text == #"{"a": [1, 2]}"#)
        #expect(try value(#"{"a": [1, 2]}"#, as: [String: [Int]].self) == ["a": [1, 2]])
    }

    @Test func nullIsNotMissing() throws {
        let row = row(#"{"v":null,"other":7}"#)
        #expect(row.isNull("v") && row.contains("v") && !row.isNull("other") && !row.contains("big"))
        #expect(try row["v", as: String?.self] == nil)
        #expect(try row["other", as: Int?.self] == 7)
        #expect(throws: RowError.self) { try row["v", as: String.self] }
        #expect(throws: RowError.self) { try row["big", as: String?.self] }
        #expect(try row["big", as: MaybeUnchanged<String?>.self] == .unchanged)
        #expect(try row["v", as: MaybeUnchanged<String?>.self] == .value(nil))
        struct Some: Decodable {
            var v: String?
            var other: Int
            var big: MaybeUnchanged<String?>
            var none: String?
        }
        let some = try row.decode(Some.self)
        #expect(some.v == nil && some.other == 7 && some.big == .unchanged && some.none == nil)
        #expect(!self.row(#"{"v":null}"#, jsonNulls: ["v"]).isNull("v"))
    }

    @Test func errorsNameTheColumnAndItsTypeAndNoValue() throws {
        struct Wrong: Decodable { var other: Bool }
        let error = try #require(throws: RowError.self) {
            try row(#"{"v":"secret","other":4711}"#).decode(Wrong.self)
        }
        #expect(error.column == "other" && error.type == "integer" && error.table == "public.t")
        #expect(!"\(error)".contains("4711"))
        let missing = try #require(throws: RowError.self) { try row("{}")["nosuch", as: Int.self] }
        #expect(missing.column == "nosuch" && missing.type == nil)
    }

    @Test func namesAreComparedByTheirBytes() throws {
        let row = row("{\"e\u{301}\":1}")
        #expect(try row["e\u{301}", as: Int.self] == 1)
        #expect(throws: RowError.self) { try row["\u{e9}", as: Int.self] }
    }
}
