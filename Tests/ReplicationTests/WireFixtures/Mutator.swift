/// Damages messages as a broken server, network or memory might, and in ways that a length or count would not survive.
struct Mutator: Sendable {
    private var random: SplitMix64
    private let samples: [[UInt8]]

    init(seed: UInt64, samples: [[UInt8]] = SampleMessage.all.map(\.bytes)) {
        random = SplitMix64(seed: seed)
        self.samples = samples
    }

    /// Puts a sample with one to four damages into `bytes`.
    mutating func next(into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: samples[random.below(samples.count)])
        for _ in 0...random.below(4) { mutate(&bytes) }
    }

    private mutating func mutate(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return bytes.append(UInt8(random.below(256))) }
        let place = random.below(bytes.count)
        switch random.below(7) {
        case 0: bytes[place] ^= 1 << UInt8(random.below(8))
        case 1: bytes[place] = UInt8(random.below(256))
        case 2: bytes.insert(UInt8(random.below(256)), at: place)
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(4)))
        case 4: replaceLength(&bytes, at: place)
        case 5: bytes.removeSubrange(place...)
        default: splice(&bytes, at: place)
        }
    }

    /// Overwrites two or four bytes, which may be a length or a count, by a number at the edge of something.
    private mutating func replaceLength(_ bytes: inout [UInt8], at place: Int) {
        let edges: [UInt32] = [
            0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFE, .max,
            UInt32(bytes.count), UInt32(bytes.count - place),
        ]
        let value = edges[random.below(edges.count)]
        let width = random.below(2) == 0 ? 2 : 4
        for index in place..<min(bytes.count, place + width) {
            let shift = UInt32(8 * (width - 1 - (index - place)))
            bytes[index] = UInt8(truncatingIfNeeded: value >> shift)
        }
    }

    /// Goes on with the rest of another message.
    private mutating func splice(_ bytes: inout [UInt8], at place: Int) {
        let other = samples[random.below(samples.count)]
        bytes.removeSubrange(place...)
        bytes.append(contentsOf: other[random.below(other.count)...])
    }
}
