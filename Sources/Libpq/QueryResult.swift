internal import CLibpq

/// The rows a query returned.
///
/// PostgreSQL manual, "Command Execution Functions".
@safe
package struct QueryResult: ~Copyable {
    // SAFETY: `pointer` is a result that libpq gave away; this value owns it alone and frees it in `deinit`.
    private let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe PQclear(pointer)
    }

    var status: ExecStatusType {
        unsafe PQresultStatus(pointer)
    }

    /// Number of rows.
    package var rowCount: Int {
        unsafe Int(PQntuples(pointer))
    }

    /// Number of columns.
    package var columnCount: Int {
        unsafe Int(PQnfields(pointer))
    }

    /// A value in text form; nil for SQL NULL. The place must exist.
    package func text(row: Int, column: Int) -> String? {
        precondition(row < rowCount && column < columnCount, "no value at row \(row), column \(column)")
        guard unsafe PQgetisnull(pointer, Int32(row), Int32(column)) == 0 else { return nil }
        // SAFETY: the place was checked above; libpq ends every text value with a zero byte.
        return unsafe String(cString: PQgetvalue(pointer, Int32(row), Int32(column)))
    }

    /// All rows, each as its values in text form.
    func rows() -> [[String?]] {
        (0..<rowCount).map { row in (0..<columnCount).map { text(row: row, column: $0) } }
    }

    /// The error this result stands for, or nil if it stands for success.
    var error: LibpqError? {
        switch status {
        case PGRES_BAD_RESPONSE, PGRES_FATAL_ERROR, PGRES_NONFATAL_ERROR:
            let diagnostics = diagnostics
            // SAFETY: libpq returns a string that lives as long as the result.
            let whole = unsafe String(cString: PQresultErrorMessage(pointer))
            let isServers = diagnostics.sqlState != nil
            return LibpqError(
                isServers ? .server : .connectionLost, diagnostics.primary ?? whole.firstLine,
                diagnostics: isServers ? diagnostics : nil)
        default:
            return nil
        }
    }

    private var diagnostics: Diagnostics {
        var result = Diagnostics()
        result.sqlState = field("C")
        result.primary = field("M")
        result.detail = field("D")
        result.hint = field("H")
        return result
    }

    private func field(_ code: Unicode.Scalar) -> String? {
        // SAFETY: libpq returns nil or a string that lives as long as the result.
        unsafe PQresultErrorField(pointer, Int32(code.value)).map { unsafe String(cString: $0) }
    }
}

extension String {
    /// All of the text, with blanks in place of line breaks and what indents the lines.
    var oneLine: String {
        split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    }

    /// The text up to its first line break.
    var firstLine: String {
        String(split(maxSplits: 1, whereSeparator: \.isNewline).first ?? "")
    }
}
