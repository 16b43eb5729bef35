/// What the catalog says of a type that is not built in, as far as it decides how values are written.
///
/// PostgreSQL manual, "pg_type", "pg_range" and "pg_attribute".
package struct TypeDescription: Hashable, Sendable {
    package struct Field: Hashable, Sendable {
        package var name: String
        package var type: OID
        /// The type modifier (`atttypmod`), -1 for none.
        package var modifier: Int32

        package init(name: String, type: OID, modifier: Int32 = -1) {
            self.name = name
            self.type = type
            self.modifier = modifier
        }
    }

    package enum Structure: Hashable, Sendable {
        /// A type that is not made of others: an enumeration, or one of an extension.
        case base
        case domain(over: OID, modifier: Int32 = -1)
        case array(of: OID, delimiter: UInt8)
        /// A row type, without dropped columns.
        case composite([Field])
        case range(of: OID)
        /// A set of ranges of this range type.
        case multirange(of: OID)
    }

    package var name: String
    package var structure: Structure

    package init(name: String, structure: Structure) {
        self.name = name
        self.structure = structure
    }
}
