// The containers of Codable. Only one of each kind's methods has a body of its own: the standard library's protocols
// ask for the types of the language one by one, and all of them are `PostgresDecodable`.

/// The columns of a row, the fields of a composite, the keys of a json object.
struct KeyedValues<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let decoder: ValueDecoder

    init(_ decoder: ValueDecoder) throws {
        if case .row = decoder.subject {
        } else if try decoder.sent().kind != .object {
            throw decoder.mismatch("has no fields")
        }
        self.decoder = decoder
    }

    var codingPath: [any CodingKey] { decoder.codingPath }

    var allKeys: [Key] { decoder.partNames.compactMap { Key(stringValue: $0) } }

    /// True of a column that was not sent: taking it for one that is not there would make NULL of it.
    func contains(_ key: Key) -> Bool {
        (try? decoder.part(key)) != nil
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        try decoder.column(key).isNull
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try decoder.column(key).value(type)
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let part = try decoder.part(key), try !part.isNull else { return nil }
        return try part.value(type)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder.column(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder.column(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { decoder }

    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder.column(key) }
}

/// The elements of an array.
struct ValueSequence: UnkeyedDecodingContainer {
    private let decoder: ValueDecoder
    private let elements: [JSONSlice]
    private(set) var currentIndex = 0

    init(_ decoder: ValueDecoder, _ elements: [JSONSlice]) {
        self.decoder = decoder
        self.elements = elements
    }

    var codingPath: [any CodingKey] { decoder.codingPath }
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    private func current() throws -> ValueDecoder {
        guard !isAtEnd else {
            throw DecodingError.valueNotFound(Never.self, decoder.context("has no more elements"))
        }
        return decoder.element(elements[currentIndex], ColumnKey(intValue: currentIndex))
    }

    mutating func decodeNil() throws -> Bool {
        guard try current().isNull else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let value = try current().value(type)
        currentIndex += 1
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try superDecoder().container(keyedBy: type)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try superDecoder().unkeyedContainer()
    }

    mutating func superDecoder() throws -> any Decoder {
        let element = try current()
        currentIndex += 1
        return element
    }
}

/// A value by itself.
struct SingleValue: SingleValueDecodingContainer {
    let decoder: ValueDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    func decodeNil() -> Bool {
        (try? decoder.isNull) == true
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try decoder.value(type)
    }
}
