import TestSupport
import Testing

extension Integration {
    /// Values of every type come back as they were: streamed, replayed from nothing but the lines, compared.
    ///
    /// What does not is documented: a lower bound other than 1 of an array, line breaks between the parts of a
    /// `json`, and inside of lists and rows the blanks around a `json`, and JSON null, which becomes SQL NULL.
    @Suite struct RoundTrips {
        @Test(arguments: [
            RoundTripFamily.numbers, .text, .xml, .network, .bits, .system, .names, .times, .search,
            .geometry, .json,
            .ranges, .multiranges, .hstore, .vectors, .rows,
        ])
        func everyValueComesBack(family: RoundTripFamily) async throws {
            try await blocking {
                try RoundTrip(of: family)?.verify()
            }
        }

        @Test(arguments: [RoundTripFamily.numbers, .bits, .ranges, .rows])
        func everyValueComesBackHoweverItIsWritten(family: RoundTripFamily) async throws {
            try await blocking {
                try RoundTrip(of: family, values: 300)?.verify(
                    flags: ["--int8", "string", "--numeric", "number", "--bytea", "hex"],
                    variables: ["bytea": "hex"])
            }
        }
    }
}
