import Replication

/// Values that Debezium writes in forms of its own; all others have the native format's.
///
/// Debezium documentation, "Debezium connector for PostgreSQL", section "Data type mappings".
enum DebeziumScalar: Hashable, Sendable {
    /// Digits as Java prints them.
    case float4
    case float8
    /// Without a scale of its own: an object of scale and unscaled value.
    case numeric
    /// The unscaled value as a number in base64.
    case decimal(scale: Int16)
    case money
    /// A bit string of one bit: a boolean.
    case bit
    /// A longer one: bytes in base64, the lowest first.
    case bits
    /// Days since 1970.
    case date
    case time(Ticks)
    case timetz
    /// Ticks since 1970.
    case timestamp(Ticks)
    /// A string with so many digits of a second's fraction.
    case timestamptz(digits: UInt8)
    /// Microseconds, a month being 30.4375 days.
    case interval
    case uuid
    /// A string that holds a JSON object.
    case hstore
    case point
    /// PostGIS.
    case geometry
    /// pgvector.
    case vector
    case sparseVector
    /// int2vector and oidvector: an array.
    case numbers
    /// Whatever it was: null, or an array without elements.
    case null
    case emptyArray

    /// What times are counted in.
    enum Ticks: Hashable, Sendable {
        case milliseconds
        case microseconds
    }

    /// Appends a value as JSON. Text that is not of its type's form becomes a JSON string.
    @inline(never)
    func append(_ source: borrowing Span<UInt8>, _ range: Range<Int>, to buffer: inout OutputBuffer) {
        let start = buffer.count
        guard appendForm(source, range, to: &buffer) else {
            buffer.truncate(to: start)
            return buffer.appendJSONString(source, range)
        }
    }

    /// Returns whether the text had the form of its type.
    private func appendForm(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, to buffer: inout OutputBuffer
    ) -> Bool {
        switch self {
        case .float4: return buffer.appendJavaNumber(source, range, .single)
        case .float8: return buffer.appendJavaNumber(source, range, .double)
        case .numeric: return buffer.appendScaledDecimal(source, range)
        case .decimal(let scale): return buffer.appendUnscaledDecimal(source, range, scale: Int(scale))
        case .money: return buffer.appendMoney(source, range)
        case .bit: return buffer.appendBit(source, range)
        case .bits: return buffer.appendBits(source, range)
        case .date: return buffer.appendDays(source, range)
        case .time(let ticks): return buffer.appendTime(source, range, ticks)
        case .timetz: return buffer.appendTimeInUTC(source, range)
        case .timestamp(let ticks): return buffer.appendEpoch(source, range, ticks)
        case .timestamptz(let digits): return buffer.appendISOTimestamp(source, range, digits: Int(digits))
        case .interval: return buffer.appendMicroseconds(interval: source, range)
        case .uuid: return false
        case .hstore: buffer.appendHstoreText(source, range)
        case .point: return buffer.appendPoint(source, range)
        case .geometry: return buffer.appendGeometry(source, range)
        case .vector: return buffer.appendDoubles(source, range)
        case .sparseVector: return buffer.appendSparseVector(source, range)
        case .numbers: return buffer.appendNumbers(source, range)
        case .null: buffer.append("null")
        case .emptyArray: buffer.append("[]")
        }
        return true
    }
}
