internal import Foundation
internal import Glibc

/// Reads a file line by line, however large: one chunk in memory at a time.
struct LineReader {
    /// One line, valid during the call.
    struct Line: ~Escapable {
        /// Counted from 1.
        let number: Int
        /// Where it begins in the file.
        let offset: Int
        /// Without its end.
        let bytes: Span<UInt8>
        /// False for a last line without a newline: the trace of a writer that was killed.
        let isTerminated: Bool

        @_lifetime(copy bytes)
        fileprivate init(number: Int, offset: Int, bytes: Span<UInt8>, isTerminated: Bool) {
            self.number = number
            self.offset = offset
            self.bytes = bytes
            self.isTerminated = isTerminated
        }
    }

    let path: String

    func forEach(_ body: (borrowing Line) throws -> Void) throws {
        let file = try Descriptor.open(path, O_RDONLY)
        var buffer: [UInt8] = []
        var number = 0
        var offset = 0
        while true {
            let chunk = try file.read(upTo: 1 << 20)
            if chunk.isEmpty { break }
            // What is left of the chunk before holds no newline.
            let searchFrom = buffer.count
            buffer += chunk
            var start = 0
            while let end = newline(in: buffer, from: max(start, searchFrom)) {
                number += 1
                try body(
                    Line(
                        number: number, offset: offset, bytes: buffer.span.extracting(start..<end),
                        isTerminated: true))
                offset += end + 1 - start
                start = end + 1
            }
            buffer.removeFirst(start)
        }
        if !buffer.isEmpty {
            try body(Line(number: number + 1, offset: offset, bytes: buffer.span, isTerminated: false))
        }
    }

    /// memchr(3), because a loop in Swift is fifty times slower in a debug build.
    private func newline(in buffer: [UInt8], from start: Int) -> Int? {
        // SAFETY: the pointer is used within the closure, and the length ends where the buffer does.
        unsafe buffer.withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, start < bytes.count,
                let found = unsafe memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
            else {
                return nil
            }
            return unsafe UnsafeRawPointer(found) - base
        }
    }
}

extension Span<UInt8> {
    /// The bytes as text; what is not UTF-8 becomes U+FFFD.
    var text: String {
        // SAFETY: the text copies the bytes before the pointer goes.
        unsafe withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}
