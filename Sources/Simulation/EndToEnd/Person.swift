import Allocation
import Numerics
import Randomizer

/// Somebody who visits a slot, with what stays the same from day to day.
struct Person {
    /// Opaque, as in a cookie.
    let visitor: String
    /// Index of the segment that is their own.
    let home: Int
    /// Index of what their browser calls itself, in `UserAgents.browsers`.
    let agent: Int

    /// - Parameters:
    ///   - number: in the order of first visits, from 0: the person is a function of it.
    ///   - shares: of the segments.
    init(_ number: Int, experiment: Int, seed: UInt64, shares: [Double]) {
        visitor = Person.identifier(number, experiment: experiment, seed: seed)
        var generator = Streams(seed: seed).generator(.people, experiment: experiment, number: number)
        home = generator.index(weights: shares)
        agent = generator.within(0...UserAgents.browsers.count - 1)
    }

    /// An id that no other number of any experiment has: mixing is a bijection.
    static func identifier(_ number: Int, experiment: Int, seed: UInt64) -> String {
        let place = UInt64(truncatingIfNeeded: experiment) << 44 | UInt64(truncatingIfNeeded: number)
        return String(mix64(place ^ mix64(seed)), radix: 36)
    }

    /// Numbers of bots begin here: people never get so far.
    static let firstBot = 1 << 43
}

/// What browsers and bots call themselves.
enum UserAgents {
    static let browsers = [
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6"
            + " Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:143.0) Gecko/20100101 Firefox/143.0",
    ]

    static let bots = [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "python-requests/2.32.5",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/141.0.0.0 Safari/537.36",
    ]

    /// Browsers, then bots: what an event's agent is an index of.
    static let all = browsers + bots
}

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
