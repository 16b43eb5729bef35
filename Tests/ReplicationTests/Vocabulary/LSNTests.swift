import Replication
import Testing

@Suite("A log sequence number reads and prints as pg_lsn does")
struct LSNTests {
    @Test(
        arguments: [
            ("0/0", 0), ("16/B374D848", 0x16_B374_D848), ("FFFFFFFF/FFFFFFFF", .max), ("0/1", 1),
            ("1/0", 1 << 32),
        ] as [(String, UInt64)])
    func text(text: String, value: UInt64) {
        #expect(LSN(text) == LSN(value))
        #expect(LSN(value).description == text)
    }

    @Test("leading zeros and small letters are read too", arguments: ["00000016/B374D848", "16/b374d848"])
    func otherForms(text: String) {
        #expect(LSN(text) == LSN(0x16_B374_D848))
    }

    @Test(arguments: [
        "", "/", "16", "16/", "/B374D848", "16/B374D848/", "16//1", " 16/1", "16/1 ", "+16/1", "-1/0",
        "0x16/1", "16/G",
        "100000000/0", "000000016/0", "0/100000000", "１/0", "16\u{0}/1",
    ])
    func notAnLSN(text: String) {
        #expect(LSN(text) == nil)
    }

    @Test func order() {
        #expect(LSN(0xFFFF_FFFF) < LSN(0x1_0000_0000))
        #expect(LSN.zero < LSN(1))
    }

    /// The insert LSN of an idle server right behind a page header, and what its walsender calls the end.
    @Test(arguments: [
        // Behind the 24 bytes of a page's header.
        ("0/1540018", "0/1540000"), ("7/FFFFE018", "7/FFFFE000"),
        // Behind the 40 bytes of a segment's first page.
        ("0/2000028", "0/2000000"), ("1/28", "1/0"),
        // A record ends there, or the header is of the other kind.
        ("0/1540028", "0/1540028"), ("0/1540020", "0/1540020"), ("0/1540000", "0/1540000"),
        ("0/1540040", "0/1540040"), ("0/0", "0/0"),
    ])
    func roundedToPageStart(insert: String, end: String) throws {
        let lsn = try #require(LSN(insert))
        #expect(lsn.roundedToPageStart(pageSize: 8192, segmentSize: 16 << 20).description == end)
    }

    @Test("a server that does not tell its sizes has nothing rounded")
    func unknownSizes() {
        #expect(LSN(40).roundedToPageStart(pageSize: 0, segmentSize: 0) == LSN(40))
        #expect(LSN(24).roundedToPageStart(pageSize: 0, segmentSize: 0) == LSN(24))
    }
}
