package import NIOCore
internal import NIOSSL

/// TLS for a listening socket: what a server shows of itself, and whom it lets in.
package struct ServerSecurity: Sendable {
    private let context: NIOSSLContext

    /// Reads the files once; they are read again only by a new start.
    ///
    /// - Parameters:
    ///   - certificate: PEM file of the certificate and those between it and its root.
    ///   - key: PEM file of its private key.
    ///   - clientAuthority: PEM file of the authorities whose certificates clients must show; nil asks for none.
    /// - Throws: `SecurityFileError`, which names the file that cannot be used.
    package init(certificate: String, key: String, clientAuthority: String? = nil) throws(SecurityFileError) {
        let chain = try SecurityFileError.reading(certificate) {
            try NIOSSLCertificate.fromPEMFile(certificate).map { NIOSSLCertificateSource.certificate($0) }
        }
        let privateKey = try SecurityFileError.reading(key) { try NIOSSLPrivateKey(file: key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        if let clientAuthority {
            let authorities = try SecurityFileError.reading(clientAuthority) {
                try NIOSSLCertificate.fromPEMFile(clientAuthority)
            }
            configuration.trustRoots = .certificates(authorities)
            configuration.certificateVerification = .noHostnameVerification
        }
        let complete = configuration
        context = try SecurityFileError.reading(certificate) { try NIOSSLContext(configuration: complete) }
    }

    /// The handler that a new connection begins with.
    package func handler() -> any ChannelHandler {
        NIOSSLServerHandler(context: context)
    }
}
