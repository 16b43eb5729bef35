import Replication

/// A JSON document that is made once and read by people: keys keep their order.
indirect enum JSONDocument: Sendable {
    case object([(name: String, value: JSONDocument)])
    case array([JSONDocument])
    case string(String)
    case integer(Int64)
    case boolean(Bool)
    case null
}

extension JSONDocument: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .string(value) }

    init(booleanLiteral value: Bool) { self = .boolean(value) }

    init(integerLiteral value: Int64) { self = .integer(value) }

    init(arrayLiteral elements: JSONDocument...) { self = .array(elements) }

    init(dictionaryLiteral elements: (String, JSONDocument)...) { self = .object(elements) }
}

extension JSONDocument {
    /// A list of strings.
    static func strings(_ list: [String]) -> JSONDocument {
        .array(list.map { .string($0) })
    }

    /// The value of a key of an object.
    subscript(_ name: String) -> JSONDocument? {
        guard case .object(let pairs) = self else { return nil }
        return pairs.first { $0.name == name }?.value
    }

    /// The object with these pairs behind its own.
    func adding(_ pairs: [(name: String, value: JSONDocument)]) -> JSONDocument {
        guard case .object(let own) = self else { return self }
        return .object(own + pairs)
    }
}

extension OutputBuffer {
    /// A line longer than this is broken at the outermost brackets.
    private static let lineLength = 100

    /// Appends a document, indented so that a person can read it.
    ///
    /// - Parameters:
    ///   - indentation: of the line that the document begins in.
    mutating func append(_ document: JSONDocument, indentation: Int = 0) {
        let start = count
        appendLine(document)
        if lineCount(from: start) + indentation <= Self.lineLength { return }
        switch document {
        case .object(let pairs):
            truncate(to: start)
            appendItems(pairs, "{", "}", indentation) { pair, buffer in
                buffer.appendJSONString(pair.name)
                buffer.append(": ")
                buffer.append(pair.value, indentation: indentation + 2)
            }
        case .array(let elements):
            truncate(to: start)
            appendItems(elements, "[", "]", indentation) { element, buffer in
                buffer.append(element, indentation: indentation + 2)
            }
        case .string, .integer, .boolean, .null:
            return
        }
    }

    private mutating func appendItems<Item>(
        _ items: [Item], _ open: StaticString, _ close: StaticString, _ indentation: Int,
        _ body: (Item, inout OutputBuffer) -> Void
    ) {
        append(open)
        for (index, item) in items.enumerated() {
            append(index == 0 ? "\n" : ",\n")
            appendBlanks(indentation + 2)
            body(item, &self)
        }
        append("\n")
        appendBlanks(indentation)
        append(close)
    }

    private mutating func appendBlanks(_ blanks: Int) {
        for _ in 0..<blanks { append(UInt8(ascii: " ")) }
    }

    /// Characters, not bytes, behind the first `start` bytes.
    private func lineCount(from start: Int) -> Int {
        (start..<count).count { span[$0] & 0xC0 != 0x80 }
    }

    private mutating func appendLine(_ document: JSONDocument) {
        switch document {
        case .object(let pairs):
            append("{")
            for (index, pair) in pairs.enumerated() {
                if index > 0 { append(", ") }
                appendJSONString(pair.name)
                append(": ")
                appendLine(pair.value)
            }
            append("}")
        case .array(let elements):
            append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { append(", ") }
                appendLine(element)
            }
            append("]")
        case .string(let text):
            appendJSONString(text)
        case .integer(let value):
            if value < 0 { append("-") }
            appendDecimal(value.magnitude)
        case .boolean(let value):
            append(value ? "true" : "false")
        case .null:
            append("null")
        }
    }
}
