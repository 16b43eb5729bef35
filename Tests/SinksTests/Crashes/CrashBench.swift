import Foundation
import Replication
import Sinks
import Testing

/// Lays out what a crash has left, in the very files that the recording is of, since their inodes are in the states; then
/// goes on with a new sink, to which the server sends again what was not acknowledged.
struct CrashBench {
    private let root: String
    private let directory: String
    private let rotation: FileRotation

    /// Keeps the files of the recording under the numbers of their inodes.
    init(_ root: String, recordedIn recorded: String, _ rotation: FileRotation) throws {
        self.root = root
        self.rotation = rotation
        directory = root + "/crashed"
        let files = FileManager.default
        try files.createDirectory(atPath: directory, withIntermediateDirectories: false)
        for name in try files.contentsOfDirectory(atPath: recorded) {
            let path = recorded + "/" + name
            let inode = try #require(files.attributesOfItem(atPath: path)[.systemFileNumber] as? UInt64)
            try files.linkItem(atPath: path, toPath: kept(inode))
        }
    }

    private func kept(_ inode: UInt64) -> String { "\(root)/\(inode)" }

    func check(_ image: Disk.Image, acknowledged: UInt64, events: UInt64) async throws {
        let files = FileManager.default
        for name in try files.contentsOfDirectory(atPath: directory) {
            try files.removeItem(atPath: directory + "/" + name)
        }
        for (name, inode) in image.names {
            let handle = try #require(FileHandle(forWritingAtPath: kept(inode)))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(image.contents[inode] ?? []))
            try handle.close()
            try files.linkItem(atPath: kept(inode), toPath: directory + "/" + name)
        }
        let path = directory + "/events.ndjson"
        let run: FileRun
        do {
            run = try FileRun(path, rotation: rotation)
        } catch {
            // Of the very first state there may be only rubbish, as of one that was damaged later.
            let isNew =
                acknowledged == 0 && image.contents.allSatisfy { isState($0.key, image) || $0.value.isEmpty }
            if isNew, (error as? SinkError)?.reason.hasSuffix("are damaged") == true { return }
            Issue.record("refused with \(acknowledged) acknowledged: \(error)\n\(text(image))")
            return
        }
        let held = run.sink.held.map { ($0.last.lsn.value, $0.confirmed.value) } ?? (0, 0)
        #expect(held.0 >= acknowledged && held.1 >= acknowledged, "\(text(image))")
        // The transaction at the confirmed position comes again, too.
        await run.write(.lines(max(acknowledged, 1)...events, sequence: 1))
        let ending = await run.finish().ending.text
        let numbers = try written()
        #expect(
            ending == "finished" && numbers == (1...events).map { Int($0) },
            "\(ending), \(numbers) with \(held) held and \(acknowledged) acknowledged\n\(text(image))")
    }

    /// The numbers of the events in all files, the oldest file first; -1 for a line that is none.
    private func written() throws -> [Int] {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory).filter {
            !$0.hasSuffix(".walbrook")
        }
        // What was put aside sorts by its position, and before the newest.
        return try names.sorted().flatMap { name in
            let text = try String(contentsOfFile: directory + "/" + name, encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            let isWhole = lines.last == ""
            return lines.dropLast().map { line in
                let digits = line.prefix { $0 != "." }
                return line.dropFirst(digits.count).allSatisfy { $0 == "." } ? Int(digits) ?? -1 : -1
            } + (isWhole ? [] : [-1])
        }
    }

    private func isState(_ inode: UInt64, _ image: Disk.Image) -> Bool {
        image.names["events.ndjson.walbrook"] == inode
    }

    private func text(_ image: Disk.Image) -> String {
        image.names.sorted { $0.key < $1.key }.map { name, inode in
            let bytes = image.contents[inode] ?? []
            let isState = name.hasSuffix(".walbrook")
            let places =
                isState ? [bytes.prefix(400), bytes.dropFirst(4096).prefix(400)] : [bytes.prefix(200)]
            return "\(name), \(bytes.count) bytes:\n"
                + places.map { String(decoding: $0, as: UTF8.self).debugDescription }.joined(separator: "\n")
        }.joined(separator: "\n")
    }
}
