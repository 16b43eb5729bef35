import Reader
import Replication
import Synchronization
import Testing

@Suite("Between the listening and the reading thread notifications keep their order and have a bound")
struct ChannelInboxTests {
    private func notification(_ channel: String, _ payload: String) -> ChannelEvent {
        ChannelEvent(
            channel: Array(channel.utf8), content: .notification(payload: Array(payload.utf8), pid: 1),
            receivedAt: Timestamp(microseconds: 0))
    }

    private func gap(_ channel: String) -> ChannelEvent {
        ChannelEvent(
            channel: Array(channel.utf8), content: .gap(count: nil), receivedAt: Timestamp(microseconds: 0))
    }

    /// Takes out everything, as short texts: the payload, or the channel and its gap.
    private func drain(_ inbox: ChannelInbox) -> [String] {
        var result: [String] = []
        while let event = inbox.take() {
            switch event.content {
            case .notification(let payload, _): result.append(String(decoding: payload, as: UTF8.self))
            case .gap(let count):
                result.append(
                    "\(String(decoding: event.channel, as: UTF8.self)):\(count.map { "\($0)" } ?? "?")")
            }
        }
        return result
    }

    @Test("they come out as they went in, and the reader is woken once for each time there is something")
    func order() {
        let wakes = Atomic(0)
        let inbox = ChannelInbox { wakes.add(1, ordering: .relaxed) }
        #expect(!inbox.hasEvents && inbox.take() == nil)
        inbox.add([])
        #expect(wakes.load(ordering: .relaxed) == 0)
        inbox.add((0..<3000).map { notification("a", "\($0)") })
        inbox.add([notification("b", "last")])
        #expect(inbox.hasEvents && inbox.remaining == 3001)
        #expect(wakes.load(ordering: .relaxed) == 1)
        #expect(drain(inbox) == (0..<3000).map { "\($0)" } + ["last"])
        #expect(!inbox.hasEvents && inbox.remaining == 0)
        inbox.add([notification("a", "x")])
        #expect(wakes.load(ordering: .relaxed) == 2)
    }

    @Test("past the bound they are counted until all is taken out, and nothing is kept out of order")
    func bound() {
        let inbox = ChannelInbox(limit: 1000) {}
        inbox.add([notification("a", String(repeating: "x", count: 1000))])
        #expect(!inbox.takesNow)
        inbox.add([notification("b", "1"), notification("a", "2"), notification("b", "3")])
        #expect(inbox.takesNow, "what is dropped anyway need not wait")
        #expect(inbox.take() != nil)
        // There is room again, but what comes now comes after what was lost.
        inbox.add([notification("b", "4")])
        #expect(drain(inbox) == ["b:3", "a:1"])
        inbox.add([notification("b", "5")])
        #expect(drain(inbox) == ["5"])
    }

    @Test("with an unknown number among them, the number is unknown")
    func unknownCounts() {
        let inbox = ChannelInbox(limit: 1) {}
        inbox.add([notification("x", "")])
        inbox.add([notification("a", "1"), gap("a"), notification("a", "2"), gap("b")])
        #expect(drain(inbox) == ["", "a:?", "b:?"])
    }

    @Test("closed, it takes nothing in and gives out what it has")
    func closed() {
        let inbox = ChannelInbox {}
        inbox.add([notification("a", "1")])
        inbox.close()
        inbox.add([notification("a", "2")])
        #expect(drain(inbox) == ["1"])
    }
}
