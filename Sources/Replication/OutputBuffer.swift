/// A growing run of bytes that owns its memory: what the transformer writes and a sink sends.
///
/// The one place of the core that touches memory by pointer, because every byte of every event goes through it; its
/// interface is spans, integers and literals. Public only because the compiler does not inline `package` functions into
/// other modules, whatever they are marked with; inlined, they save a fifth of a row's instructions.
@safe
public struct OutputBuffer: ~Copyable {
    // SAFETY: `base` is allocated in `init` and `grow`, owned by this value alone (it cannot be copied), freed in
    // `deinit`. The bytes from 0 to `count` are initialised, and `count <= capacity` at all times.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var stored = 0

    /// Bytes written so far.
    @inlinable public var count: Int { stored }

    /// An empty buffer with room for `capacity` bytes.
    public init(capacity: Int) {
        self.capacity = max(capacity, 64)
        unsafe base = .allocate(capacity: self.capacity)
    }

    deinit { unsafe base.deallocate() }

    @usableFromInline @inline(never)
    mutating func grow(by additional: Int) {
        capacity = max(capacity * 2, count + additional)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        unsafe larger.update(from: base, count: count)
        unsafe base.deallocate()
        unsafe base = larger
    }

    /// Makes room for `additional` more bytes.
    @inlinable @inline(__always)
    public mutating func reserve(_ additional: Int) {
        if capacity - count < additional { grow(by: additional) }
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        // SAFETY: `reserve` made `count < capacity`.
        unsafe base[count] = byte
        stored += 1
    }

    /// Appends eight bytes: the lowest one of `word` first.
    @inlinable @inline(__always)
    public mutating func append(word: UInt64) {
        reserve(8)
        // SAFETY: room for eight bytes was reserved; the store needs no alignment.
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: word.littleEndian, as: UInt64.self)
        stored += 8
    }

    /// Appends `length` bytes, at most eight: the lowest one of `word` first.
    @inlinable @inline(__always)
    public mutating func append(word: UInt64, count length: Int) {
        precondition(length >= 0 && length <= 8, "a word has eight bytes")
        reserve(8)
        // SAFETY: room for eight bytes was reserved, and those past `length` stay outside of what is stored.
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: word.littleEndian, as: UInt64.self)
        stored += length
    }

    /// Appends `length` bytes of `source` from `offset`; the range must lie inside `source`.
    @inlinable @inline(__always)
    public mutating func append(_ source: borrowing Span<UInt8>, from offset: Int, count length: Int) {
        precondition(offset >= 0 && length >= 0 && offset <= source.count - length, "range outside the span")
        reserve(length)
        let target = count
        unsafe source.withUnsafeBufferPointer { bytes in
            // SAFETY: the range was checked against `source`, room was reserved, and the two never overlap
            // because nobody else holds this buffer's memory. An empty span may have no base address.
            guard let start = bytes.baseAddress else { return }
            unsafe (base + target).update(from: start + offset, count: length)
        }
        stored += length
    }

    /// Appends `length` bytes of `source` from `offset`, like `append(_:from:count:)`; made for a few bytes, which are
    /// copied without a call.
    @inlinable @inline(__always)
    public mutating func append(few source: borrowing Span<UInt8>, from offset: Int, count length: Int) {
        guard length >= 0, length <= 16, offset >= 0, offset <= source.count - 16 else {
            return append(source, from: offset, count: length)
        }
        reserve(16)
        let target = unsafe UnsafeMutableRawPointer(base + count)
        unsafe source.withUnsafeBytes { bytes in
            // SAFETY: sixteen bytes from `offset` on are inside of `source`, as checked above, and there is room for as
            // many; those past `length` stay outside of what is stored.
            let low = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            let high = unsafe bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
            unsafe target.storeBytes(of: low, as: UInt64.self)
            unsafe target.storeBytes(of: high, toByteOffset: 8, as: UInt64.self)
        }
        stored += length
    }

    /// Appends a literal of ASCII or UTF-8 text.
    @inlinable @inline(__always)
    public mutating func append(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        reserve(length)
        // SAFETY: a literal has static storage of `utf8CodeUnitCount` bytes, and room for them was reserved.
        unsafe (base + count).update(from: literal.utf8Start, count: length)
        stored += length
    }

    /// Drops everything past the first `length` bytes and keeps the memory.
    public mutating func truncate(to length: Int) {
        precondition(length >= 0 && length <= count, "cannot truncate to \(length) of \(count) bytes")
        stored = length
    }

    /// The bytes written so far.
    @inlinable
    public var span: Span<UInt8> {
        @_lifetime(borrow self)
        get {
            // SAFETY: the first `count` bytes are initialised, and the lifetime of the span is bound to `self`.
            unsafe _overrideLifetime(Span(_unsafeStart: base, count: count), borrowing: self)
        }
    }
}

// SAFETY: the memory belongs to this value alone, so moving it to another thread moves the only access to it.
extension OutputBuffer: @unchecked Sendable {}
