internal import Reader
internal import Replication
internal import Transformer

extension ChangeStream {
    /// What to stream. Everything means the same as the flags of `walbrook stream` of that name.
    public struct Options: Sendable {
        /// A URI, a keyword/value string or a database's name, as for `psql`; empty for libpq's defaults ("Connection Strings" in the manual).
        public var connectionString: String
        /// The replication slot, which is made if it is missing.
        public var slot = "walbrook"
        /// The publications; a missing one is made together with the slot.
        public var publications = ["walbrook"]
        /// Whether a missing publication and slot are made.
        public var createsMissing = true
        /// A slot of a name of its own that vanishes with the connection; what is acknowledged means nothing then.
        public var isTemporary = false
        /// Tables by `schema.table`, with `*` and `?`; empty for all.
        public var tables: [String]
        /// Tables to leave out.
        public var excludedTables: [String] = []
        /// Whether `begin` and `commit` are events of their own.
        public var includesTransactions = false
        /// Whether a table's definition is an event of its own, before its first event and after DDL.
        public var includesSchemas = false
        /// Whether the stream ends once everything is out that was committed when it began.
        public var stopsAtEnd = false
        /// Failed attempts to connect in a row before giving up; nil for never, but at once if the server was never there.
        public var retryLimit: Int?

        /// What a stream of these tables needs to know; everything else has a default.
        public init(_ connectionString: String = "", tables: [String] = []) {
            self.connectionString = connectionString
            self.tables = tables
        }

        var stream: StreamOptions {
            var options = StreamOptions()
            options.reader.connectionString = connectionString
            options.reader.slot = slot
            options.reader.publications = publications
            options.reader.mayCreate = createsMissing
            options.reader.isTemporary = isTemporary
            options.reader.retryLimit = retryLimit
            options.reader.stop = stopsAtEnd ? .now : nil
            let included = tables.map { Glob($0) }
            if !included.isEmpty, included.allSatisfy(\.isPlain) { options.reader.plainTables = tables }
            options.transformer.filter = TableFilter(
                included: included, excluded: excludedTables.map { Glob($0) })
            options.transformer.includesTransactions = includesTransactions
            // Rows are read by their table's definition.
            options.transformer.includesSchemas = true
            return options
        }
    }
}
