import Replication
import Testing

@Suite("Whose a logical message inside of a block may be")
struct MessageOwnershipTests {
    /// What comes of a transaction: `M` is a message, a number a row of that subtransaction, `-` and a number that this one
    /// was rolled back.
    private func answers(_ script: String) -> [Bool] {
        var ownership = MessageOwnership()
        var answers: [Bool] = []
        for word in script.split(separator: " ") {
            switch word.first {
            case "M": ownership.message()
            case "-": answers.append(ownership.rolledBack(xid(word.dropFirst())))
            default: ownership.change(of: xid(word))
            }
        }
        return answers
    }

    private func xid(_ word: Substring) -> TransactionID {
        TransactionID(UInt32(word) ?? 0)
    }

    @Test("a message with a row of another one behind it is not of what is rolled back")
    func outside() {
        #expect(answers("1 2 2 -2 3 -3") == [false, false], "no message")
        #expect(answers("M 1 2 2 -2") == [false])
        #expect(answers("M 1 2 -2 3 -3 4 4 -4") == [false, false, false])
        // The row behind the message is of one that was kept.
        #expect(answers("1 M 2 3 -3") == [false])
    }

    @Test("any other may be")
    func perhaps() {
        #expect(answers("1 2 M 2 -2") == [true])
        #expect(answers("1 2 M -2") == [true])
        #expect(answers("1 M 2 -2") == [true])
        #expect(answers("M -2") == [true], "it had only messages")
        #expect(answers("M 1 2 -2 M 3 -3") == [false, true])
        // The row behind it is of the one around, which is rolled back later.
        #expect(answers("1 M 2 3 3 -3 2 -2") == [false, true])
        // An inner one that was kept goes with the one around it: the inner one first.
        #expect(answers("1 2 M 3 -3 -2") == [true, true])
    }
}
