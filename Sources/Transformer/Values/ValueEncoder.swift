import Replication

/// Writes values that are made of others: arrays, rows, ranges and sets of ranges, nested as deeply as their types.
///
/// PostgreSQL manual, "Array Input and Output Syntax", "Composite Type Input and Output Syntax" and "Range Input/Output".
struct ValueEncoder: ~Copyable {
    private let masking: Masking
    private let innerArraysAreNull: Bool

    /// - Parameters:
    ///   - maskKey: for masks that are keyed.
    ///   - innerArraysAreNull: whether nulls stand for the arrays in an array of more than one dimension.
    init(maskKey: [UInt8]? = nil, innerArraysAreNull: Bool = false) {
        masking = Masking(key: maskKey)
        self.innerArraysAreNull = innerArraysAreNull
    }

    /// Appends a column's value as JSON; one that did not come counts as null. Text that is not of its type's form
    /// becomes a JSON string: a line is always JSON.
    @inline(__always)
    func append(
        _ value: TupleColumn, _ column: ColumnPlan, of row: borrowing RowView, to buffer: inout OutputBuffer
    ) {
        if value.isNull || value.isUnchanged { return buffer.append("null") }
        if case .scalar(let scalar) = column.encoding {
            scalar.append(row.bytes, value.range, to: &buffer)
        } else {
            append(row.bytes, value.range, column.encoding, row.table.types, &buffer)
        }
    }

    private func append(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, _ encoding: ValueEncoding,
        _ types: TypeView, _ buffer: inout OutputBuffer
    ) {
        let start = buffer.count
        var scanner = ItemScanner(range)
        let isWhole: Bool
        switch encoding {
        case .scalar(let scalar):
            return scalar.append(source, range, to: &buffer)
        case .mask(let mask):
            return masking.append(mask, source, range, to: &buffer)
        case .array(let element, let delimiter):
            // Other lower bounds than 1 stand in front (`[0:1]={1,2}`) and are dropped.
            let hasBounds = scanner.peek(source) == UInt8(ascii: "[")
            isWhole =
                (!hasBounds || scanner.skip(past: UInt8(ascii: "="), source))
                && appendArray(source, &scanner, types.encodings[element], delimiter, types, &buffer)
        case .composite(let fields):
            isWhole = appendComposite(source, &scanner, fields, types, &buffer)
        case .range(let subtype):
            isWhole = appendRange(source, &scanner, types.encodings[subtype], types, &buffer)
        case .multirange(let member):
            guard case .range(let subtype) = types.encodings[member] else {
                return buffer.appendJSONString(source, range)
            }
            isWhole = appendMultirange(source, &scanner, types.encodings[subtype], types, &buffer)
        }
        guard isWhole, scanner.isAtEnd else {
            buffer.truncate(to: start)
            return buffer.appendJSONString(source, range)
        }
    }

    /// Appends an item that was read from `source`.
    private func append(
        _ item: ItemScanner.Item, _ source: borrowing Span<UInt8>, _ unescaped: borrowing OutputBuffer,
        _ encoding: ValueEncoding, _ types: TypeView, _ buffer: inout OutputBuffer
    ) {
        switch item {
        case .plain(let range, _): append(source, range, encoding, types, &buffer)
        case .unescaped: append(unescaped.span, 0..<unescaped.count, encoding, types, &buffer)
        }
    }

    // MARK: The forms

    /// `{1,"a b",NULL,{…}}`.
    private func appendArray(
        _ source: borrowing Span<UInt8>, _ scanner: inout ItemScanner, _ element: ValueEncoding,
        _ delimiter: UInt8,
        _ types: TypeView, _ buffer: inout OutputBuffer
    ) -> Bool {
        guard scanner.take("{", source) else { return false }
        var unescaped = OutputBuffer()
        var depth = 1
        buffer.append("[")
        // An empty array ends at once.
        var expectsValue = scanner.peek(source) != UInt8(ascii: "}")
        while depth > 0 {
            if expectsValue {
                if innerArraysAreNull, scanner.peek(source) == UInt8(ascii: "{") {
                    guard scanner.skipBraces(source) else { return false }
                    buffer.append("null")
                    expectsValue = false
                    continue
                }
                if scanner.take("{", source) {
                    depth += 1
                    buffer.append("[")
                    expectsValue = scanner.peek(source) != UInt8(ascii: "}")
                    continue
                }
                guard
                    let item = scanner.item(
                        source, until: delimiter, or: UInt8(ascii: "}"), unescapedInto: &unescaped)
                else { return false }
                if case .plain(let range, isQuoted: false) = item {
                    guard !range.isEmpty else { return false }
                    if source.isNull(range) {
                        buffer.append("null")
                    } else {
                        append(item, source, unescaped, element, types, &buffer)
                    }
                } else {
                    append(item, source, unescaped, element, types, &buffer)
                }
                expectsValue = false
            } else if scanner.take(delimiter, source) {
                buffer.append(",")
                expectsValue = true
            } else {
                guard scanner.take("}", source) else { return false }
                depth -= 1
                buffer.append("]")
            }
        }
        return true
    }

    /// `(1,"a b",)`: what is empty and not quoted is null.
    private func appendComposite(
        _ source: borrowing Span<UInt8>, _ scanner: inout ItemScanner, _ fields: Range<Int>,
        _ types: TypeView, _ buffer: inout OutputBuffer
    ) -> Bool {
        guard scanner.take("(", source) else { return false }
        var unescaped = OutputBuffer()
        buffer.append("{")
        for index in fields {
            if index > fields.lowerBound {
                guard scanner.take(",", source) else { return false }
                buffer.append(",")
            }
            let field = types.fields[index]
            buffer.append(types.labels, field.label)
            guard let item = scanner.item(source, until: ",", or: ")", unescapedInto: &unescaped) else {
                return false
            }
            appendOrNull(item, source, unescaped, types.encodings[field.encoding], types, &buffer)
        }
        buffer.append("}")
        return scanner.take(")", source)
    }

    /// `[1,5)`, `(,5]`, `empty`.
    private func appendRange(
        _ source: borrowing Span<UInt8>, _ scanner: inout ItemScanner, _ subtype: ValueEncoding,
        _ types: TypeView, _ buffer: inout OutputBuffer
    ) -> Bool {
        if scanner.peek(source) == UInt8(ascii: "e") {
            buffer.append("{\"empty\":true}")
            return "empty".unicodeScalars.allSatisfy { scanner.take($0, source) }
        }
        let isLowerIncluded = scanner.take("[", source)
        guard isLowerIncluded || scanner.take("(", source) else { return false }
        var unescaped = OutputBuffer()
        buffer.append("{\"lower\":")
        guard let lower = scanner.item(source, until: ",", or: ",", unescapedInto: &unescaped) else {
            return false
        }
        appendOrNull(lower, source, unescaped, subtype, types, &buffer)
        guard scanner.take(",", source) else { return false }
        buffer.append(",\"upper\":")
        guard let upper = scanner.item(source, until: "]", or: ")", unescapedInto: &unescaped) else {
            return false
        }
        appendOrNull(upper, source, unescaped, subtype, types, &buffer)
        let isUpperIncluded = scanner.take("]", source)
        guard isUpperIncluded || scanner.take(")", source) else { return false }
        buffer.append(",\"bounds\":\"")
        buffer.append(UInt8(ascii: isLowerIncluded ? "[" : "("))
        buffer.append(UInt8(ascii: isUpperIncluded ? "]" : ")"))
        buffer.append("\"}")
        return true
    }

    /// `{[1,5),[7,9)}`.
    private func appendMultirange(
        _ source: borrowing Span<UInt8>, _ scanner: inout ItemScanner, _ subtype: ValueEncoding,
        _ types: TypeView, _ buffer: inout OutputBuffer
    ) -> Bool {
        guard scanner.take("{", source) else { return false }
        buffer.append("[")
        if scanner.peek(source) != UInt8(ascii: "}") {
            repeat {
                guard appendRange(source, &scanner, subtype, types, &buffer) else { return false }
                guard scanner.peek(source) == UInt8(ascii: ",") else { break }
                buffer.append(",")
            } while scanner.take(",", source)
        }
        buffer.append("]")
        return scanner.take("}", source)
    }

    private func appendOrNull(
        _ item: ItemScanner.Item, _ source: borrowing Span<UInt8>, _ unescaped: borrowing OutputBuffer,
        _ encoding: ValueEncoding, _ types: TypeView, _ buffer: inout OutputBuffer
    ) {
        if case .plain(let range, isQuoted: false) = item, range.isEmpty { return buffer.append("null") }
        append(item, source, unescaped, encoding, types, &buffer)
    }
}

extension Span<UInt8> {
    /// Whether the text is a bare NULL, in any case.
    fileprivate func isNull(_ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        return range.count == 4 && self[start] | 0x20 == UInt8(ascii: "n")
            && self[start + 1] | 0x20 == UInt8(ascii: "u") && self[start + 2] | 0x20 == UInt8(ascii: "l")
            && self[start + 3] | 0x20 == UInt8(ascii: "l")
    }
}
