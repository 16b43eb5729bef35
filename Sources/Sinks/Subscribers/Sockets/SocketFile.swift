internal import NIOCore

/// The file of a listening unix socket, which only this user may connect to.
final class SocketFile: Sendable {
    let path: String
    private let inode: UInt64
    /// Bound, and not listening yet.
    let socket: Descriptor

    /// Makes it, in place of one that nobody listens at any more.
    ///
    /// - Throws: `SinkError` when somebody does, or when something else has the name.
    init(_ path: String, sink: String) throws(SinkError) {
        self.path = path
        let state: Descriptor.SocketFileState
        do throws(Descriptor.Failure) {
            state = try Descriptor.socketFile(path)
        } catch {
            throw SinkError(sink: sink, reason: "cannot be looked at: \(error.description)")
        }
        switch state {
        case .missing, .abandoned: break
        case .inUse:
            throw SinkError(
                .busy, sink: sink, reason: "another process listens there",
                hint: "Stop that one, or take another path.")
        case .other:
            throw SinkError(
                .refused, sink: sink, reason: "there is a file that is no socket", hint: "Take another path.")
        }
        do throws(Descriptor.Failure) {
            if state == .abandoned { try Descriptor.delete(path) }
            socket = try Descriptor.boundSocket(path, mode: 0o600)
            inode = try Descriptor.status(of: path)?.inode ?? 0
        } catch {
            throw SinkError(sink: sink, reason: "cannot be made: \(error.description)")
        }
    }

    /// Removes it, if it is still this one.
    func remove() {
        guard let status = try? Descriptor.status(of: path), status.inode == inode else { return }
        try? Descriptor.delete(path)
    }
}
