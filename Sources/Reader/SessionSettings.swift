package import Libpq

extension ConnectionParameters {
    /// Settings of every session, so that no server, role or database setting changes how a value is written.
    ///
    /// They go through the connection's `options`, behind the user's own; the walsender honours them too.
    private static let fixedSettings: [(name: String, value: String)] = [
        ("datestyle", "ISO"),
        ("timezone", "UTC"),
        ("intervalstyle", "iso_8601"),
        ("bytea_output", "hex"),
        ("extra_float_digits", "3"),
        ("lc_monetary", "C"),
        ("search_path", ""),
        ("quote_all_identifiers", "off"),
    ]

    /// A connection for SQL.
    package static func ordinary(_ connectionString: String) -> ConnectionParameters {
        var parameters = ConnectionParameters(connectionString: connectionString)
        parameters.settings = fixedSettings
        parameters.overrides["client_encoding"] = "UTF8"
        parameters.defaults = [
            "fallback_application_name": "walbrook",
            // A peer that vanished without a word is noticed in about a minute instead of hours.
            "keepalives_idle": "30",
            "keepalives_interval": "10",
            "keepalives_count": "3",
            "tcp_user_timeout": "60000",
        ]
        return parameters
    }

    /// A connection to a walsender that also understands SQL.
    package static func replication(_ connectionString: String) -> ConnectionParameters {
        var parameters = ordinary(connectionString)
        parameters.overrides["replication"] = "database"
        return parameters
    }
}
