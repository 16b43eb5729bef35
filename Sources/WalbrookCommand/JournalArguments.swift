internal import ArgumentParser
internal import Sinks
internal import Transformer

struct JournalArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Keep the events on disk in this directory, from which they can be read again. (default: no)",
            valueName: "dir"))
    var journal: String?

    @Option(
        help: ArgumentHelp(
            "Cut the oldest segments of the journal above so many bytes. (default: 1G)", valueName: "size"))
    var journalSize: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Cut segments of the journal that are complete and so old. (default: never)", valueName: "time"))
    var journalAge: TimeSpan?

    @Option(
        help: ArgumentHelp(
            "Begin another segment when one has so many bytes. (default: 64M)", valueName: "size"))
    var journalSegmentSize: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Keep what a reader needs until it has not got on for so long. (default: 60s)", valueName: "time")
    )
    var journalGrace: TimeSpan?

    func validate(_ format: FormatName) throws {
        guard let journal else {
            let isUsed =
                journalSize != nil || journalAge != nil || journalSegmentSize != nil || journalGrace != nil
            guard !isUsed else {
                throw ValidationError(
                    "--journal-size, --journal-age, --journal-segment-size and --journal-grace are of use only with "
                        + "--journal DIR.")
            }
            return
        }
        guard !journal.isEmpty else { throw ValidationError("--journal takes a directory.") }
        guard format == .json || format == .cloudevents else {
            throw ValidationError(
                "A journal finds events by the position in each line, which --format \(format.rawValue) does not write: "
                    + "take json or cloudevents.")
        }
    }

    var options: JournalOptions {
        var options = JournalOptions()
        if let journalSize { options.size = journalSize.bytes }
        options.age = journalAge?.duration
        if let journalSegmentSize { options.segmentSize = journalSegmentSize.bytes }
        if let journalGrace { options.grace = journalGrace.duration }
        return options
    }
}
