/// A disk with a directory of files, as it is for sure and as it may be when the machine stops.
///
/// What was synchronized is there. Of the rest of a file, any beginning may be there, a part of the last write, its length
/// without its bytes, or rubbish; of the names, any beginning of their changes.
struct Disk {
    private enum Change {
        case write(offset: Int, bytes: [UInt8])
        case truncate(length: Int)
    }

    private struct File {
        var durable: [UInt8] = []
        var pending: [Change] = []
    }

    private enum NameChange {
        case create(String, UInt64)
        case rename(String, String)
    }

    private var files: [UInt64: File] = [:]
    private var names: [String: UInt64] = [:]
    private var pendingNames: [NameChange] = []
    /// The last event that was reported durable.
    private(set) var acknowledged: UInt64 = 0

    /// What a disk may hold: names, and the contents behind them.
    struct Image: Hashable {
        var names: [String: UInt64]
        var contents: [UInt64: [UInt8]]
    }

    mutating func apply(_ call: DiskCall) {
        switch call {
        case .create(let name, let inode):
            files[inode] = files[inode] ?? File()
            pendingNames.append(.create(name, inode))
        case .rename(let name, let other): pendingNames.append(.rename(name, other))
        case .syncDirectory:
            for change in pendingNames { Self.apply(change, to: &names) }
            pendingNames = []
        case .write(let inode, let offset, let bytes):
            files[inode, default: File()].pending.append(.write(offset: offset, bytes: bytes))
        case .truncate(let inode, let length):
            files[inode, default: File()].pending.append(.truncate(length: length))
        case .sync(let inode):
            guard let file = files[inode] else { return }
            files[inode] = File(durable: Self.applying(file.pending[...], to: file.durable))
        case .durable(let event): acknowledged = event
        }
    }

    // MARK: What may be left

    var images: Set<Image> {
        var namings: [[String: UInt64]] = [names]
        for change in pendingNames {
            var next = namings[namings.count - 1]
            Self.apply(change, to: &next)
            namings.append(next)
        }
        var images: Set<Image> = []
        for naming in namings {
            var partial = [Image(names: naming, contents: [:])]
            for inode in Set(naming.values).sorted() {
                guard let file = files[inode] else { continue }
                let variants = Self.remains(of: file)
                partial = partial.flatMap { image in
                    variants.map { contents in
                        var image = image
                        image.contents[inode] = contents
                        return image
                    }
                }
            }
            images.formUnion(partial)
        }
        return images
    }

    private static func remains(of file: File) -> Set<[UInt8]> {
        var remains: Set<[UInt8]> = []
        for count in 0...file.pending.count {
            let state = applying(file.pending[..<count], to: file.durable)
            remains.insert(state)
            guard count < file.pending.count, case .write(let offset, let bytes) = file.pending[count] else {
                continue
            }
            // Torn: its beginning, its end, its length alone, other bytes in its place.
            for cut in Set([1, bytes.count / 2, min(512, bytes.count), bytes.count - 1]) where cut > 0 {
                remains.insert(applying([.write(offset: offset, bytes: Array(bytes[..<cut]))], to: state))
                remains.insert(
                    applying([.write(offset: offset + cut, bytes: Array(bytes[cut...]))], to: state))
            }
            // What is written behind the end may leave more there than it was.
            let excess = offset >= state.count ? 5000 : 0
            for filler: UInt8 in [0, 0x0A, 0xA5] {
                let rubbish = [UInt8](repeating: filler, count: bytes.count + excess)
                remains.insert(applying([.write(offset: offset, bytes: rubbish)], to: state))
            }
        }
        // The last one without those before it.
        if file.pending.count > 1, let last = file.pending.last {
            remains.insert(applying([last], to: file.durable))
        }
        return remains
    }

    private static func applying(_ changes: ArraySlice<Change>, to contents: [UInt8]) -> [UInt8] {
        var contents = contents
        for change in changes {
            switch change {
            case .truncate(let length):
                contents.removeLast(max(0, contents.count - length))
                contents += [UInt8](repeating: 0, count: length - contents.count)
            case .write(let offset, let bytes):
                let end = offset + bytes.count
                if end > contents.count { contents += [UInt8](repeating: 0, count: end - contents.count) }
                contents.replaceSubrange(offset..<end, with: bytes)
            }
        }
        return contents
    }

    private static func apply(_ change: NameChange, to names: inout [String: UInt64]) {
        switch change {
        case .create(let name, let inode): names[name] = inode
        case .rename(let name, let other):
            names[other] = names[name]
            names[name] = nil
        }
    }
}
