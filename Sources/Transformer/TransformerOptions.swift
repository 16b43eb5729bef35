package import Replication

/// What the transformer is told by the user and by the server.
package struct TransformerOptions: Sendable {
    package var format = FormatName.json
    package var filter: TableFilter
    package var columns = ColumnRules()
    package var operations = Operations.all
    package var values = ValueOptions()
    package var debezium = DebeziumOptions()
    /// Key of the masks that are digests; without one they are plain.
    package var maskKey: [UInt8]?
    /// Whether `begin` and `commit` are events of their own.
    package var includesTransactions: Bool
    /// Whether tables' definitions are events of their own.
    package var includesSchemas = false
    /// Whether text may hold bytes that are not UTF-8, because the database does not say what they are.
    package var repairsText: Bool

    package init(
        filter: TableFilter = TableFilter(), includesTransactions: Bool = false, repairsText: Bool = false
    ) {
        self.filter = filter
        self.includesTransactions = includesTransactions
        self.repairsText = repairsText
    }
}
