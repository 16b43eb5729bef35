/// A growing run of bytes that owns its memory: what the transformer writes and a sink sends.
///
/// This is the one place of the core that touches memory by pointer, because every byte of every event goes
/// through it. Its interface is spans, integers and literals, and each write is preceded by a capacity check.
@safe
package struct OutputBuffer: ~Copyable {
    // SAFETY: `base` is allocated in `init` and `grow`, owned by this value alone (it cannot be copied), freed in
    // `deinit`. The bytes from 0 to `count` are initialised, and `count <= capacity` at all times.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int

    /// Bytes written so far.
    package private(set) var count: Int

    /// An empty buffer with room for `capacity` bytes.
    package init(capacity: Int) {
        self.capacity = max(capacity, 64)
        unsafe base = .allocate(capacity: self.capacity)
        count = 0
    }

    deinit {
        unsafe base.deallocate()
    }

    @inline(never)
    @usableFromInline
    mutating func grow(by additional: Int) {
        capacity = max(capacity * 2, count + additional)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe larger.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
    }

    /// Makes room for `additional` more bytes.
    @inlinable @inline(__always)
    package mutating func reserve(_ additional: Int) {
        if capacity - count < additional { grow(by: additional) }
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    package mutating func append(_ byte: UInt8) {
        reserve(1)
        // SAFETY: `reserve` made `count < capacity`.
        unsafe base[count] = byte
        count += 1
    }

    /// Appends `length` bytes of `source` from `offset`; the range must lie inside `source`.
    @inlinable @inline(__always)
    package mutating func append(_ source: borrowing Span<UInt8>, from offset: Int, count length: Int) {
        precondition(offset >= 0 && length >= 0 && offset <= source.count - length, "range outside the span")
        reserve(length)
        let target = count
        unsafe source.withUnsafeBufferPointer { bytes in
            // SAFETY: the range was checked against `source`, room was reserved, and the two never overlap
            // because nobody else holds this buffer's memory. An empty span may have no base address.
            if let start = bytes.baseAddress {
                unsafe (base + target).update(from: start + offset, count: length)
            }
        }
        count += length
    }

    /// Appends a literal of ASCII or UTF-8 text.
    @inlinable @inline(__always)
    package mutating func append(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        reserve(length)
        // SAFETY: a literal of more than one scalar has static storage of `utf8CodeUnitCount` bytes, and room for
        // them was reserved.
        unsafe (base + count).update(from: literal.utf8Start, count: length)
        count += length
    }

    /// Drops everything past the first `length` bytes and keeps the memory.
    package mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "cannot truncate to \(length) of \(count) bytes")
        count = length
    }

    /// The bytes written so far.
    @inlinable
    package var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // SAFETY: the first `count` bytes are initialised, and the lifetime of the span is bound to `self`.
            let span = unsafe Span(_unsafeStart: base, count: count)
            return unsafe _overrideLifetime(span, borrowing: self)
        }
    }
}

// SAFETY: the memory belongs to this value alone, so moving it to another thread moves the only access to it.
extension OutputBuffer: @unchecked Sendable {}
