/// Decodes and encodes the rows of a recording again and again, without a server, and says what a row took.
///
///     DecodeBenchmark narrow|mixed|full [ROWS]
///
/// `scripts/bench micro` runs it, and counts its instructions.
@main
struct DecodeBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let name = arguments.first, let rows = Rows(rawValue: name) else {
            fatalError(
                "usage: DecodeBenchmark \(Rows.allCases.map(\.rawValue).joined(separator: "|")) [ROWS]")
        }
        let passes = max(1, (arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000) / Recording.size)
        let recording = Recording(of: rows)
        var path = HotPath()
        try path.replay(recording.head, describing: rows)
        let start = ContinuousClock.now
        for _ in 0..<passes { try path.replay(recording.body, describing: rows) }
        let elapsed = start.duration(to: .now)
        let total = passes * Recording.size
        precondition(path.events == total, "\(path.events) events of \(total) rows")
        let nanoseconds =
            Double(elapsed.components.attoseconds) / 1e9 + Double(elapsed.components.seconds) * 1e9
        print(
            "{\"rows\":\(total),\"bytes\":\(path.bytes),\"nanoseconds_per_row\":\(nanoseconds / Double(total))}"
        )
    }
}
