import Allocation
import Randomizer

/// Somebody who visits a slot, with what stays the same from day to day.
struct Person {
    /// Opaque, as in a cookie.
    let visitor: String
    /// Index of the segment they live in.
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
