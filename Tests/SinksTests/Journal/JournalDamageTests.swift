import Crypto
import Foundation
import Replication
import Sinks
import Testing

@Suite("A journal from which something was taken, or in which something was changed", .timeLimit(.minutes(1)))
struct JournalDamageTests {
    private let files: JournalFiles
    private var small: JournalOptions {
        var options = JournalOptions()
        options.segmentSize = 200
        options.size = nil
        return options
    }

    init() throws {
        files = try JournalFiles()
    }

    private func written(_ options: JournalOptions? = nil) async throws -> [String: Data] {
        do { await (try JournalRun(files, options ?? small)).write(1...9) }
        _ = try JournalRun.open(files, small).held
        return try files.snapshot()
    }

    /// What is in the directory when retention has done what it had to do.
    private func settled() async throws -> [String: Data] {
        while true {
            if let files = try? files.snapshot(), (try? self.files.snapshot()) == files { return files }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    /// Both who would write it and who would read it are refused, and nothing is changed.
    @discardableResult
    private func refusal() throws -> SinkError {
        let before = try files.snapshot()
        let error = try #require(throws: SinkError.self) {
            do { _ = try JournalRun.open(files) } catch { throw try #require(error as? SinkError) }
        }
        #expect(error.kind == .refused)
        // The process that has the manifest stands behind the states, and opening it renews the newest.
        let after = try files.snapshot()
        #expect(after.filter { $0.key != "manifest" } == before.filter { $0.key != "manifest" })
        return error
    }

    private func expectMissing(_ name: String? = nil) throws {
        let error = try refusal()
        #expect(error.reason.contains("missing"), "\(error)")
        if let name { #expect(error.reason.contains(name), "\(error)") }
        let reading = try #require(throws: SinkError.self) { try JournalArchive(directory: files.path) }
        #expect(reading.kind == .refused && reading.reason == error.reason, "\(reading)")
        for hint in [error.hint, reading.hint] { #expect(hint?.contains("Put ") == true) }
    }

    /// The manifest as it was before it had what `keys` name.
    private func manifest(_ bytes: Data, without keys: Set<String>) -> Data {
        var result = bytes
        for place in [0..<4096, 4096..<8192] {
            let lines = String(decoding: bytes[place].prefix { $0 != 0 }, as: UTF8.self).split(
                separator: "\n")
            let kept = lines.dropLast().filter { !keys.contains(String($0.prefix { $0 != " " })) }
            let text = kept.map { $0 + "\n" }.joined()
            let digest = SHA256.hash(data: Data(text.utf8)).map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }
            let state = Data((text + "sha256 \(digest.joined())\n").utf8)
            if !lines.isEmpty { result.replaceSubrange(place, with: state + Data(count: 4096 - state.count)) }
        }
        return result
    }

    // MARK: Segments

    @Test(
        "a segment that is missing is refused, and put back it goes on", arguments: [0, 1, 3],
        ["", ".index", "*"])
    func missing(segment: Int, index: String) async throws {
        let whole = try await written()
        let name = files.names()[segment]
        var left = whole
        left[name] = nil
        // Its index may be gone with it, or all are.
        for other in whole.keys where other.hasSuffix(".index") {
            if index == "*" || index == ".index" && other.dropLast(6) == name.dropLast(7) {
                left[other] = nil
            }
        }
        try files.restore(left)
        try expectMissing(index.isEmpty ? name : nil)
        try whole[name]?.write(to: files.file(name))
        do { await (try JournalRun(files, small)).write(10...12) }
        #expect(files.text == .events(1...12))
        #expect(try JournalArchive(directory: files.path).reader(after: .start).rest() == .events(1...12))
    }

    @Test("several that are missing, and one that nobody wrote")
    func others() async throws {
        let whole = try await written()
        let names = files.names()
        try files.restore(whole.filter { !names[1...2].contains($0.key) })
        try expectMissing("\(names[1]), \(names[2])")
        try files.restore(whole)
        try Data(String.event(4).utf8).write(to: files.file("00000000-00000004-00000002.ndjson"))
        #expect(try refusal().reason.contains("more"))
    }

    @Test("a manifest put back from before several segments is refused, and costs none of them")
    func oldManifest() async throws {
        var old: Data?
        do {
            let run = try JournalRun(files, small)
            await run.write(1...3)
            old = try files.snapshot()["manifest"]
            await run.write(4...9, from: 4)
        }
        _ = try JournalRun.open(files, small).held
        var whole = try files.snapshot()
        whole["manifest"] = old
        try files.restore(whole)
        #expect(try refusal().reason == "its manifest is older than its segments")
        #expect(files.text == .events(1...9))
    }

    @Test("what retention has cut is not missing, whether it has been deleted already or not")
    func cut() async throws {
        var options = small
        options.size = 500
        var moments: [[String: Data]] = []
        do {
            let run = try JournalRun(files, options)
            for number in 1...20 as ClosedRange<UInt64> {
                await run.write(number...number, from: number)
                moments.append(try await settled())
            }
        }
        #expect(moments.last?["00000000-00000001-00000002.ndjson"] == nil)
        for (before, after) in zip(moments, moments.dropFirst()) {
            // The crash came between the manifest's note and the deletion.
            for crashed in [after, before.merging(after) { $1 }] {
                try files.restore(crashed)
                let archive = try JournalArchive(directory: files.path)
                let floor = try archive.extent().extent.floor
                let archived = try archive.reader(after: floor).rest()
                let sink = try JournalRun.open(files, options)
                #expect(sink.extent.floor == floor)
                #expect(try sink.reader(after: floor).rest() == archived)
                #expect(files.text == archived)
            }
        }
    }

    @Test("a journal of a program that did not count its segments goes on, and they are counted from then on")
    func uncounted() async throws {
        var whole = try await written()
        let manifest = try #require(whole["manifest"])
        whole["manifest"] = self.manifest(manifest, without: ["segments", "begun"])
        #expect(whole["manifest"] != manifest)
        let names = files.names()
        // An index tells of its segment.
        try files.restore(whole.filter { $0.key != names[1] })
        try expectMissing(names[1])
        try files.restore(whole)
        #expect(try JournalArchive(directory: files.path).reader(after: .start).rest() == .events(1...9))
        do { await (try JournalRun(files, small)).write(10...10) }
        #expect(files.text == .events(1...10))
        _ = try JournalRun.open(files, small).held
        for name in [names[1], names[1].dropLast(6) + "index"] {
            try FileManager.default.removeItem(at: files.file(name))
        }
        try expectMissing()
    }

    // MARK: Bytes

    @Test("the newest segment with another byte in it is refused", arguments: [3, 60])
    func changed(distance: Int) async throws {
        var whole = try await written()
        let name = try #require(files.names().last)
        var newest = try #require(whole[name])
        // Still events in their order.
        let place = try #require(newest.indices.dropLast(distance).last)
        newest[place] = newest[place] == UInt8(ascii: "9") ? UInt8(ascii: "8") : UInt8(ascii: "9")
        whole[name] = newest + Data("tail".utf8)
        try files.restore(whole)
        #expect(try refusal().reason.contains("not what was written"))
    }
}
