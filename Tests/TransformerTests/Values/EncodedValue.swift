import Foundation
import Replication
import Transformer

/// A type as the server names it on the wire.
struct PostgresType: Sendable, CustomStringConvertible {
    let description: String
    let oid: UInt32
    /// For a type that is not built in, what its Type message names: itself, or the base type of a domain.
    var named: (schema: String, name: String)?

    init(_ name: String, _ oid: UInt32, named: (schema: String, name: String)? = nil) {
        description = name
        self.oid = oid
        self.named = named
    }
}

/// What `text`, as PostgreSQL prints a value of `type`, becomes in a line.
func encoded(_ text: String, as type: PostgresType, options: TransformerOptions = .init()) throws -> String {
    try encoded(Array(text.utf8), as: type, options: options)
}

func encoded(_ text: [UInt8], as type: PostgresType, options: TransformerOptions = .init()) throws -> String {
    var stream = EventStream(options: options)
    try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
    if let named = type.named {
        try stream.receive(MessageBuilder.type(type.oid, schema: named.schema, named.name))
    }
    try stream.receive(MessageBuilder.relation(.table([.plain("v", type.oid)])))
    try stream.receive(MessageBuilder.insert(1, [.text(text)]))
    let line = stream.buffer.text
    // The column comes last but for its list of JSON nulls.
    let label = "\"after\":{\"v\":"
    guard let start = line.range(of: label)?.upperBound else { return line }
    let value = String(line[start...])
    for end in ["},\"json_null\":[\"v\"]}\n", "}}\n"] where value.hasSuffix(end) {
        return String(value.dropLast(end.count))
    }
    return line
}
