import Replication

/// What Debezium writes for a TOASTed value that did not change and so was not sent: a text where the type has one, and
/// something that holds it where not.
///
/// Debezium documentation, "Debezium connector for PostgreSQL", section "Toasted values".
extension OutputBuffer {
    mutating func appendUnavailable(_ encoding: ValueEncoding, _ types: TypeView) {
        switch encoding {
        case .scalar(let scalar):
            appendUnavailable(scalar)
        case .array(let element, _):
            appendUnavailable(arrayOf: types.encodings[element])
        case .mask(.null):
            append("null")
        case .mask(.redact):
            // It is no null: that is never stored out of line.
            append("\"***\"")
        case .mask(.sha256), .composite, .range, .multirange:
            append(Self.placeholder)
        }
    }

    private mutating func appendUnavailable(_ scalar: ScalarEncoding) {
        switch scalar {
        case .bytea:
            append(Self.placeholderInBase64)
        case .debezium(.hstore):
            append(
                #""{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}""#)
        case .debezium(.null):
            append("null")
        default:
            append(Self.placeholder)
        }
    }

    private mutating func appendUnavailable(arrayOf element: ValueEncoding) {
        append("[")
        switch element {
        case .scalar(.number), .scalar(.debezium(.date)):
            // The bytes of the text.
            append("95,95,100,101,98,101,122,105,117,109,95,117,110,97,118,97,105,108,97,98,108,101,95,")
            append("118,97,108,117,101")
        case .scalar(.debezium(.uuid)):
            // Version 3, made of the text.
            append("\"b68a35a7-17ad-35b3-af2a-ae46edb4545a\"")
        case .scalar(.bytea):
            append(Self.placeholderInBase64)
        default:
            append(Self.placeholder)
        }
        append("]")
    }

    private static var placeholder: StaticString { "\"__debezium_unavailable_value\"" }
    private static var placeholderInBase64: StaticString { "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"" }
}
