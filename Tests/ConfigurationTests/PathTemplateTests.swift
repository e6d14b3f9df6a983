import Configuration
import Domain
import Testing

@Suite struct PathTemplateTests {
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
    ])
    func placeholdersBecomeDays(template: String, expected: String) throws {
        let date = try #require(CalendarDate(year: 2024, month: 2, day: 29))
        let template = PathTemplate(template)
        #expect(template.unknownPlaceholders.isEmpty)
        #expect(template.resolved(for: date) == expected)
    }

    @Test(arguments: [
        "{}", "{Date}", "{date+}", "{date 1}", "{date+1.5}", "{date*2}", "{date+-1}", "{date+3661}", "{day}", "{a,b}",
        "{date+99999999999999999999}", "{date+١}",
    ])
    func otherBracesAreToldAndLeft(placeholder: String) {
        let template = PathTemplate("log/{date}/\(placeholder).gz")
        #expect(template.unknownPlaceholders == [placeholder])
        #expect(template.resolved(for: CalendarDate(dayNumber: 0)) == "log/1970-01-01/\(placeholder).gz")
    }

    @Test func aBraceThatNeverClosesIsTold() {
        #expect(PathTemplate("{date}/{date").unknownPlaceholders == ["{date"])
        #expect(PathTemplate("{{date}}").unknownPlaceholders == ["{{date}"])
    }

    @Test func pathsOfEveryDateAreTold() {
        #expect(PathTemplate("x/{date-1}").dependsOnDate)
        #expect(!PathTemplate("x/{day}").dependsOnDate)
    }
}
