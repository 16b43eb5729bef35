/// A growing run of bytes that owns its memory: what the transformer writes and a sink sends.
///
/// The one place of the core that touches memory by pointer, because every byte of every event goes through it; its
/// interface is spans, integers and literals. Public only because the compiler does not inline `package` functions into
/// other modules, whatever they are marked with; inlined, they save a fifth of a row's instructions.
@safe
public struct OutputBuffer: ~Copyable {
    // SAFETY: `base` is allocated in `init` and `grow`, owned by this value alone (it cannot be copied), freed in
    // `deinit`; while `capacity` is 0 it points to nothing of its own. The bytes from 0 to `count` are initialised, and
    // `0 <= count <= capacity` at all times, so that sums and differences of the two need no check for overflow.
    @usableFromInline var base: UnsafeMutablePointer<UInt8>
    @usableFromInline var capacity: Int
    @usableFromInline var stored = 0

    /// Bytes written so far.
    @inlinable public var count: Int { stored }

    /// An empty buffer with room for `capacity` bytes; without any it takes no memory before it is written to.
    public init(capacity: Int = 0) {
        self.capacity = capacity
        unsafe base =
            capacity > 0 ? .allocate(capacity: capacity) : .init(mutating: StaticString("").utf8Start)
    }

    deinit {
        if capacity > 0 { unsafe base.deallocate() }
    }

    @usableFromInline @inline(never)
    mutating func grow(by additional: Int) {
        let needed = max(capacity * 2, count + additional, 64)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: needed)
        unsafe larger.initialize(from: base, count: count)
        if capacity > 0 { unsafe base.deallocate() }
        unsafe base = larger
        capacity = needed
    }

    /// Makes room for `additional` more bytes.
    @inlinable @inline(__always)
    public mutating func reserve(_ additional: Int) {
        if capacity &- count < additional { grow(by: additional) }
    }

    /// Appends one byte.
    @inlinable @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        // SAFETY: `reserve` made `count < capacity`.
        unsafe base[count] = byte
        stored &+= 1
    }

    /// Appends eight bytes: the lowest one of `word` first.
    @inlinable @inline(__always)
    public mutating func append(word: UInt64) {
        reserve(8)
        // SAFETY: room for eight bytes was reserved; the store needs no alignment.
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: word.littleEndian, as: UInt64.self)
        stored &+= 8
    }

    /// Appends `length` bytes, at most eight: the lowest one of `word` first.
    @inlinable @inline(__always)
    public mutating func append(word: UInt64, count length: Int) {
        precondition(length >= 0 && length <= 8, "a word has eight bytes")
        reserve(8)
        // SAFETY: room for eight bytes was reserved, and those past `length` stay outside of what is stored.
        unsafe UnsafeMutableRawPointer(base + count).storeBytes(of: word.littleEndian, as: UInt64.self)
        stored &+= length
    }

    /// Appends `length` bytes of `source` from `offset`; the range must lie inside `source`.
    @inlinable @inline(__always)
    public mutating func append(_ source: borrowing Span<UInt8>, from offset: Int, count length: Int) {
        precondition(offset >= 0 && length >= 0 && offset <= source.count &- length, "range outside the span")
        reserve(length)
        let target = count
        unsafe source.withUnsafeBufferPointer { bytes in
            // SAFETY: the range was checked against `source`, room was reserved, and the two never overlap
            // because nobody else holds this buffer's memory. An empty span may have no base address.
            guard let start = bytes.baseAddress else { return }
            unsafe (base + target).initialize(from: start + offset, count: length)
        }
        stored &+= length
    }

    /// Appends `length` bytes of `source` from `offset`, like `append(_:from:count:)`; made for a few bytes, which are
    /// copied without a call.
    @inlinable @inline(__always)
    public mutating func append(few source: borrowing Span<UInt8>, from offset: Int, count length: Int) {
        guard length >= 0, length <= 16, offset >= 0, offset <= source.count &- 16 else {
            return append(source, from: offset, count: length)
        }
        reserve(16)
        let (bytes, target) = unsafe (source.bytes, UnsafeMutableRawPointer(base + count))
        // SAFETY: sixteen bytes from `offset` on are inside of `source`, as checked above, and there is room for as many;
        // those past `length` stay outside of what is stored.
        unsafe target.storeBytes(
            of: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self), as: UInt64.self)
        unsafe target.storeBytes(
            of: bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset &+ 8, as: UInt64.self),
            toByteOffset: 8, as: UInt64.self)
        stored &+= length
    }

    /// Appends a literal of ASCII or UTF-8 text.
    @inlinable @inline(__always)
    public mutating func append(_ literal: StaticString) {
        let length = literal.utf8CodeUnitCount
        reserve(length)
        // SAFETY: a literal has static storage of `utf8CodeUnitCount` bytes, and room for them was reserved.
        unsafe (base + count).initialize(from: literal.utf8Start, count: length)
        stored &+= length
    }

    /// Puts another byte in the place of one that was written.
    @inlinable @inline(__always)
    public mutating func replace(at index: Int, with byte: UInt8) {
        precondition(index >= 0 && index < count, "nothing was written there")
        // SAFETY: the place is inside of what is stored.
        unsafe base[index] = byte
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

/// Looking at several bytes at once. Public for the same reason.
extension Span<UInt8> {
    /// The eight bytes from `index`, which must lie inside, the first one lowest.
    @inlinable @inline(__always)
    public func word(at index: Int) -> UInt64 {
        // SAFETY: the load checks that its bytes are inside, needs no alignment, and any eight bytes are an integer.
        UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self))
    }

    /// The four bytes from `index`, which must lie inside, the first one highest: an integer in network byte order.
    @inlinable @inline(__always)
    public func uint32(at index: Int) -> UInt32 {
        // SAFETY: as above, with four bytes.
        UInt32(bigEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt32.self))
    }
}
