import Replication
import Testing
import Transformer

@Suite("The recording of a real server becomes these lines")
struct RecordedLineTests {
    private func lines(
        _ recording: [RecordedMessage], options: TransformerOptions = TransformerOptions()
    ) throws -> String {
        var stream = EventStream(options: options)
        for message in recording { try stream.receive(copyData: message.copyData) }
        return stream.buffer.text
    }

    @Test func changes() throws {
        let lines = try lines(
            RecordedMessage.changes, options: TransformerOptions(includesTransactions: true))
        #expect(
            lines == #"""
                {"pos":"00000000/01974390-00000001","op":"begin","xid":757,\#
                "ts":"2026-11-23T20:56:39.374018Z"}
                {"pos":"00000000/01974390-00000002","op":"insert","xid":757,\#
                "ts":"2026-11-23T20:56:39.374018Z","schema":"public","table":"person",\#
                "key":{"id":2},"after":{"id":2,"name":null,"score":null,"mood":null,"doc":null,\#
                "note":"short"},"json_null":["doc"]}
                {"pos":"00000000/01974390-00000003","op":"update","xid":757,\#
                "ts":"2026-11-23T20:56:39.374018Z","schema":"public","table":"person",\#
                "key":{"id":1},"after":{"id":1,"name":"Ada L.","score":7,"mood":"ok",\#
                "doc":{"a": [1, null]}},"unchanged":["note"]}
                {"pos":"00000000/01974390-00000004","op":"update","xid":757,\#
                "ts":"2026-11-23T20:56:39.374018Z","schema":"public","table":"person",\#
                "key":{"id":3},"before":{"id":2},"after":{"id":3,"name":null,"score":null,\#
                "mood":null,"doc":null,"note":"short"},"json_null":["doc"]}
                {"pos":"00000000/01974390-00000005","op":"delete","xid":757,\#
                "ts":"2026-11-23T20:56:39.374018Z","schema":"public","table":"person",\#
                "key":{"id":3},"before":{"id":3}}
                {"pos":"00000000/01974390-00000006","op":"commit","xid":757,\#
                "ts":"2026-11-23T20:56:39.374018Z","changes":4}
                {"pos":"00000000/019744A8-00000001","op":"begin","xid":758,\#
                "ts":"2026-11-23T20:56:39.374891Z"}
                {"pos":"00000000/019744A8-00000002","op":"insert","xid":758,\#
                "ts":"2026-11-23T20:56:39.374891Z","schema":"public","table":"whole","after":{"a":1,\#
                "b":"line\nbreak"}}
                {"pos":"00000000/019744A8-00000003","op":"update","xid":758,\#
                "ts":"2026-11-23T20:56:39.374891Z","schema":"public","table":"whole",\#
                "before":{"a":1,"b":"line\nbreak"},"after":{"a":1,"b":null}}
                {"pos":"00000000/019744A8-00000004","op":"delete","xid":758,\#
                "ts":"2026-11-23T20:56:39.374891Z","schema":"public","table":"whole",\#
                "before":{"a":1,"b":null}}
                {"pos":"00000000/019744A8-00000005","op":"commit","xid":758,\#
                "ts":"2026-11-23T20:56:39.374891Z","changes":3}
                {"pos":"00000000/019746B8-00000001","op":"begin","xid":759,\#
                "ts":"2026-11-23T20:56:39.375621Z"}
                {"pos":"00000000/019746B8-00000002","op":"insert","xid":759,\#
                "ts":"2026-11-23T20:56:39.375621Z","schema":"Schéma","table":"we\"ird.📦",\#
                "key":{"Clé":"k"},"after":{"Clé":"k","x y":["a","NULL",null,"q\"uote"]}}
                {"pos":"00000000/019746B8-00000003","op":"update","xid":759,\#
                "ts":"2026-11-23T20:56:39.375621Z","schema":"Schéma","table":"we\"ird.📦",\#
                "key":{"Clé":"l"},"before":{"Clé":"k"},"after":{"Clé":"l","x y":["a","NULL",null,\#
                "q\"uote"]}}
                {"pos":"00000000/019746B8-00000004","op":"commit","xid":759,\#
                "ts":"2026-11-23T20:56:39.375621Z","changes":2}
                {"pos":"00000000/01974728-00000000","op":"message","prefix":"note",\#
                "transactional":false,"content":{"b":1}}
                {"pos":"00000000/01974768-00000001","op":"begin","xid":760,\#
                "ts":"2026-11-23T20:56:39.376082Z"}
                {"pos":"00000000/01974768-00000002","op":"message","xid":760,\#
                "ts":"2026-11-23T20:56:39.376082Z","prefix":"note","transactional":true,\#
                "content_base64":"AP8="}
                {"pos":"00000000/01974768-00000003","op":"commit","xid":760,\#
                "ts":"2026-11-23T20:56:39.376082Z","changes":1}
                {"pos":"00000000/019747E0-00000001","op":"begin","xid":761,\#
                "ts":"2026-01-02T03:04:05.000000Z"}
                {"pos":"00000000/019747E0-00000002","op":"insert","xid":761,\#
                "ts":"2026-01-02T03:04:05.000000Z","schema":"public","table":"whole","after":{"a":9,\#
                "b":"origin"},"origin":"upstream"}
                {"pos":"00000000/019747E0-00000003","op":"commit","xid":761,\#
                "ts":"2026-01-02T03:04:05.000000Z","changes":1}
                {"pos":"00000000/01975950-00000001","op":"begin","xid":762,\#
                "ts":"2026-11-23T20:56:39.379446Z"}
                {"pos":"00000000/01975950-00000002","op":"truncate","xid":762,\#
                "ts":"2026-11-23T20:56:39.379446Z","schema":"public","table":"person",\#
                "cascade":true,"restart_identity":true}
                {"pos":"00000000/01975950-00000003","op":"truncate","xid":762,\#
                "ts":"2026-11-23T20:56:39.379446Z","schema":"public","table":"leaf","cascade":true,\#
                "restart_identity":true}
                {"pos":"00000000/01975950-00000004","op":"commit","xid":762,\#
                "ts":"2026-11-23T20:56:39.379446Z","changes":2}

                """#)
    }

    @Test("cut anywhere and sent again, the lines are the same")
    func resent() throws {
        let recording = RecordedMessage.changes
        let whole = try lines(recording)
        for cut in recording.indices {
            var stream = EventStream()
            for message in recording.prefix(cut) { try stream.receive(copyData: message.copyData) }
            stream.connectionLost()
            for message in recording { try stream.receive(copyData: message.copyData) }
            let resent = stream.buffer.text
            #expect(resent == whole)
        }
    }

    /// The table's last columns, a range and a point, are left out.
    @Test func everyType() throws {
        let line = try lines(RecordedMessage.everyType)
        #expect(
            line.hasPrefix(
                #"""
                {"pos":"00000000/0197F8A8-00000002","op":"insert","xid":765,\#
                "ts":"2026-11-23T20:56:39.454902Z","schema":"public","table":"every_type",\#
                "key":{"yes":true},"after":{"yes":true,"i2":-32768,"i4":2147483647,\#
                "i8":9223372036854775807,"oid":4294967295,"f4":0.1,"f8":1e-320,"NaN":"NaN",\#
                "digits":"12345678901234567890.0123456789","t":"tab\tquote\"back\\slash\u0001é😀",\#
                "v":"var","c":"ab  ","n":"nm","u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",\#
                "ip":"10.0.0.1/8","m":"$12.34","b":"101","ts":"'cat':2 'the':1","x":"<a b=\"c\"/>",\#
                "js":{"a":  1,   "\u0000": "\ud800", "a": 1e400},\#
                "jsb":{"a": 1, "big": 123456789012345678901234567890},"raw":"3q2+7wA=",\#
                "d":"2026-11-23","tm":"24:00:00","tmz":"13:30:00.123456+05:30:15",\#
                "stamp":"2026-11-23T13:30:00.5","zoned":"2026-11-23T11:30:00.123456Z",\#
                "forever":"infinity","caesar":"0044-03-15 12:00:00 BC",\#
                "far":"12026-11-23 00:00:00+00","span":"P1Y2M3DT4H5M6.7S","ints":[1,null],\#
                "texts":["","NULL",null,"a,b","q\"\\"],"matrix":[[1,2],[3,4]],\#
                "stamps":["2026-11-23T13:30:00Z","-infinity"],"docs":[null,null,{"k": "v\"w"}],\#
                "raws":["AP8="],"domain":[true,false,null]
                """#))
        #expect(JSONGrammar.isValue(Array(line.utf8)))
    }
}
