import Reader
import Testing

/// When a changelog is looked at, and when writers are asked to ring.
@Suite struct ChangelogBellTests {
    private let start = ContinuousClock.now

    private func after(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    /// Outside of `#expect`, which takes values.
    private func foundNothing(
        _ bell: inout ChangelogBell, isRung: Bool = false, at now: ContinuousClock.Instant
    ) -> Bool {
        bell.foundNothing(isRung: isRung, at: now)
    }

    @Test func itRestsBetweenBatchesInProportion() {
        var bell = ChangelogBell(pollInterval: .seconds(1), now: start)
        #expect(bell.isDue(isRung: false, at: start))
        for (took, rest) in [(1, 25), (10, 40), (5000, 100)] {
            bell.foundBatch()
            bell.hasRead(in: .milliseconds(took), at: start)
            // A notification does not shorten that: nobody was asked to ring.
            #expect(!bell.isDue(isRung: true, at: after(rest - 1)))
            #expect(bell.isDue(isRung: false, at: after(rest)))
        }
    }

    @Test func itWantsToBeRungAfterTwoLooksInVain() {
        var bell = ChangelogBell(pollInterval: .seconds(1), now: start)
        #expect(foundNothing(&bell, isRung: false, at: start) == false)
        #expect(bell.nextLook == after(25))
        #expect(foundNothing(&bell, isRung: false, at: after(25)) == true)
        bell.triedToArm(true, at: after(25))
        // Once more, because of those who wrote before the lock was taken.
        #expect(bell.isArmed && bell.isDue(isRung: false, at: after(25)))
        #expect(foundNothing(&bell, isRung: false, at: after(25)) == false)
        #expect(!bell.isDue(isRung: false, at: after(1024)) && bell.isDue(isRung: true, at: after(30)))
        #expect(bell.isDue(isRung: false, at: after(1025)))
        bell.foundBatch()
        #expect(!bell.isArmed)
    }

    @Test func whoRingsForNothingIsNotAnsweredAtOnce() {
        var bell = ChangelogBell(pollInterval: .seconds(1), now: start)
        _ = bell.foundNothing(isRung: false, at: start)
        bell.triedToArm(true, at: start)
        #expect(foundNothing(&bell, isRung: true, at: start) == false)
        #expect(!bell.isArmed && !bell.isDue(isRung: true, at: after(24)))
    }

    /// Somebody has begun to write without ringing, and does not end.
    @Test func itLooksMoreAndMoreSeldomWhileTheLockIsShared() {
        var bell = ChangelogBell(pollInterval: .seconds(1), now: start)
        _ = bell.foundNothing(isRung: false, at: start)
        for rest in [25, 50, 100, 100] {
            #expect(foundNothing(&bell, isRung: false, at: start) == true)
            bell.triedToArm(false, at: start)
            #expect(bell.nextLook == after(rest))
        }
    }
}
