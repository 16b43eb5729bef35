import Foundation
import Sinks
import Testing

@Suite("Two paths of one file are known before it is opened")
struct FilePlaceTests {
    @Test func places() throws {
        let files = FileManager.default
        let directory = files.temporaryDirectory.appendingPathComponent("walbrook-place-\(UUID())").path
        defer { try? files.removeItem(atPath: directory) }
        try files.createDirectory(atPath: directory + "/a", withIntermediateDirectories: true)
        try files.createSymbolicLink(atPath: directory + "/b", withDestinationPath: "a")
        try files.createSymbolicLink(atPath: directory + "/link", withDestinationPath: "a/events")
        func place(_ path: String) throws -> FilePlace { try #require(FilePlace(path: directory + path)) }

        let file = try place("/a/events")
        for path in ["/a//events", "/a/./events", "/a/../b/events", "/b/events", "/link"] {
            #expect(try place(path) == file, "\(path)")
        }
        for path in ["/events", "/a/event", "/a/Events", "/a/events.walbrook"] {
            #expect(try place(path) != file, "\(path)")
        }
        #expect(try place("/b/events.walbrook") == file.state)
        #expect(try place("/a/e\u{301}") != place("/a/\u{e9}"))
        #expect(FilePlace(path: directory + "/none/events") == nil)
        #expect(FilePlace(path: "events") == FilePlace(path: "./events"))
        #expect(FilePlace(path: "/events") == FilePlace(path: "/tmp/../events"))
    }
}
