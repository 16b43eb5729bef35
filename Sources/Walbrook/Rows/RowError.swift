/// A column that is not what a program took it for. It says no value.
public struct RowError: Error, Sendable {
    /// The table, as `schema.table`.
    public var table: String
    /// The column, and if the value is inside of a composite, array or json value, the way to it: `lines.2.price`.
    /// Empty if it is the row as a whole.
    public var column: String
    /// The column's type as PostgreSQL prints it, such as `numeric(10,2)`; nil if the table has no such column.
    public var type: String?
    /// What is wrong.
    public var reason: String
}

extension RowError: CustomStringConvertible {
    /// One sentence, without a value.
    public var description: String {
        let type = type.map { " (\($0))" } ?? ""
        return column.isEmpty ? "\(table): \(reason)" : "\(table).\(column)\(type): \(reason)"
    }
}

extension RowError {
    /// Turns what decoding throws into a `RowError`.
    static func catching<Value>(
        _ table: TableDefinition, _ body: () throws -> Value
    ) throws(RowError) -> Value {
        do {
            return try body()
        } catch let error as RowError {
            throw error
        } catch DecodingError.typeMismatch(_, let context), DecodingError.dataCorrupted(let context),
            DecodingError.valueNotFound(_, let context)
        {
            throw RowError(context.debugDescription, at: context.codingPath, of: table)
        } catch DecodingError.keyNotFound(let key, let context) {
            throw RowError(context.debugDescription, at: context.codingPath + [key], of: table)
        } catch {
            throw RowError("\(error)", at: [], of: table)
        }
    }

    private init(_ reason: String, at path: [any CodingKey], of table: TableDefinition) {
        self.table = "\(table.schema).\(table.name)"
        column = path.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
        let name = path.first?.stringValue ?? ""
        type = table.columns.first { $0.name.isSameName(as: name) }?.type
        self.reason = reason
    }
}
