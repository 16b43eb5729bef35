import Foundation
import TestSupport
import Testing

extension Integration {
    /// Programs that nobody here has written subscribe and get events.
    @Suite(.timeLimit(.minutes(5))) struct SubscriberClients {
        /// Shell lines as the README has them, with PORT and SOCKET.
        static let lines = [
            "(echo SUB from=now; cat) | nc.openbsd 127.0.0.1 $PORT",
            "echo SUB from=now | nc.openbsd 127.0.0.1 $PORT",
            "echo SUB from=now | nc.openbsd -N 127.0.0.1 $PORT",
            "echo SUB from=now | nc.traditional 127.0.0.1 $PORT",
            "echo SUB from=now | nc.openbsd -U $SOCKET",
            "echo SUB from=now | socat -t 3600 - TCP:127.0.0.1:$PORT",
            "echo SUB from=now | socat -t 3600 - UNIX-CONNECT:$SOCKET",
            "exec 3<>/dev/tcp/127.0.0.1/$PORT; echo SUB from=now >&3; cat <&3",
        ]

        @Test(arguments: lines)
        func subscribes(line: String) async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                let socket = directory.path("s")
                try database.psql("CREATE TABLE orders (id int PRIMARY KEY)")
                let process = try database.start(
                    "--to", "tcp://127.0.0.1:0", "--to", "unix:\(socket)", stdout: .devNull)
                let port = try process.subscriberPort()
                let client = try ClientProcess(
                    ["bash", "-c", line], environment: ["PORT": "\(port)", "SOCKET": socket])
                try client.wait(for: "\"op\":\"caught_up\"")
                for id in 1...3 { try database.psql("INSERT INTO orders VALUES (\(id))") }
                for id in 1...3 { try client.wait(for: "\"after\":{\"id\":\(id)}}\n") }
                process.terminate()
                #expect(try process.wait() == .exited(0))
                #expect(!FileManager.default.fileExists(atPath: socket))
                client.endInput()
                try client.end()
            }
        }

        /// TLS with a token and a certificate of the client's own.
        @Test func overTLS() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                let certificates = try Certificates(in: directory)
                let token = directory.path("tokens")
                try Data("open-sesame\n".utf8).write(to: URL(fileURLWithPath: token))
                try database.psql("CREATE TABLE orders (id int PRIMARY KEY)")
                let process = try database.start(
                    "--to", "tcp://0.0.0.0:0", "--token-file", token, "--tls-cert", certificates.server,
                    "--tls-key", certificates.serverKey, "--tls-client-ca", certificates.authority,
                    stdout: .devNull)
                let port = try process.subscriberPort()
                let connect = [
                    "openssl", "s_client", "-quiet", "-verify_quiet", "-verify_return_error", "-CAfile",
                    certificates.authority, "-connect", "127.0.0.1:\(port)",
                ]
                let proof = ["-cert", certificates.client, "-key", certificates.clientKey]
                let client = try ClientProcess(connect + proof)
                try client.wait(for: "\"auth\":\"token\"}\n")
                try client.say("AUTH open-sesame\nSUB from=now\n")
                try client.wait(for: "\"op\":\"caught_up\"")
                try database.psql("INSERT INTO orders VALUES (1)")
                try client.wait(for: "\"after\":{\"id\":1}}\n")

                let wrongToken = try ClientProcess(connect + proof)
                try wrongToken.say("AUTH open-sesam\nSUB from=now\n")
                try wrongToken.wait(for: "\"code\":\"AUTH\"")
                try wrongToken.end()
                let withoutProof = try ClientProcess(connect)
                try withoutProof.say("AUTH open-sesame\nSUB from=now\n")
                try withoutProof.end()
                #expect(try !withoutProof.output.contains("hello"))
                let plain = try ClientProcess(["nc.openbsd", "127.0.0.1", "\(port)"])
                try plain.say("SUB from=now\n")
                try plain.wait(for: "{\"op\":\"error\",\"code\":\"TLS\"")
                process.terminate()
                #expect(try process.wait() == .exited(0))
            }
        }

        @Test(arguments: [
            ["--to", "tcp://0.0.0.0:7700"], ["--to", "tcp://[::]:7700"],
            ["--to", "tcp://db.example.org:7700"],
            ["--to", "tcp://0.0.0.0:7700", "--token-file", "/etc/hostname"],
        ])
        func otherMachinesNeedTokenAndTLS(arguments: [String]) async throws {
            try await blocking {
                try Run(["stream"] + arguments).expect(
                    64,
                    saying:
                        "\(arguments[1]) can be reached from other machines: give --token-file, --tls-cert and --tls-key, or --insecure."
                )
            }
        }

        @Test func anAddressThatIsTaken() async throws {
            try await TestDatabase.with { database in
                let first = try database.start("--to", "tcp://127.0.0.1:0", stdout: .devNull)
                let port = try first.subscriberPort()
                try database.stream("--to", "tcp://127.0.0.1:\(port)").expect(
                    74, saying: "tcp://127.0.0.1:\(port): cannot listen: ")
                first.terminate()
                #expect(try first.wait() == .exited(0))
            }
        }
    }

    /// An authority and what it signed, made by OpenSSL.
    private struct Certificates {
        let authority, server, serverKey, client, clientKey: String

        init(in directory: TemporaryDirectory) throws {
            (authority, server, serverKey, client, clientKey) = (
                directory.path("ca.pem"), directory.path("server.pem"), directory.path("server.key"),
                directory.path("client.pem"), directory.path("client.key")
            )
            let authorityKey = directory.path("ca.key")
            func make(_ certificate: String, _ key: String, _ name: String, _ more: [String]) throws {
                try ChildProcess.run(
                    [
                        "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-nodes",
                        "-days", "2", "-subj", "/CN=\(name)", "-keyout", key, "-out", certificate,
                    ] + more)
            }
            try make(authority, authorityKey, "authority", [])
            let signed = ["-CA", authority, "-CAkey", authorityKey, "-addext", "basicConstraints=CA:FALSE"]
            try make(server, serverKey, "localhost", signed)
            try make(client, clientKey, "subscriber", signed)
        }
    }
}
