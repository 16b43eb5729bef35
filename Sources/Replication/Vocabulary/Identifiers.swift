/// An object identifier of the server's catalog.
package struct OID: Hashable, Comparable, Sendable {
    package var value: UInt32

    package init(_ value: UInt32) {
        self.value = value
    }

    @inlinable
    package static func < (left: OID, right: OID) -> Bool {
        left.value < right.value
    }
}

extension OID: CustomStringConvertible {
    package var description: String { String(value) }
}

/// A transaction id as the replication stream carries it (32 bits, without the epoch).
package struct TransactionID: Hashable, Sendable {
    package var value: UInt32

    package init(_ value: UInt32) {
        self.value = value
    }
}

extension TransactionID: CustomStringConvertible {
    package var description: String { String(value) }
}
