package import Replication

/// A file without a name that holds the messages of one transaction until it commits; gone with this object, and with
/// the process however that ends.
///
/// A record is the length of its message and an xid, four bytes each in the machine's order, then the message.
package final class SpoolFile: Sendable {
    static let recordHeader = 8
    private let descriptor: Descriptor

    /// - Throws: `SpoolError` when the directory takes no file.
    package init(in directory: String) throws(SpoolError) {
        do throws(Descriptor.Failure) {
            descriptor = try Descriptor.openNameless(in: directory)
        } catch {
            throw SpoolError(reason: "cannot make a file: \(error.description)")
        }
    }

    /// Makes sure that a directory takes such files, and that many can be open: each transaction has one.
    package static func prepare(_ directory: String) throws(SpoolError) {
        Descriptor.raiseDescriptorLimit()
        _ = try SpoolFile(in: directory)
    }

    deinit {
        descriptor.closeDescriptor()
    }

    /// Writes records at a place behind all others.
    package func write(_ records: borrowing OutputBuffer, at offset: Int) throws(SpoolError) {
        do throws(Descriptor.Failure) {
            try descriptor.write(records, from: 0, at: offset)
        } catch {
            throw SpoolError(reason: "cannot write: \(error.description)")
        }
    }

    func read(_ count: Int, at offset: Int) throws(SpoolError) -> [UInt8] {
        do throws(Descriptor.Failure) {
            return try descriptor.read(count, at: offset)
        } catch {
            throw SpoolError(reason: "cannot read: \(error.description)")
        }
    }
}

/// A spool that cannot do its work.
package struct SpoolError: Error, Hashable, Sendable {
    package var reason: String
}

extension OutputBuffer {
    /// Appends the head of a record: its message of `length` bytes follows.
    package mutating func appendRecordHeader(length: Int, of xid: TransactionID) {
        append(word: UInt64(UInt32(length)) | UInt64(xid.value) << 32)
    }
}
