internal import Dispatch
package import Replication
internal import Synchronization

/// Writes to standard output, or to any open descriptor. A batch is durable when write(2) has taken all of it.
///
/// Writing may block for as long as the reader likes, so it happens on a thread of its own. While there is nothing to
/// write, that thread watches whether the reader is still there, so that `| head` ends the program at once.
///
/// A small batch for a pipe that has room is written at once instead: to wake a thread for it, and to be woken by that,
/// takes longer than all the rest that is done for one event.
package final class StandardOutputSink: Sink {
    package let name: String

    private struct Work {
        /// Until all of it is written.
        var batch: Batch?
        var isFinishing = false
        /// Until the sink has ended.
        var report: SinkReport?
    }

    private let output: Descriptor
    /// The same, which never blocks; nil where it is no pipe.
    private let pipe: Descriptor?
    private let bell: (read: Descriptor, write: Descriptor)
    private let work = Mutex(Work())

    /// - Throws: `SinkError` when the process is out of descriptors.
    package init(descriptor: Int32 = 1, name: String = "stdout") throws(SinkError) {
        self.name = name
        output = Descriptor(number: descriptor)
        do {
            bell = try Descriptor.pipe()
        } catch {
            throw SinkError(sink: name, reason: "cannot make a pipe: \(error.description)")
        }
        pipe = output.pipeOpenedAgain()
    }

    deinit {
        pipe?.closeDescriptor()
        bell.read.closeDescriptor()
        bell.write.closeDescriptor()
    }

    package func start(reportingTo report: SinkReport) {
        work.withLock { $0.report = report }
        DispatchQueue(label: "walbrook.\(name)").async { self.run(report) }
    }

    package func write(_ batch: Batch) {
        let report = work.withLock {
            precondition($0.batch == nil, "\(name) was given a batch before it accepted the last one")
            return $0.report
        }
        // The thread has nothing to do, or this batch would not be here.
        if let pipe, let report, batch.bytes.count <= Descriptor.wholeInPipe, pipe.writeWhole(batch.bytes) {
            return report.durableAtOnce(through: batch.sequence)
        }
        work.withLock { $0.batch = batch }
        ring()
    }

    package func finish() {
        work.withLock { $0.isFinishing = true }
        ring()
    }

    private func ring() {
        // A full pipe is a bell that rings already.
        bell.write.writeSignal()
    }

    private func run(_ report: SinkReport) {
        while true {
            let (batch, isFinishing) = work.withLock { ($0.batch, $0.isFinishing) }
            if let batch {
                do {
                    try output.writeAll(batch.bytes)
                } catch {
                    return end(ending(error), report)
                }
                work.withLock { $0.batch = nil }
                report.durable(through: batch.sequence)
            } else if isFinishing {
                return end(.finished, report)
            } else if let ending = waitForWork() {
                return end(ending, report)
            }
        }
    }

    /// Nothing is written any more, not even at once.
    private func end(_ ending: SinkEnding, _ report: SinkReport) {
        work.withLock { $0.report = nil }
        report.ended(ending)
    }

    /// Returns why there can be no more work.
    private func waitForWork() -> SinkEnding? {
        let events = Descriptor.wait(for: [(bell.read, Descriptor.readable), (output, 0)])
        if events[0] != 0 {
            bell.read.discardInput()
            return nil
        }
        if events[1] & Descriptor.notOpen != 0 { return ending(Descriptor.closed) }
        return events[1] & Descriptor.hungUp != 0 ? .readerGone : nil
    }

    private func ending(_ failure: Descriptor.Failure) -> SinkEnding {
        failure.isReaderGone
            ? .readerGone : .failed(SinkError(sink: name, reason: "cannot write: \(failure.description)"))
    }
}
