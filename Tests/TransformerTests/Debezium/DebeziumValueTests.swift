import Foundation
import Replication
import Testing
import Transformer

@Suite("Debezium's forms of values")
struct DebeziumValueTests {
    private let stream = DebeziumStream()

    @Test(
        "as Debezium writes them",
        arguments: DebeziumValueTable.numbers + DebeziumValueTable.floats + DebeziumValueTable.decimals
            + DebeziumValueTable.bits + DebeziumValueTable.dates + DebeziumValueTable.texts
            + DebeziumValueTable.arrays)
    func value(row: DebeziumValueTable.Row) throws {
        #expect(try stream.value(row.text, row.type, modifier: row.modifier) == row.json)
        // What is lost by Debezium is not in the table.
        #expect(
            try DebeziumStream(isStrict: true).value(row.text, row.type, modifier: row.modifier) == row.json)
    }

    @Test(
        "null is null in every type",
        arguments: [16, 20, 701, 1700, 790, 1082, 1184, 1186, 600, 1007] as [UInt32])
    func null(type: UInt32) throws {
        #expect(try stream.value(WireValue.null, type) == "null")
    }

    @Test("a value of another form than its type's is a string, and the line stays JSON")
    func malformed() throws {
        let types: [UInt32] = [
            700, 701, 1700, 790, 1560, 1082, 1083, 1266, 1114, 1184, 1186, 600, 22, 1007, 2950, 20011, 20012,
            20013,
        ]
        var stream = stream
        stream.catalog[OID(1)] = CatalogFacts(types: DebeziumExtensionTests.types)
        for type in types {
            for text in [
                "", "-", ".", "1.", ".5", "1e", "1e+", "--1", "1 ", " 1", "$", "$1", "$1.5", "2016",
                "2016-13-01",
                "2016-11-04 ", "2016-11-04 25", "10:00", "10:00:00+", "10:00:00+1", "99999999-01-01", "P",
                "P1", "P1X",
                "PT1.5H", "(", "(1", "(1,", "(1,2", "(1,2)x", "(a,b)", "1,2", "[", "{", "{1:1}", "{1:1}/",
                "0102", "x",
                String(repeating: "9", count: 400) + "x",
                "$" + String(repeating: "999,", count: 40) + "999.00",
                "P" + String(repeating: "1Y", count: 40),
            ] {
                let value = try stream.value(text, type)
                let isJSON = (try? JSONSerialization.jsonObject(with: Data("[\(value)]".utf8))) != nil
                #expect(isJSON, "\(type) \(text): \(value)")
            }
        }
    }

    @Test(
        "numbers of up to a thousand digits and more are exact",
        arguments: [1, 17, 18, 19, 37, 38, 39, 56, 999, 5000])
    func digits(count: Int) throws {
        var random = SplitMix64(seed: UInt64(count))
        for sign in ["", "-"] {
            for _ in 0..<5 {
                let first = Int.random(in: 1...9, using: &random)
                let number =
                    "\(first)" + (1..<count).map { _ in "\(Int.random(in: 0...9, using: &random))" }.joined()
                let json = try stream.value(sign + number + ".5", 1700)
                let start = try #require(json.range(of: "{\"scale\":1,\"value\":\"")).upperBound
                let bytes = try #require(Data(base64Encoded: String(json[start...].dropLast(2))))
                #expect(Self.decimal(twosComplement: Array(bytes)) == sign + number + "5")
            }
        }
    }

    /// The digits of an integer, found by dividing by ten again and again.
    private static func decimal(twosComplement bytes: [UInt8]) -> String {
        let isNegative = bytes[0] >= 0x80
        var magnitude = bytes.map { isNegative ? ~$0 : $0 }
        if isNegative {
            for index in magnitude.indices.reversed() {
                magnitude[index] &+= 1
                if magnitude[index] != 0 { break }
            }
        }
        var digits: [Character] = []
        while magnitude.contains(where: { $0 != 0 }) {
            var rest = 0
            for index in magnitude.indices {
                rest = rest << 8 | Int(magnitude[index])
                magnitude[index] = UInt8(rest / 10)
                rest %= 10
            }
            digits.append(Character("\(rest)"))
        }
        return (isNegative ? "-" : "") + String(digits.reversed())
    }

    @Test("every power of two and its neighbours has as few bytes as it needs")
    func powersOfTwo() throws {
        let positive = (0..<127).flatMap { exponent in (-1...1).map { Int128(1) << exponent + $0 } }
        let values = positive + positive.map { -$0 }
        for (value, json) in zip(values, try elements(values.map { "\($0)" }, array: 1231, separator: "},")) {
            let base64 = json.replacing("{\"scale\":0,\"value\":\"", with: "").prefix { $0 != "\"" }
            let bytes = Array(try #require(Data(base64Encoded: String(base64))))
            #expect(bytes.reduce(bytes[0] >= 0x80 ? Int128(-1) : 0) { $0 << 8 | Int128($1) } == value)
            // A first byte that only repeats the sign of the second is one too many.
            #expect(bytes.count == 1 || !(bytes[0] == 0 && bytes[1] < 0x80))
            #expect(bytes.count == 1 || !(bytes[0] == 0xFF && bytes[1] >= 0x80))
        }
    }

    @Test("days count on through all years, also those before Christ")
    func days() throws {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        // 1 January of the year 0, which is 1 BC.
        var (day, dates, days) = (-719_528, [String](), [String]())
        for year in 0...2400 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                let length = lengths[month - 1] + (month == 2 && isLeap ? 1 : 0)
                // Every first and last of a month; all days of some years.
                for dayOfMonth in 1...length {
                    if dayOfMonth == 1 || dayOfMonth == length || year % 400 == 0 {
                        let date = String(format: "%04d-%02d-%02d", year == 0 ? 1 : year, month, dayOfMonth)
                        dates.append(year == 0 ? "\"\(date) BC\"" : date)
                        days.append("\(day)")
                    }
                    day += 1
                }
            }
        }
        let isEqual = try elements(dates, array: 1182) == days
        #expect(isEqual)
    }

    @Test("floating-point numbers read back to the same")
    func floats() throws {
        var random = SplitMix64(seed: 7)
        let java = /-?(0\.0|0\.00?[1-9]\d*|0\.[1-9]\d*|[1-9]\d{0,6}\.\d+|[1-9]\.\d+E-?[1-9]\d*)/
        let values = (0..<2000).flatMap { _ in
            let any = Double(bitPattern: random.next())
            return [any.isFinite ? any : 0, Double(Int32(truncatingIfNeeded: random.next())) / 1000]
        }
        for (value, json) in zip(values, try elements(values.map { "\($0)" }, array: 1022)) {
            #expect(Double(json) == value)
            #expect(json.wholeMatch(of: java) != nil, "\(json)")
        }
    }

    /// What many values of one type become, each as PostgreSQL prints it inside of an array.
    private func elements(_ texts: [String], array: UInt32, separator: String = ",") throws -> [String] {
        let json = try stream.value("{" + texts.joined(separator: ",") + "}", array)
        let elements = json.dropFirst().dropLast().split(separator: separator).map { String($0) }
        #expect(elements.count == texts.count)
        return elements
    }
}
