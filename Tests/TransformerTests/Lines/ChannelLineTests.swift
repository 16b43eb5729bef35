import Replication
import Testing
import Transformer

@Suite("Notifications and gaps are lines of their own")
struct ChannelLineTests {
    private let position = Position(lsn: LSN(0x16_B374_D848), ordinal: 4)

    private func line(
        _ content: ChannelEvent.Content, channel: [UInt8] = Array("jobs".utf8),
        options: TransformerOptions = TransformerOptions()
    ) -> String {
        var transformer = Transformer(options: options)
        transformer.streamStarts(StreamSource(systemIdentifier: "7", timeline: 1, database: "shop", slot: ""))
        var buffer = OutputBuffer(capacity: 0)
        let event = ChannelEvent(
            channel: channel, content: content, receivedAt: Timestamp(microseconds: 123_456))
        let events = transformer.append(event, at: position, to: &buffer)
        #expect(events == (buffer.count == 0 ? 0 : 1))
        return buffer.text
    }

    private let head = #"{"pos":"00000016/B374D848-00000004","op":""#
    private let time = #"","ts":"2000-01-01T00:00:00.123456Z","#

    @Test(
        "a payload is embedded if it is a JSON object or array, else it is a string",
        arguments: [
            ("", #""payload":"""#), ("42", #""payload":"42""#), ("é \"x\"\n", #""payload":"é \"x\"\n""#),
            (#"{"id": 1}"#, #""payload":{"id": 1}"#), ("[1,2]", #""payload":[1,2]"#),
            ("{not json}", #""payload":"{not json}""#),
        ])
    func payloads(payload: String, json: String) {
        #expect(
            line(.notification(payload: Array(payload.utf8), pid: 4711)) == head + "notify" + time
                + #""channel":"jobs",\#(json),"pid":4711}"# + "\n")
    }

    @Test("bytes that are not UTF-8 are base64, and a name is repaired")
    func damagedText() {
        #expect(line(.notification(payload: [0xFF], pid: 1)).contains(#","payload_base64":"/w==","pid":1}"#))
        var options = TransformerOptions()
        options.repairsText = true
        #expect(
            line(.gap(count: 1), channel: [0x61, 0xFF], options: options).contains(
                "\"channel\":\"a\u{FFFD}\""))
    }

    @Test("a gap says how many are missing, if anybody knows")
    func gaps() {
        #expect(line(.gap(count: 12)) == head + "gap" + time + #""channel":"jobs","count":12}"# + "\n")
        #expect(line(.gap(count: nil)) == head + "gap" + time + #""channel":"jobs"}"# + "\n")
    }

    @Test("tables do not filter them, operations do")
    func filters() {
        var options = TransformerOptions(filter: TableFilter(included: [Glob("public.none")]))
        #expect(!line(.gap(count: 1), options: options).isEmpty)
        options.operations = [.insert, .notify]
        #expect(!line(.gap(count: 1), options: options).isEmpty)
        options.operations = [.insert, .message]
        #expect(line(.gap(count: 1), options: options).isEmpty)
    }

    @Test("CloudEvents have the position as id and the time of receipt")
    func cloudEvents() {
        var options = TransformerOptions()
        options.format = .cloudevents
        let native = line(.notification(payload: [0x31], pid: 2)).dropLast()
        let envelope =
            #"{"specversion":"1.0","id":"00000016/B374D848-00000004","source":"postgresql:7/shop","#
            + #""type":"walbrook.notify","time":"2000-01-01T00:00:00.123456Z","#
            + #""datacontenttype":"application/json","data":"#
        #expect(
            line(.notification(payload: [0x31], pid: 2), options: options) == envelope + native + "}\n")
        #expect(line(.gap(count: 3), options: options).contains(#""type":"walbrook.gap""#))
    }

    @Test("formats without a form for them say so")
    func otherFormats() {
        #expect(FormatName.allCases.filter(\.hasChannels) == [.json, .cloudevents])
    }
}
