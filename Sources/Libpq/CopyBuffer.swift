internal import CLibpq

/// One CopyData message, in memory that libpq gave away.
@safe
package struct CopyBuffer: ~Copyable {
    // SAFETY: `pointer` came from PQgetCopyData with `count` bytes; this value owns it alone and frees it in `deinit`.
    private let pointer: UnsafeMutablePointer<CChar>
    private let count: Int

    init(owning pointer: UnsafeMutablePointer<CChar>, count: Int) {
        unsafe self.pointer = pointer
        self.count = count
    }

    deinit {
        unsafe PQfreemem(pointer)
    }

    /// The message's bytes.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // SAFETY: `count` bytes are initialised, and the lifetime of the span is bound to `self`.
            let start = unsafe UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
            let span = unsafe Span(_unsafeStart: start, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}
