import BotFilter
import Foundation
import Testing

/// How many of a labelled sample the rules catch and lose. The sample bounds the rates; its labels are not all right.
struct UserAgentRatesTests {
    private let robots: [[UInt8]]
    private let people: [[UInt8]]

    init() throws {
        func lines(_ name: String) throws -> [[UInt8]] {
            let url = try #require(
                Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "UserAgents"))
            return try Data(contentsOf: url).split(separator: UInt8(ascii: "\n")).map { Array($0) }
        }
        robots = try lines("bots")
        people = try lines("people")
    }

    @Test(arguments: [
        (browsersOnly: false, leastCaught: 0.9, mostLost: 1),
        (browsersOnly: true, leastCaught: 0.96, mostLost: 12),
    ])
    func catchesRobotsAndKeepsPeople(browsersOnly: Bool, leastCaught: Double, mostLost: Int) {
        let classifier = UserAgentClassifier(UserAgentSettings(browsersOnly: browsersOnly))
        let caught = robots.count { classifier.isRobot($0) }
        let lost = people.count { classifier.isRobot($0) }
        print(
            "user agents\(browsersOnly ? ", browsersOnly" : ""): \(caught) of \(robots.count) robots caught,",
            "\(lost) of \(people.count) people dropped")
        #expect(robots.count == 400 && people.count == 800)
        #expect(Double(caught) >= leastCaught * Double(robots.count))
        #expect(lost <= mostLost)
    }
}

extension UserAgentClassifier {
    func isRobot(_ agent: [UInt8]) -> Bool {
        agent.withUnsafeBytes { isRobot($0) }
    }

    func isRobot(_ agent: String) -> Bool {
        isRobot(Array(agent.utf8))
    }
}
