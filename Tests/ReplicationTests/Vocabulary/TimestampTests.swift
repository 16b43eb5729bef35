import Replication
import Testing

@Suite("The server's clock prints as ISO 8601, in UTC, with six digits")
struct TimestampTests {
    private static let second: Int64 = 1_000_000
    private static let day: Int64 = 86_400 * second

    @Test(arguments: [
        (0, "2000-01-01T00:00:00.000000Z"),
        (1, "2000-01-01T00:00:00.000001Z"),
        (-1, "1999-12-31T23:59:59.999999Z"),
        (848_755_800_123_456, "2026-11-23T13:30:00.123456Z"),
        // Leap days: 2000 has one, 1900 and 2100 have none.
        (59 * day, "2000-02-29T00:00:00.000000Z"),
        (60 * day, "2000-03-01T00:00:00.000000Z"),
        (60 * day - 1, "2000-02-29T23:59:59.999999Z"),
        (365 * day, "2000-12-31T00:00:00.000000Z"),
        (366 * day, "2001-01-01T00:00:00.000000Z"),
        (8825 * day, "2024-02-29T00:00:00.000000Z"),
        (36_583 * day, "2100-02-28T00:00:00.000000Z"),
        (36_584 * day, "2100-03-01T00:00:00.000000Z"),
        // Before 2000, before 1970, before 1900.
        (-10_957 * day, "1970-01-01T00:00:00.000000Z"),
        (-10_957 * day - 1, "1969-12-31T23:59:59.999999Z"),
        (-36_466 * day, "1900-02-28T00:00:00.000000Z"),
        (-36_465 * day, "1900-03-01T00:00:00.000000Z"),
        (-730_119 * day, "0001-01-01T00:00:00.000000Z"),
        (2_921_940 * day - 1, "9999-12-31T23:59:59.999999Z"),
    ])
    func description(microseconds: Int64, text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test("a Unix time is the same moment")
    func unixTime() {
        #expect(Timestamp(unixMicroseconds: 0).description == "1970-01-01T00:00:00.000000Z")
        #expect(
            Timestamp(unixMicroseconds: 1_795_440_600_123_456).description == "2026-11-23T13:30:00.123456Z")
    }

    @Test func order() {
        #expect(Timestamp(microseconds: -1) < Timestamp(microseconds: 0))
    }

    /// The bytes come from the wire, so any 64 bits may stand there.
    @Test("a time that no server has does not end the program")
    func impossibleTimes() async {
        await #expect(processExitsWith: .success) {
            for microseconds: Int64 in [.min, .min + 1, -(1 << 60), 1 << 60, .max - 1, .max] {
                _ = Timestamp(microseconds: microseconds).description
            }
        }
    }

    @Test("years that do not fit four digits are not cut to them")
    func farYears() {
        // 10000-01-01 is no 0000-01-01.
        #expect(Timestamp(microseconds: 2_921_940 * Self.day).description.contains("10000-01-01T"))
    }
}
