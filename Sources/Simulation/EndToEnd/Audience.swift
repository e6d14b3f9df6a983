import Allocation
import Numerics

/// The people of a slot: who has been there, and what each was shown last.
struct Audience {
    /// By person, the arm of the last exposure; -1 before the first.
    private(set) var lastArms: [Int32] = []
    /// Visits of today by people who had been there, and how many of them were shown another arm than last time.
    private(set) var returning = 0
    private(set) var moved = 0

    /// Decides who comes on a day: numbers of people, each once; those beyond the people there were are new.
    ///
    /// - Parameters:
    ///   - count: how many come.
    ///   - share: of those who come, who have been there on an earlier day; at most all who have.
    mutating func visitors(_ count: Int, returning share: Double, using generator: inout CounterGenerator) -> [Int] {
        let known = lastArms.count
        returning = 0
        moved = 0
        var old = 0
        if known > 0 { for _ in 0..<count where generator.chance(share) { old += 1 } }
        old = min(old, known)
        let numbers = Audience.distinct(old, of: known, using: &generator)
        lastArms.append(contentsOf: repeatElement(-1, count: count - old))
        return numbers + Array(known..<known + count - old)
    }

    /// Notes what a visitor was shown first today.
    mutating func show(_ arm: Int, to person: Int) {
        let last = lastArms[person]
        if last >= 0 {
            returning += 1
            if last != Int32(arm) { moved += 1 }
        }
        lastArms[person] = Int32(arm)
    }

    /// Different numbers below `limit`, every set equally likely (R. W. Floyd; Bentley 1987, "A sample of brilliance").
    private static func distinct(_ count: Int, of limit: Int, using generator: inout CounterGenerator) -> [Int] {
        var chosen: Set<Int> = []
        var numbers: [Int] = []
        for last in limit - count..<limit {
            let drawn = generator.within(0...last)
            let number = chosen.contains(drawn) ? last : drawn
            chosen.insert(number)
            numbers.append(number)
        }
        return numbers
    }
}
