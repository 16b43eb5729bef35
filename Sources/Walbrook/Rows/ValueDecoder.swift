internal import FoundationEssentials

/// What decoding asks for in a row, and in the values in it.
struct ValueDecoder: Decoder {
    enum Subject {
        case row(Row)
        case value(JSONSlice)
        /// A column that the table has and the server did not send.
        case notSent
    }

    let subject: Subject
    let codingPath: [any CodingKey]
    let userInfo: [CodingUserInfoKey: Any] = [:]

    init(row: Row) {
        subject = .row(row)
        codingPath = []
    }

    private init(_ subject: Subject, _ path: [any CodingKey]) {
        self.subject = subject
        codingPath = path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try KeyedValues<Key>(self))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard let elements = try sent().elements else { throw mismatch("is no array") }
        return ValueSequence(self, elements)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleValue(decoder: self)
    }

    // MARK: Parts

    /// Also of a value that was not sent: only its type knows whether it can do without.
    func column(_ key: some CodingKey) throws -> ValueDecoder {
        guard let part = try part(key) else {
            throw DecodingError.keyNotFound(key, context("is not in the table"))
        }
        return part
    }

    func element(_ value: JSONSlice, _ key: some CodingKey) -> ValueDecoder {
        ValueDecoder(.value(value), codingPath + [key])
    }

    /// A column or field; nil if there is none of that name.
    func part(_ key: some CodingKey) throws -> ValueDecoder? {
        let name = key.stringValue
        let value: JSONSlice?
        switch subject {
        case .row(let row):
            value = row.value(of: name)
            if value == nil, row.table.columns.contains(where: { $0.name.isSameName(as: name) }) {
                return ValueDecoder(.notSent, codingPath + [key])
            }
        case .value, .notSent:
            value = try sent().members?.first { $0.name.isSameName(as: name) }?.value
        }
        return value.map { element($0, key) }
    }

    var partNames: [String] {
        switch subject {
        case .row(let row): row.table.columns.map(\.name)
        case .value(let value): value.members?.map(\.name) ?? []
        case .notSent: []
        }
    }

    // MARK: Values

    var isNull: Bool {
        get throws {
            if case .row = subject { return false }
            return try sent().kind == .null
        }
    }

    /// The JSON of a value.
    func sent() throws -> JSONSlice {
        switch subject {
        case .value(let value): return value
        case .row: throw mismatch("a row is decoded by its columns' names")
        case .notSent:
            throw DecodingError.valueNotFound(
                Never.self,
                context(
                    "was not sent: it did not change, or is not in the replica identity; "
                        + "MaybeUnchanged takes it, REPLICA IDENTITY FULL sends it"))
        }
    }

    /// A value of a type. Those that mean something to PostgreSQL are made from its text, all others by their own
    /// `init(from:)`.
    func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
        guard let special = type as? any PostgresDecodable.Type, !isContainer(for: type) else {
            return try Value(from: self)
        }
        let value = try sent()
        if value.kind == .null { throw DecodingError.valueNotFound(type, context("is NULL, not \(type)")) }
        do throws(ValueMismatch) {
            if let made = try special.init(postgres: value) as? Value { return made }
        } catch {
            throw mismatch(error.reason ?? "is no \(type)")
        }
        throw mismatch("is no \(type)")
    }

    /// Numbers can be bytes of a bytea, or elements of an array.
    private func isContainer<Value>(for type: Value.Type) -> Bool {
        guard case .value(let value) = subject, type == [UInt8].self else { return false }
        return value.kind == .array
    }

    func mismatch(_ reason: String) -> DecodingError {
        .dataCorrupted(context(reason))
    }

    func context(_ reason: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: codingPath, debugDescription: reason)
    }
}

/// The name of a column, or the index of an element.
struct ColumnKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(_ name: String) {
        stringValue = name
        intValue = nil
    }

    init?(stringValue: String) {
        self.init(stringValue)
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}
