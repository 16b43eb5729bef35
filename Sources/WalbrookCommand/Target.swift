internal import ArgumentParser
internal import Sinks
internal import Walbrook

/// A place events can go.
enum Target: Hashable, ExpressibleByArgument {
    case stdout
    case file(path: String)
    case subscribers(SubscriberAddress)

    init?(argument: String) {
        if argument == "stdout" {
            self = .stdout
        } else if argument.hasPrefix("file:"), argument.utf8.count > 5,
            argument.utf8.last != UInt8(ascii: "/")
        {
            self = .file(path: String(argument.dropFirst(5)))
        } else if let address = SubscriberAddress(uri: argument) {
            self = .subscribers(address)
        } else {
            return nil
        }
    }

    var defaultValueDescription: String {
        switch self {
        case .stdout: "stdout"
        case .file(let path): "file:\(path)"
        case .subscribers(let address): "\(address)"
        }
    }

    var isFile: Bool { path != nil }

    /// Of a file.
    var path: String? {
        if case .file(let path) = self { path } else { nil }
    }

    var subscriberAddress: SubscriberAddress? {
        if case .subscribers(let address) = self { address } else { nil }
    }
}

/// A number of bytes, such as `512k` or `1G`.
struct ByteSize: ExpressibleByArgument {
    let bytes: Int

    init?(argument: String) {
        let units: [Character: Int] = ["k": 1 << 10, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40]
        let unit = argument.last.flatMap { units[$0] }
        guard let number = Int(unit == nil ? argument : String(argument.dropLast())), number > 0 else {
            return nil
        }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: unit ?? 1)
        guard !overflows else { return nil }
        self.bytes = bytes
    }
}

/// A time, such as `30s`, `5m`, `12h` or `7d`; seconds without a unit.
struct TimeSpan: ExpressibleByArgument {
    let duration: Duration

    init?(argument: String) {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86400]
        let unit = argument.last.flatMap { units[$0] }
        guard let number = Double(unit == nil ? argument : String(argument.dropLast())), number > 0,
            number * (unit ?? 1) < 1e9
        else { return nil }
        duration = .seconds(number * (unit ?? 1))
    }
}
