import Replication
import Testing

/// Rows of a changelog become the messages that a walsender would send.
@Suite struct ChangelogTranslatorTests {
    @Test(
        arguments: [
            ("()", 0, []), ("()", 1, [nil]), ("(,)", 2, [nil, nil]), ("(1,a b,)", 3, ["1", "a b", nil]),
            (#"("",x)"#, 2, ["", "x"]), (#"("a ""b"" \\c,d",(e)"#, 2, [#"a "b" \c,d"#, "(e"]),
            (#"("""""","\\\\")"#, 2, [#""""#, #"\\"#]), ("(é,📦)", 2, ["é", "📦"]),
        ] as [(String, Int, [String?])])
    func aRowIsTakenApart(text: String, count: Int, fields: [String?]) throws {
        #expect(Self.fields(of: text, count) == fields)
    }

    @Test(arguments: [
        ("", 0), ("(", 0), ("1,2", 2), ("(1)", 0), ("(1)", 2), ("(1,2)", 1), (#"("a)"#, 1), (#"("a\b")"#, 1),
        (#"("a"b)"#, 1), (#"("a",)"#, 1),
    ])
    func whatIsNoSuchRowIsRefused(text: String, count: Int) {
        #expect(Self.fields(of: text, count) == nil)
    }

    private static func fields(of text: String, _ count: Int) -> [String?]? {
        let bytes = Array(text.utf8)
        var buffer = OutputBuffer(capacity: 64)
        buffer.append("I\0\0\0\u{1}N")
        guard let row = RowText(bytes.span, 0..<bytes.count), row.appendTuple(count, to: &buffer) else {
            return nil
        }
        var decoder = MessageDecoder()
        guard case .row? = try? decoder.decode(buffer.span) else { return nil }
        return decoder.newTuple.columns.map { column in
            column.kind == .null ? nil : String(decoding: column.range.map { buffer.span[$0] }, as: UTF8.self)
        }
    }

    /// Transactions of a batch share its LSN; only the last one's end, and the batch's, let it be confirmed. A relation is
    /// described whenever the layout changes, also back.
    @Test func aBatchIsAStream() throws {
        var translator = ChangelogTranslator()
        let relation = Relation(
            oid: OID(7), schema: "public", name: "t",
            columns: [RelationColumn(name: "a", type: OID(23), isKey: true)])
        var wider = relation
        wider.columns.append(RelationColumn(name: "b", type: OID(25)))
        translator.learn(1, relation)
        translator.learn(2, wider)
        translator.begin(batch: LSN(100))
        var messages: [String] = []
        var decoder = MessageDecoder()
        func take(_ bytes: Span<UInt8>) {
            do {
                switch try CopyMessage(decoding: bytes) {
                case .keepalive(let walEnd, _): messages.append("end \(walEnd.value)")
                case .xLogData(let payload):
                    switch try decoder.decode(bytes, at: payload) {
                    case .begin(let begin):
                        messages.append("begin \(begin.xid.value) at \(begin.commitLSN.value)")
                    case .commit(let commit): messages.append("commit to \(commit.endLSN.value)")
                    case .relation(let relation): messages.append("relation of \(relation.columns.count)")
                    case .row(let row): messages.append("\(row.kind) \(row.old)")
                    case .truncate: messages.append("truncate")
                    case .message(let message): messages.append("message of \(message.content.count)")
                    case .origin, .type: messages.append("?")
                    }
                }
            } catch {
                Issue.record(error)
            }
        }
        let rows: [(ChangelogRow.Kind, UInt32, Int64, old: String?, new: String?)] = [
            (.insert, 1, 1, nil, "(1)"), (.update, 1, 2, "(1,)", "(1,x)"), (.delete, 2, 1, "(1)", nil),
            (.message, 2, 0, "p", "text"), (.truncate, 3, 1, nil, nil),
        ]
        for (kind, xid, layout, old, new) in rows {
            let bytes = Array(((old ?? "") + (new ?? "")).utf8)
            let middle = old?.utf8.count ?? 0
            let row = ChangelogRow(
                kind: kind, xid: TransactionID(xid), committedAt: Timestamp(microseconds: 5), layout: layout,
                old: old.map { _ in 0..<middle }, new: new.map { _ in middle..<bytes.count })
            let outcome = translator.translate(row, bytes.span, take)
            #expect(outcome == .translated)
        }
        translator.endBatch(take)
        #expect(
            messages == [
                "begin 1 at 100", "relation of 1", "insert none", "relation of 2", "update row",
                "commit to 0",
                "begin 2 at 100", "relation of 1", "delete row", "message of 4", "commit to 0",
                "begin 3 at 100", "truncate", "commit to 101", "end 101",
            ])
    }

    /// Positions go on through the transactions of a batch, and are the same when it is read again.
    @Test func positionsCountThroughABatch() throws {
        var session = StreamSession()
        session.transactionsShareLSNs = true
        let begin = Begin(commitLSN: LSN(100), committedAt: Timestamp(microseconds: 0), xid: TransactionID(1))
        let commit = Commit(commitLSN: LSN(100), endLSN: .zero, committedAt: Timestamp(microseconds: 0))
        for dispositions in [StreamSession.Disposition.emit, .skip] {
            for first in [1, 4, 7] as [UInt32] {
                #expect(try session.begin(begin) == dispositions)
                #expect(session.position == Position(lsn: LSN(100), ordinal: first))
                #expect(try session.change(at: .zero) == dispositions)
                #expect(try session.commit(commit) == dispositions)
            }
            #expect(session.boundary == .zero)
            session.connectionLost()
        }
    }
}
