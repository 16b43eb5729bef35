internal import CLibpq
internal import Glibc

/// A notification as it came.
package struct Notification: Sendable {
    package var channel: [UInt8]
    package var payload: [UInt8]
    /// The server process that sent it.
    package var pid: Int32
}

/// PostgreSQL manual, "libpq: Asynchronous Notification".
extension Connection {
    /// The next notification that has been read; nil when there is none.
    package func nextNotification() -> Notification? {
        // SAFETY: libpq returns memory of its own with two strings in it, which are copied before it is freed here.
        guard let notify = unsafe PQnotifies(pointer) else { return nil }
        defer { unsafe PQfreemem(notify) }
        return unsafe Notification(
            channel: bytes(of: notify.pointee.relname), payload: bytes(of: notify.pointee.extra),
            pid: notify.pointee.be_pid)
    }

    /// A C string without its end, in whatever encoding.
    private func bytes(of text: UnsafePointer<CChar>?) -> [UInt8] {
        guard let text = unsafe text else { return [] }
        // SAFETY: a string of libpq's ends with a zero byte.
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }

    /// Forgets the notifications that have been read, and says whether there were any.
    package func takeNotifications() -> Bool {
        var wereThere = false
        // SAFETY: libpq gives each notification away, and it is freed here unread.
        while let notification = unsafe PQnotifies(pointer) {
            unsafe PQfreemem(notification)
            wereThere = true
        }
        return wereThere
    }
}
