import Glibc
import Replication
import Transformer

/// What libFuzzer calls with each input; see `scripts/fuzz`. A crash of this process is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // SAFETY: libFuzzer passes `count` readable bytes, which live through the call; they are copied at once.
    let input = unsafe Array(UnsafeBufferPointer(start: start, count: count))
    var run = FuzzRun(input)
    run.play()
    return 0
}

/// Called once before the first input: writes the seeds to the directory that the environment names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(_ count: UnsafePointer<Int32>?, _ arguments: UnsafeRawPointer?) -> Int32 {
    // SAFETY: getenv returns nil or a C string that lives until the environment changes, which nobody does.
    guard let directory = unsafe getenv("WALBROOK_FUZZ_SEEDS").map({ unsafe String(cString: $0) }) else {
        return 0
    }
    for (index, seed) in FuzzSeeds.all.enumerated() {
        let file = unsafe open("\(directory)/seed-\(index)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // SAFETY: as many bytes are read as the array has.
        let written = unsafe seed.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
        guard written == seed.count else { fatalError("cannot write seeds to \(directory)") }
        close(file)
    }
    return 0
}
