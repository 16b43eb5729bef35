package import NIOCore
internal import NIOSSL

/// TLS towards a server: whom it trusts, and what it shows of itself.
package struct ClientSecurity: Sendable {
    private let context: NIOSSLContext

    /// - Parameters:
    ///   - authority: PEM file of the authorities that may have signed the server's certificate; nil for the system's.
    ///   - certificate: PEM file of the client's own certificate, if the server asks for one.
    ///   - key: PEM file of its private key.
    /// - Throws: `SecurityFileError`, which names the file that cannot be used.
    package init(authority: String?, certificate: String?, key: String?) throws(SecurityFileError) {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authority {
            configuration.trustRoots = .certificates(
                try SecurityFileError.reading(authority) { try NIOSSLCertificate.fromPEMFile(authority) })
        }
        if let certificate, let key {
            configuration.certificateChain = try SecurityFileError.reading(certificate) {
                try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            }
            configuration.privateKey = .privateKey(
                try SecurityFileError.reading(key) { try NIOSSLPrivateKey(file: key, format: .pem) })
        }
        let complete = configuration
        context = try SecurityFileError.reading(certificate ?? authority ?? "TLS") {
            try NIOSSLContext(configuration: complete)
        }
    }

    /// Why a connection failed, in words; nil for what has nothing to do with TLS.
    package static func explain(_ error: any Error) -> String? {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            "the server's certificate is for another name"
        case NIOSSLError.handshakeFailed(let cause):
            "\(cause)".contains("CERTIFICATE_VERIFY_FAILED")
                ? "no authority that is trusted here has signed the server's certificate"
                : "TLS could not be agreed on, or the server asks for a certificate"
        default: nil
        }
    }

    /// The handler that a connection to a host begins with. Its certificate must be one for that name or address.
    package func handler(host: String) throws -> any ChannelHandler {
        let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
        return try NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host)
    }
}
