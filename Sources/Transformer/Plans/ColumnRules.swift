package import Replication

/// What is put in place of a value that must not leave the process.
package enum Mask: String, CaseIterable, Sendable {
    /// Null, whatever the value was.
    case null
    /// The string `***`; null stays null.
    case redact
    /// The SHA-256 of the value's text in hexadecimal, keyed (HMAC) if there is a key; null stays null. Equal values
    /// stay equal.
    case sha256
}

/// Which columns are left out or masked, by `schema.table.column`.
package struct ColumnRules: Hashable, Sendable {
    package var excluded: [Glob]
    /// The first that fits counts.
    package var masks: [MaskRule]

    /// A mask and the columns it is for.
    package struct MaskRule: Hashable, Sendable {
        package var columns: Glob
        package var mask: Mask

        package init(columns: Glob, mask: Mask) {
            self.columns = columns
            self.mask = mask
        }
    }

    package init(excluded: [Glob] = [], masks: [MaskRule] = []) {
        self.excluded = excluded
        self.masks = masks
    }

    func excludes(_ column: String, of table: String) -> Bool {
        !excluded.isEmpty && excluded.contains { $0.matches(table + "." + column) }
    }

    func mask(_ column: String, of table: String) -> Mask? {
        masks.isEmpty ? nil : masks.first { $0.columns.matches(table + "." + column) }?.mask
    }
}

/// Kinds of changes, to choose from.
package struct Operations: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let insert = Operations(rawValue: 1)
    package static let update = Operations(rawValue: 2)
    package static let delete = Operations(rawValue: 4)
    package static let truncate = Operations(rawValue: 8)
    package static let message = Operations(rawValue: 16)
    package static let notify = Operations(rawValue: 32)
    package static let ddl = Operations(rawValue: 64)
    package static let all: Operations = [.insert, .update, .delete, .truncate, .message, .notify, .ddl]
}
