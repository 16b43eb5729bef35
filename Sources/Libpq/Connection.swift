internal import CLibpq
internal import Glibc

/// A connection to a server that never blocks: every wait goes through a poller with a deadline.
///
/// PostgreSQL manual, "libpq: Asynchronous Command Processing" and "Functions Associated with the COPY Command".
@safe
package struct Connection: ~Copyable {
    // SAFETY: `pointer` came from PQconnectStartParams; this value owns it alone and closes it in `deinit`. Every
    // string libpq returns is copied before the next call.
    let pointer: OpaquePointer

    /// Starts to connect; `poll` carries on.
    init(starting parameters: ConnectionParameters) throws(LibpqError) {
        let resolved = try parameters.resolved()
        let started = unsafe withParameterArrays(resolved) { keywords, values in
            unsafe PQconnectStartParams(keywords, values, 1)
        }
        guard let pointer = unsafe started else { throw LibpqError(.connectionFailed, "out of memory") }
        unsafe self.pointer = pointer
        // Only verbose texts hold the SQLSTATE of a failed connection attempt.
        unsafe PQsetErrorVerbosity(pointer, PQERRORS_VERBOSE)
        unsafe PQsetNoticeProcessor(pointer, { _, _ in }, nil)
    }

    deinit {
        unsafe PQfinish(pointer)
    }

    /// The socket's descriptor. It can change while connecting.
    package var socket: Int32 {
        unsafe PQsocket(pointer)
    }

    /// Whether the connection could not be made or broke.
    package var isBroken: Bool {
        unsafe PQstatus(pointer) == CONNECTION_BAD
    }

    func pollConnection() -> PostgresPollingStatusType {
        unsafe PQconnectPoll(pointer)
    }

    func enterNonBlockingMode() {
        unsafe PQsetnonblocking(pointer, 1)
        unsafe PQsetErrorVerbosity(pointer, PQERRORS_DEFAULT)
    }

    /// The error of a connection attempt.
    var connectionError: LibpqError {
        let text = errorMessage
        if unsafe PQconnectionNeedsPassword(pointer) != 0 {
            return LibpqError(.passwordNeeded, "the server asks for a password and none was given")
        }
        if let diagnostics = Diagnostics(connectionMessage: text) {
            var error = LibpqError(.refused, diagnostics.primary ?? text.firstLine, diagnostics: diagnostics)
            error.user = user
            error.database = database
            return error
        }
        return LibpqError(.connectionFailed, text.oneLine)
    }

    var errorMessage: String {
        unsafe String(cString: PQerrorMessage(pointer))
    }

    private func lost() -> LibpqError {
        let text = errorMessage.firstLine
        return LibpqError(.connectionLost, text.isEmpty ? "the server closed the connection" : text)
    }

    /// The server's version as a number, such as 150018.
    package var serverVersion: Int {
        unsafe Int(PQserverVersion(pointer))
    }

    /// Whether the connection uses TLS.
    package var isEncrypted: Bool {
        unsafe PQsslInUse(pointer) == 1
    }

    /// A setting the server reports by itself, such as `server_encoding`.
    package func parameter(_ name: String) -> String? {
        unsafe PQparameterStatus(pointer, name).map { unsafe String(cString: $0) }
    }

    /// Host and port in use, for a second connection to the same server.
    package var address: (host: String, hostAddress: String, port: String) {
        (
            unsafe PQhost(pointer).map { unsafe String(cString: $0) } ?? "",
            unsafe PQhostaddr(pointer).map { unsafe String(cString: $0) } ?? "",
            unsafe PQport(pointer).map { unsafe String(cString: $0) } ?? ""
        )
    }

    /// The database's and the user's name.
    package var database: String {
        unsafe PQdb(pointer).map { unsafe String(cString: $0) } ?? ""
    }
    package var user: String {
        unsafe PQuser(pointer).map { unsafe String(cString: $0) } ?? ""
    }

    // MARK: Sending and receiving

    /// Puts a query into the outgoing buffer; `flush` sends it.
    func send(query: String) throws(LibpqError) {
        guard unsafe PQsendQuery(pointer, query) == 1 else { throw lost() }
    }

    /// Sends what is buffered, as far as the socket takes it; false when some is left.
    package func flush() throws(LibpqError) -> Bool {
        switch unsafe PQflush(pointer) {
        case 0: return true
        case 1: return false
        default: throw lost()
        }
    }

    /// Reads once from the socket, if something is there.
    package func consumeInput() throws(LibpqError) {
        guard unsafe PQconsumeInput(pointer) == 1 else { throw lost() }
    }

    /// Bytes that wait in the kernel's receive buffer.
    package var bytesToRead: Int {
        var count: Int32 = 0
        // SAFETY: FIONREAD stores one C int.
        return unsafe ioctl(socket, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
    }

    /// Whether the next result would have to be waited for.
    var isBusy: Bool {
        unsafe PQisBusy(pointer) == 1
    }

    /// The next result of the query, nil at its end. Waits on the socket unless `isBusy` is false.
    func nextResult() -> QueryResult? {
        guard let result = unsafe PQgetResult(pointer) else { return nil }
        return unsafe QueryResult(owning: result)
    }

    /// The next CopyData message, as far as it has been read.
    package func nextCopyBuffer() throws(LibpqError) -> CopyNext {
        var buffer: UnsafeMutablePointer<CChar>?
        let count = unsafe PQgetCopyData(pointer, &buffer, 1)
        if count > 0, let buffer = unsafe buffer {
            return .message(unsafe CopyBuffer(owning: buffer, count: Int(count)))
        }
        switch count {
        case 0: return .notYet
        case -1: return .ended
        default: throw lost()
        }
    }

    /// Puts one CopyData message into the outgoing buffer.
    package func putCopyData(_ bytes: Span<UInt8>) throws(LibpqError) {
        let sent = unsafe bytes.withUnsafeBytes { raw in
            // SAFETY: libpq copies `count` bytes during the call.
            unsafe PQputCopyData(
                pointer, raw.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(raw.count))
        }
        guard sent == 1 else { throw lost() }
    }

    /// Says that nothing more comes from our side.
    package func putCopyEnd() throws(LibpqError) {
        guard unsafe PQputCopyEnd(pointer, nil) == 1 else { throw lost() }
    }

    // MARK: Quoting

    /// A string as an SQL literal, by libpq's own rules.
    package func literal(_ text: String) throws(LibpqError) -> String {
        // SAFETY: libpq reads `utf8.count` bytes and returns memory of its own, freed here.
        let quoted = unsafe PQescapeLiteral(pointer, text, text.utf8.count)
        defer { unsafe PQfreemem(quoted) }
        guard let quoted = unsafe quoted else { throw lost() }
        return unsafe String(cString: quoted)
    }

    /// A name as an SQL identifier, always in double quotes.
    package func identifier(_ name: String) throws(LibpqError) -> String {
        let quoted = unsafe PQescapeIdentifier(pointer, name, name.utf8.count)
        defer { unsafe PQfreemem(quoted) }
        guard let quoted = unsafe quoted else { throw lost() }
        return unsafe String(cString: quoted)
    }

    /// Asks the server, over a connection of its own, to cancel what this one is doing. Blocks until that is sent.
    package func cancel() {
        // SAFETY: the cancel object and the message buffer live through the call.
        let cancel = unsafe PQgetCancel(pointer)
        defer { unsafe PQfreeCancel(cancel) }
        var message = [CChar](repeating: 0, count: 256)
        _ = unsafe PQcancel(cancel, &message, Int32(message.count))
    }
}

/// What a look at the copy stream gave.
package enum CopyNext: ~Copyable {
    case message(CopyBuffer)
    /// Nothing whole has been read yet.
    case notYet
    /// The server ended the copy; its result says why.
    case ended
}

// SAFETY: libpq allows one thread at a time to use a connection; ownership of the value passes that right on.
extension Connection: @unchecked Sendable {}
