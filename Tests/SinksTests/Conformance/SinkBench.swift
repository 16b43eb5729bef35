import Sinks

/// A sink with a way to see what has arrived behind it.
protocol SinkBench: AnyObject, Sendable {
    var sink: any Sink { get }

    /// Every byte that is where this sink is to bring it. May be called at any time, on any thread.
    func arrived() -> [UInt8]
}

/// A kind of sink for the conformance suite.
struct SinkKind: Sendable, CustomStringConvertible {
    let description: String
    /// A sink that works, and takes 256 KiB without anybody reading on the other side.
    let working: @Sendable () throws -> any SinkBench
    /// A sink that can store nothing, and what it says of that; nil for a kind that cannot fail.
    var failing: (@Sendable () throws -> (bench: any SinkBench, ending: String))?
    /// A sink that works until the closure is called, which makes its reader go away; nil for a kind without one.
    var abandoned: (@Sendable () throws -> (bench: any SinkBench, leave: @Sendable () -> Void))?
}

/// Every kind of sink there is. A new one adds a line here.
extension SinkKind {
    static let all: [SinkKind] = [.pipe, .file, .appended, .journal, .scripted, .subscribers]
    static let failing = all.filter { $0.failing != nil }
    static let abandoned = all.filter { $0.abandoned != nil }
}
