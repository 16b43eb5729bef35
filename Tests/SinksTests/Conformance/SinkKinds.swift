import Sinks

/// The standard output sink in front of a pipe.
final class PipeBench: SinkBench {
    let sink: any Sink
    let pipe: PipeEnds

    init(capacity: Int = 1 << 20, isBlocking: Bool = true) throws {
        pipe = try PipeEnds(capacity: capacity, isBlocking: isBlocking)
        sink = try StandardOutputSink(descriptor: pipe.writer)
    }

    func arrived() -> [UInt8] {
        pipe.received()
    }
}

/// The standard output sink in front of a file or a device.
final class FileBench: SinkBench {
    let sink: any Sink
    private let file: StoredFile

    init(_ file: StoredFile) throws {
        self.file = file
        sink = try StandardOutputSink(descriptor: file.descriptor)
    }

    func arrived() -> [UInt8] {
        file.contents()
    }
}

final class ScriptedBench: SinkBench {
    let scripted: ScriptedSink
    var sink: any Sink { scripted }

    init(_ script: [ScriptedSink.Step] = []) {
        scripted = ScriptedSink(script)
    }

    func arrived() -> [UInt8] {
        scripted.stored
    }
}

extension SinkKind {
    static let pipe = SinkKind(
        description: "stdout, a pipe",
        working: { try PipeBench() },
        abandoned: {
            let bench = try PipeBench()
            return (bench, { bench.pipe.closeReader() })
        })

    static let file = SinkKind(
        description: "stdout, a file",
        working: { try FileBench(StoredFile(containing: "")) },
        failing: {
            (
                try FileBench(StoredFile(device: "/dev/full")),
                "failed: stdout: cannot write: no space left on the device"
            )
        })

    static let appended = SinkKind(
        description: "a file with its state", working: { try AppendedFileBench() })

    static let journal = SinkKind(
        description: "a journal",
        working: { try JournalBench() })

    static let scripted = SinkKind(
        description: "a scripted sink",
        working: { ScriptedBench([.take, .accept, .accept, .slow(milliseconds: 1), .take, .accept]) },
        failing: { (ScriptedBench([.reject("no")]), "failed: scripted: no") },
        abandoned: {
            let bench = ScriptedBench([.take, .leave])
            return (bench, {})
        })
}
