/// A row of a table, or as much of it as the server sent.
///
/// A column's value is in one of three states, which are not to be confused: it has a value, it is NULL, or it was not
/// sent. Not sent are values in ``ChangeEvent/after`` that are stored out of line and did not change (they are named in
/// ``ChangeEvent/unchangedColumns``), and in ``ChangeEvent/before`` those outside of the replica identity.
///
/// ```swift
/// let id = try row["id", as: Int.self]
/// let note = try row["note", as: String?.self]   // nil is NULL
/// let order = try row.decode(Order.self)
/// ```
///
/// | PostgreSQL | Swift |
/// |---|---|
/// | boolean | `Bool` |
/// | smallint, integer, bigint, oid | any integer type that holds the value |
/// | real, double precision | `Double`, `Float`, with NaN and infinities |
/// | numeric | `String` with every digit, `Decimal` up to 38 digits, `Double` rounded, integers if it is one |
/// | text, character varying, character, name, enumerations, and every type that is not named here | `String` |
/// | uuid | `UUID`, `String` |
/// | bytea | `[UInt8]`, `Data` |
/// | timestamp with time zone | `Date`, `String` |
/// | timestamp, date | `Date`, taken as UTC, `String` |
/// | time, interval | `String` |
/// | json, jsonb | any `Decodable`, ``JSONText`` |
/// | arrays | arrays of these, nested for each dimension |
/// | composite types, hstore | `Decodable` types with the fields' names, dictionaries |
/// | ranges | ``RangeValue`` |
///
/// An infinite time, or one before Christ or after the year 9999, is no `Date`, but a `String`. See "Data Types"
/// (chapter 8), "Logical Replication" and "TOAST" in the PostgreSQL manual.
public struct Row: Sendable {
    /// The names of the columns that were sent, in the order of the table.
    public var columnNames: [String] { members.map(\.name) }

    /// Where the row is from: names all of its columns, also those that were not sent.
    public let table: TableDefinition

    private let members: [(name: String, value: JSONSlice)]
    /// Columns that hold JSON null, which is not NULL.
    private let jsonNulls: [String]

    init(_ object: JSONSlice, of table: TableDefinition, jsonNulls: [String]) {
        members = object.members ?? []
        self.table = table
        self.jsonNulls = jsonNulls
    }

    /// Whether the server sent a value, or NULL, of a column.
    public func contains(_ column: String) -> Bool {
        value(of: column) != nil
    }

    /// Whether a column is NULL. It is not if it was not sent, or holds JSON null.
    public func isNull(_ column: String) -> Bool {
        value(of: column)?.kind == .null && !jsonNulls.contains { $0.isSameName(as: column) }
    }

    /// The value of a column; of an optional type, nil is NULL.
    ///
    /// - Throws: ``RowError`` if the value was not sent, is NULL and the type is not optional, or is none of this type.
    public subscript<Value: Decodable>(_ column: String, as type: Value.Type) -> Value {
        get throws(RowError) {
            let decoder = ValueDecoder(row: self)
            return try RowError.catching(table) {
                try decoder.column(ColumnKey(column)).value(type)
            }
        }
    }

    /// The row as a value of a type with a property for each column it is interested in, by the columns' names.
    ///
    /// An optional property is nil if the column is NULL, or if there is none of that name in the table. For a column
    /// whose value may not have been sent, use ``MaybeUnchanged``; anything else does not take "not sent" for NULL, but
    /// throws.
    ///
    /// - Throws: ``RowError``, which names the column and its type.
    public func decode<Value: Decodable>(_ type: Value.Type) throws(RowError) -> Value {
        try RowError.catching(table) { try Value(from: ValueDecoder(row: self)) }
    }

    func value(of column: String) -> JSONSlice? {
        members.first { $0.name.isSameName(as: column) }?.value
    }
}

extension Row: CustomStringConvertible {
    /// The names of the table and of the columns that were sent. No values: those do not belong in logs.
    public var description: String {
        "\(table.schema).\(table.name)(\(columnNames.joined(separator: ", ")))"
    }
}

extension String {
    /// Equal down to the bytes: to Swift, `é` is the same text composed and decomposed, to PostgreSQL not.
    func isSameName(as other: String) -> Bool {
        utf8.elementsEqual(other.utf8)
    }
}
