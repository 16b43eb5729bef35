internal import Crypto
import Replication

/// Puts something else in the place of a value. Null stays null.
struct Masking: Sendable {
    /// With a key nobody who lacks it can find a value by trying all that are likely.
    private let key: SymmetricKey?

    init(key: [UInt8]?) {
        self.key = key.map { SymmetricKey(data: $0) }
    }

    func append(
        _ mask: Mask, _ source: borrowing Span<UInt8>, _ range: Range<Int>, to buffer: inout OutputBuffer
    ) {
        switch mask {
        case .null: buffer.append("null")
        case .redact: buffer.append("\"***\"")
        case .sha256: appendDigest(range.map { source[$0] }, to: &buffer)
        }
    }

    private func appendDigest(_ value: [UInt8], to buffer: inout OutputBuffer) {
        buffer.append("\"")
        if let key {
            for byte in HMAC<SHA256>.authenticationCode(for: value, using: key) {
                appendHex(byte, to: &buffer)
            }
        } else {
            for byte in SHA256.hash(data: value) { appendHex(byte, to: &buffer) }
        }
        buffer.append("\"")
    }

    private func appendHex(_ byte: UInt8, to buffer: inout OutputBuffer) {
        buffer.appendHexDigit(byte >> 4)
        buffer.appendHexDigit(byte & 15)
    }
}
