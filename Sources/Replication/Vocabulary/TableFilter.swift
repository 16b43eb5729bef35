/// A pattern for names: `*` stands for any run of characters, `?` for one, everything else for itself.
package struct Glob: Hashable, Sendable {
    package let pattern: String
    private let scalars: [Unicode.Scalar]

    package init(_ pattern: String) {
        self.pattern = pattern
        scalars = Array(pattern.unicodeScalars)
    }

    /// Whether it names one thing only.
    package var isPlain: Bool {
        !scalars.contains("*") && !scalars.contains("?")
    }

    package func matches(_ name: String) -> Bool {
        let name = Array(name.unicodeScalars)
        var (at, inName) = (0, 0)
        // Where to go on when a later character does not fit: behind the last `*`, which then takes one more.
        var retry: (at: Int, inName: Int)?
        while inName < name.count {
            if at < scalars.count, scalars[at] == "*" {
                at += 1
                retry = (at, inName)
            } else if at < scalars.count, scalars[at] == "?" || scalars[at] == name[inName] {
                at += 1
                inName += 1
            } else if let last = retry {
                retry = (last.at, last.inName + 1)
                (at, inName) = (last.at, last.inName + 1)
            } else {
                return false
            }
        }
        return scalars[at...].allSatisfy { $0 == "*" }
    }
}

/// Which tables are streamed, by `schema.table`.
package struct TableFilter: Hashable, Sendable {
    /// No pattern means every table.
    package var included: [Glob]
    package var excluded: [Glob]

    package init(included: [Glob] = [], excluded: [Glob] = []) {
        self.included = included
        self.excluded = excluded
    }

    package func allows(schema: String, table: String) -> Bool {
        let name = schema + "." + table
        return (included.isEmpty || included.contains { $0.matches(name) })
            && !excluded.contains { $0.matches(name) }
    }
}
