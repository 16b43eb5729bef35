/// How `--format debezium` is asked for.
package struct DebeziumOptions: Hashable, Sendable {
    /// What Debezium calls the topic prefix: the name of the source, in every record.
    package var name = "walbrook"
    /// Whether values are lost as Debezium loses them, where the table of departures says so.
    package var isStrict = false

    package init() {}

    /// Whether the truth is written, and not what Debezium writes.
    func departs(_ departure: DebeziumDeparture) -> Bool {
        !(isStrict && departure.isReproduced)
    }
}

/// Where `--format debezium` writes something else than Debezium 3.6 with its default settings, because that would lose
/// values, invent them, or stop. On the left of each line what Debezium writes, on the right what Walbrook does.
package enum DebeziumDeparture: String, CaseIterable, Sendable {
    // Strict output has Debezium's form of these.

    /// `[null,null]` for {{1,2},{3,4}}, or addresses of objects | `[[1,2],[3,4]]`
    case innerArrays
    /// No column: composites, multiranges, box, pg_lsn, xml[], … | PostgreSQL's text as a string; arrays of them as such
    case droppedTypes
    /// `null` for the type name | the string
    case names
    /// `[]` for int2vector and oidvector | the numbers
    case vectors

    // Strict output has Walbrook's form of these.

    /// Other values inside of arrays than outside: time in milliseconds, timetz in seconds, dates before 1582 by the
    /// Julian calendar, other numbers for infinity, null for all of bit[] and for enum[] with a null | the same
    case arrayElements
    /// Values for what a delete does not tell of NOT NULL columns, such as `0` and `""`, or their default | `null`
    case inventedValues
    /// A column's default for NULL | `null`
    case defaultsForNull
    /// `null` for NaN and the infinities of numeric, or it stops at them | a string
    case numericSpecials
    /// `null` for an unchanged TOASTed value of many types, such as numeric and arrays of numeric | the placeholder
    case unavailableValues
    /// Timestamps past 294246 and intervals past 292,000 years at or beyond the ends of 64 bits | numbers of more bits
    case longTimes
    /// Microseconds of an interval as far as a double holds them, and none over 2^31 hours | all
    case intervalDigits
    /// A scale of 2046 for numeric(3,-2) | -2
    case negativeScales
    /// In a few numbers a digit more than is needed, unless it runs on Java 19 or later | none
    case doubleDigits
    /// Keys of an hstore in the order of a hash table | in the server's
    case hstoreOrder
    /// It stops at a timetz whose offset has seconds | the time in UTC
    case offsetSeconds
    /// For each record another `id` of one transaction | the same one, of the commit's position
    case transactionIDs
    /// `data_collections` in the order of a hash table, each message as one under the address of an object | in the
    /// order of their first event, all messages as `message`
    case collections
    /// An older transaction's time for a message outside of transactions | the time the server sent it
    case messageTimes
    /// No records of truncated tables (`skipped.operations=t`) | records, unless `--op` leaves them out
    case truncates

    /// Whether strict output has Debezium's form.
    package var isReproduced: Bool {
        switch self {
        case .innerArrays, .droppedTypes, .names, .vectors: true
        case .arrayElements, .inventedValues, .defaultsForNull, .numericSpecials, .unavailableValues: false
        case .longTimes, .intervalDigits, .negativeScales, .doubleDigits, .hstoreOrder, .offsetSeconds: false
        case .transactionIDs, .collections, .messageTimes, .truncates: false
        }
    }
}
