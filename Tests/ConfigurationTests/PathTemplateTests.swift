import Configuration
import Domain
import Testing

@Suite struct PathTemplateTests {
    private let leapDay: CalendarDate

    init() throws {
        leapDay = try #require(CalendarDate(year: 2024, month: 2, day: 29))
    }

    @Test(arguments: [
        ("events/date={date}/*.jsonl", "events/date=2024-02-29/*.jsonl"),
        ("{date+1}", "2024-03-01"),
        ("{date-29}", "2024-01-31"),
        ("{date+0}{date-0}", "2024-02-292024-02-29"),
        ("a{date+366}b{date-60}c", "a2025-03-01b2023-12-31c"),
        ("plain.jsonl", "plain.jsonl"),
        ("-", "-"),
        ("", ""),
        ("a}b", "a}b"),
        ("{date:yyyyMMdd}.gz", "20240229.gz"),
        ("{date+1:yyyy/MM/dd}/x", "2024/03/01/x"),
        ("{date-59:yy-M-d}", "24-1-1"),
        ("{date-59:y.MM.dd}", "2024.01.01"),
        ("{date:dd/MMM/yyyy} {date:MMMM}", "29/Feb/2024 February"),
        ("{date:'y='yyyy'/m='MM'/d='dd}", "y=2024/m=02/d=29"),
        ("{date:yyyy''MM'o''clock'}", "2024'02o'clock"),
        (#"a\{b\,c\}"#, #"a\{b\,c\}"#),
    ])
    func placeholdersBecomeDays(template: String, expected: String) {
        let template = PathTemplate(template)
        #expect(template.faults.isEmpty)
        #expect(template.paths(for: leapDay) == [expected])
    }

    @Test(arguments: [
        ("*.{jsonl,ndjson}", ["*.jsonl", "*.ndjson"]),
        ("a{,.gz}", ["a", "a.gz"]),
        ("{a,b}{1,2}", ["a1", "a2", "b1", "b2"]),
        ("{a,{b,c}d}", ["a", "bd", "cd"]),
        ("{x/{date},{date-1:yyyyMMdd}/y}", ["x/2024-02-29", "20240228/y"]),
        ("{dates,all}", ["dates", "all"]),
        ("{a,a}", ["a"]),
        (#"{a\,b,c}"#, [#"a\,b"#, "c"]),
    ])
    func alternativesBecomePaths(template: String, expected: [String]) {
        let template = PathTemplate(template)
        #expect(template.faults.isEmpty)
        #expect(template.paths(for: leapDay) == expected)
        #expect(!template.isPlain)
    }

    @Test(arguments: [
        "{}", "{Date}", "{date+}", "{date 1}", "{date+1.5}", "{date*2}", "{date+-1}", "{date+3661}", "{day}", "{a}",
        "{date+99999999999999999999}", "{date+١}", "{date:}", "{date:YYYY}", "{date:yyyyMMddHH}", "{date:mm}",
        "{date:DDD}", "{date:yyyyy}", "{date:'x}", "{date+1:Q}", "{date: é}",
    ])
    func otherBracesAreToldAndLeft(placeholder: String) {
        let template = PathTemplate("log/{date}/\(placeholder).gz")
        #expect(template.faults.map(\.text) == [placeholder])
        #expect(template.faults.map(\.offset) == [11])
        #expect(template.paths(for: CalendarDate(dayNumber: 0)) == ["log/1970-01-01/\(placeholder).gz"])
    }

    @Test func faultsWithinAlternativesAreTold() {
        #expect(PathTemplate("{a,{dat}}").faults.map(\.text) == ["{dat}"])
        #expect(PathTemplate("{{date}}").faults.map(\.text) == ["{{date}}"])
        #expect(PathTemplate("{date}/{date").faults.map(\.text) == ["{date"])
    }

    @Test func aTemplateStandsForSoManyPaths() {
        let ten = "{0,1,2,3,4,5,6,7,8,9}"
        #expect(PathTemplate(ten + ten + ten).paths(for: leapDay).count == 1000)
        let more = PathTemplate(ten + ten + ten + "{a,b}")
        #expect(more.faults.count == 1 && more.paths(for: leapDay).count == 1)
        #expect(PathTemplate(String(repeating: ten, count: 400)).faults.count == 1)
    }

    @Test func pathsOfEveryDateAreTold() {
        #expect(PathTemplate("x/{date-1}").dependsOnDate && PathTemplate("{a,{date:yy}}").dependsOnDate)
        #expect(!PathTemplate("x/{day}").dependsOnDate && !PathTemplate("{a,b}").dependsOnDate)
    }

    @Test(arguments: [
        ("a/**/b", 0), ("**", 0), ("**/x", 0), ("a/**", 0), ("{x,**}/y", 0), ("a**/b", 1), ("**.jsonl", 1), ("***", 1),
        ("a/[ab]*", 0), ("a/[]]", 0), ("[!]x]", 0), ("a/[b", 1), ("[a/b]", 1), (#"\[a"#, 0), (#"\**"#, 0),
    ])
    func patternsThatCannotBeMeantAreTold(pattern: String, count: Int) {
        #expect(PathTemplate.faultsOfPattern(pattern).count == count, "\(PathTemplate.faultsOfPattern(pattern))")
    }

    /// The template against a substitution of all that a list of alternatives can be, in another way: text by text.
    @Test(arguments: UInt64(1)...40)
    func alternativesAgreeWithSubstitution(seed: UInt64) {
        var random = SystemSeeded(seed: seed)
        var (texts, template) = ([""], "")
        for _ in 0..<Int.random(in: 1...5, using: &random) {
            if Bool.random(using: &random) {
                let choices = (0..<Int.random(in: 2...3, using: &random)).map { _ in
                    ["", "a", "b/", "*", "{date}"].randomElement(using: &random) ?? ""
                }
                template += "{" + choices.joined(separator: ",") + "}"
                texts = texts.flatMap { text in choices.map { text + $0 } }
            } else {
                template += "x"
                texts = texts.map { $0 + "x" }
            }
        }
        var expected: [String] = []
        for text in texts.map({ $0.replacing("{date}", with: "2024-02-29") }) where !expected.contains(text) {
            expected.append(text)
        }
        #expect(PathTemplate(template).paths(for: leapDay) == expected, "\(template)")
    }

    private struct SystemSeeded: RandomNumberGenerator {
        var state: UInt64

        init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state &* 0x2545_F491_4F6C_DD1D
        }
    }
}
