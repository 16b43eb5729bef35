import SystemCalls

/// What a program asked of the operating system that changes files, as it was recorded.
enum DiskCall {
    case create(name: String, inode: UInt64)
    case rename(name: String, to: String)
    case syncDirectory
    case write(inode: UInt64, offset: Int, bytes: [UInt8])
    case truncate(inode: UInt64, length: Int)
    case sync(inode: UInt64)
    /// No call: the sink has reported that everything up to this event is durable.
    case durable(through: UInt64)

    /// Records what happens in a directory while `body` runs. One recording at a time.
    static func record(in directory: String, _ body: () async throws -> Void) async throws -> [DiskCall] {
        unsafe system_calls_begin(directory)
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        let count = system_calls_end()
        try result.get()
        return (0..<count).map { index in
            // SAFETY: the entries stay until the next recording begins, and there are `count` of them.
            unsafe DiskCall(system_calls_at(index).pointee)
        }
    }

    private init(_ call: borrowing system_call) {
        let inode = unsafe UInt64(call.inode)
        let offset = unsafe Int(call.offset)
        switch unsafe call.kind {
        case SYSTEM_CALL_CREATE: self = unsafe .create(name: Self.name(call.path), inode: inode)
        case SYSTEM_CALL_RENAME: self = unsafe .rename(name: Self.name(call.path), to: Self.name(call.other))
        case SYSTEM_CALL_SYNC_DIRECTORY: self = .syncDirectory
        case SYSTEM_CALL_WRITE:
            // SAFETY: a recorded write has its own copy of `size` bytes.
            let bytes = unsafe UnsafeBufferPointer(start: call.bytes, count: call.size)
            self = unsafe .write(inode: inode, offset: offset, bytes: Array(bytes))
        case SYSTEM_CALL_TRUNCATE: self = .truncate(inode: inode, length: offset)
        case SYSTEM_CALL_SYNC: self = .sync(inode: inode)
        case SYSTEM_CALL_MARK: self = .durable(through: UInt64(offset))
        default: preconditionFailure("a call that no recording has here")
        }
    }

    /// The last part of a path in a C array of characters.
    private static func name<Characters>(_ path: Characters) -> String {
        let bytes = unsafe withUnsafeBytes(of: path) { raw in
            // SAFETY: the bytes are copied while they live.
            unsafe Array(raw.prefix { $0 != 0 })
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "/").last.map(String.init) ?? ""
    }
}
