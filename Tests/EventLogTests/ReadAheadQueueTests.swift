import TestExpectations
import TestSupport
import Testing

@testable import EventLog

@Suite("Blocks read ahead", .slow)
struct ReadAheadQueueTests {
    @Test("the turn stays with who had it, while there is something for the others")
    func turns() {
        let ahead = ReadAheadQueue(capacity: 2, maximumBytes: 1 << 20)
        var first = Block()
        var second = Block()
        func claim(by worker: Int) -> ReadAheadQueue.Claim? {
            worker == 0 ? ahead.claim(&first, by: 0) : ahead.claim(&second, by: 1)
        }
        func put(_ index: Int32) -> Bool {
            first.index = index
            return ahead.put(&first)
        }
        let beginning = [claim(by: 0), claim(by: 1)]
        #expect(beginning == [.turn, nil])
        let puts = [put(1), put(2), put(3)]
        #expect(puts == [true, true, false])
        ahead.endTurn()
        let middle = [claim(by: 1), claim(by: 0), claim(by: 1), claim(by: 1)]
        #expect(middle == [.block, .turn, .block, nil])
        let last = second.index
        #expect(last == 1)
        ahead.endTurn()
        let end = [claim(by: 1), claim(by: 0)]
        #expect(end == [.turn, nil])
    }

    @Test("who waits is given a block, or the turn when it ends", .timeLimit(.minutes(1)))
    func waiting() async {
        let ahead = ReadAheadQueue(capacity: 1, maximumBytes: 1 << 20)
        var block = Block()
        let claim = ahead.claim(&block, by: 0)
        #expect(claim == .turn)
        let other = Task.detached { () -> [ReadAheadQueue.Claim] in
            var block = Block()
            return [ahead.waitForClaim(&block, by: 1), ahead.waitForClaim(&block, by: 1)]
        }
        let isPut = ahead.put(&block)
        #expect(isPut)
        ahead.endTurn()
        #expect(await other.value == [.block, .turn])
    }
}
