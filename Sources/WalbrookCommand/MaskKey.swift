internal import FoundationEssentials
internal import Walbrook

/// The secret that keyed masks are made with: all bytes of a file but one line break at its end.
enum MaskKey {
    /// Shorter keys can be found by trying.
    private static let fewestBytes = 16
    private static let mostBytes = 64 * 1024

    static func read(_ path: String) throws(WalbrookError) -> [UInt8] {
        var key: [UInt8]
        do {
            key = Array(try Data(contentsOf: URL(filePath: path)))
        } catch {
            throw WalbrookError(
                .configuration, "cannot read the key of --mask-key-file, \(path): \(reason(error))",
                hint: "Make one: openssl rand -hex 32 > FILE, readable for Walbrook's user only.")
        }
        if key.last == UInt8(ascii: "\n") { key.removeLast() }
        if key.last == UInt8(ascii: "\r") { key.removeLast() }
        guard (fewestBytes...mostBytes).contains(key.count) else {
            throw WalbrookError(
                .configuration,
                "the key in \(path) has \(key.count) bytes; it takes \(fewestBytes) to \(mostBytes)",
                hint: "Make one: openssl rand -hex 32 > FILE")
        }
        return key
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case CocoaError.Code.fileReadNoSuchFile: "there is no such file"
        case CocoaError.Code.fileReadNoPermission: "permission denied"
        default: "it is no file that can be read"
        }
    }
}
