import BotFilter
import Foundation
import Testing

/// How many of a labelled sample the rules catch and lose. The sample bounds the rates; its labels are not all right.
struct UserAgentRatesTests {
    private let bots: [[UInt8]]
    private let people: [[UInt8]]

    init() throws {
        func lines(_ name: String) throws -> [[UInt8]] {
            let url = try #require(
                Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "UserAgents"))
            return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map { Array($0) }
        }
        bots = try lines("bots")
        people = try lines("people")
    }

    @Test(arguments: [
        (browsersOnly: false, leastCaught: 0.9, mostLost: 1),
        (browsersOnly: true, leastCaught: 0.96, mostLost: 12),
    ])
    func catchesBotsAndKeepsPeople(browsersOnly: Bool, leastCaught: Double, mostLost: Int) {
        let classifier = UserAgentClassifier(UserAgentSettings(browsersOnly: browsersOnly))
        let caught = bots.count { classifier.isBot($0) }
        let lost = people.count { classifier.isBot($0) }
        print(
            "user agents\(browsersOnly ? ", browsersOnly" : ""): \(caught) of \(bots.count) bots caught,",
            "\(lost) of \(people.count) people dropped")
        #expect(bots.count == 400 && people.count == 800)
        #expect(Double(caught) >= leastCaught * Double(bots.count))
        #expect(lost <= mostLost)
    }
}

extension UserAgentClassifier {
    func isBot(_ agent: [UInt8]) -> Bool {
        agent.withUnsafeBytes { isBot($0) }
    }

    func isBot(_ agent: String) -> Bool {
        isBot(Array(agent.utf8))
    }
}
