import Domain
import Learning
import TestSupport
import Testing

@Suite struct PriorCountsTests {
    let header = "platform,slot,segment,variant,successes,failures\n"
    let key = ArmKey(platform: "web", slot: "hero", segment: "*", variant: "a")

    @Test func readsColumnsInAnyOrder() throws {
        let text = "failures,note,variant,segment,slot,platform,successes\n7.5,old,a,*,hero,web,1e2\n"
        let priors = try PriorCounts(Array(text.utf8), file: "priors.csv")
        #expect(priors[key] == PriorCounts.Counts(successes: 100, failures: 7.5))
        #expect(priors.keys == [key])
        var other = key
        other.segment = "pune"
        #expect(priors[other] == PriorCounts.Counts(successes: 0, failures: 0))
    }

    @Test(arguments: ["-1", "nan", "inf", "1e999", "0x10", "", "3 ", "1,5", "many"])
    func refusesWhatIsNoCount(text: String) {
        let file = header + "web,hero,*,b,1,2\nweb,hero,*,a,\(text == "1,5" ? "\"1,5\"" : text),2\n"
        #expect {
            try PriorCounts(Array(file.utf8), file: "priors.csv")
        } throws: { error in
            "\(error)" == "priors.csv:3: successes is '\(text)', expected a number of at least 0"
        }
    }

    @Test func refusesASecondRowOfAnArm() {
        let file = header + "web,hero,*,a,1,2\n\nweb,hero,*,a,1,2\n"
        #expect {
            try PriorCounts(Array(file.utf8), file: "priors.csv")
        } throws: { error in
            "\(error)" == "priors.csv:4: web,hero,*,a stands on line 2 already; keep one of the two rows"
        }
    }

    @Test(arguments: ["", "platform,slot,segment,variant,successes\n", "a\"b\n"])
    func refusesBrokenFiles(text: String) {
        #expect(throws: InputFileError.self) { try PriorCounts(Array(text.utf8), file: "priors.csv") }
    }
}
