internal import Glibc

/// Finds TCP ports for servers.
enum FreePort {
    /// A port of 127.0.0.1 that nothing listens on, below the range from which the kernel takes the ports
    /// of outgoing connections: a server must get the same one again after a restart.
    static func find() throws -> Int {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            if try isFree(port) { return Int(port) }
        }
        throw TestFailure("no free TCP port between 20000 and 32000")
    }

    private static func isFree(_ port: UInt16) throws -> Bool {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Descriptor.failure("cannot make a socket") }
        let descriptor = Descriptor(taking: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        // SAFETY: bind(2) takes every kind of address through a pointer to the generic one, with its size.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor.number, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
