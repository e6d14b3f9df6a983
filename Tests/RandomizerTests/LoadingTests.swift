import Randomizer
import Testing

/// The rules of the format, as a bare CSV must keep them.
@Suite struct LoadingTests {
    static func error(_ text: String) -> TableError? {
        do throws(TableError) {
            _ = try AllocationTable(csv: Array(text.utf8), file: "table.csv")
            return nil
        } catch {
            return error
        }
    }

    static let header = "date,platform,slot,segment,variant,traffic\n"

    @Test(arguments: ["0", "0.0", "0.5", "0.123456", "0.000001", "1", "1.0", "1.000000"])
    func plainDecimalsAreExact(text: String) throws {
        let share = try #require(Double(text))
        let rest = String(Int((1 - share) * 1_000_000 + 0.5))
        let other = share == 0 ? "1" : "0." + String(repeating: "0", count: 6 - rest.count) + rest
        let table = try TestTable.table([TestRow("a", text), TestRow("b", other)])
        #expect(table.experiments[0].groups[0].arms[0].traffic == share)
    }

    @Test(arguments: [
        "", ".5", "1.", "0.1234567", "1.000001", "2", "-0", "+0.5", "5e-1", "0,5", "0x1", "nan", "inf", "00.5", " 0.5",
        "0.5 ",
        "0.-1", "0.5.0",
    ])
    func otherTrafficIsRefused(text: String) {
        let error = Self.error(Self.header + "2026-11-21,web,hero,*,a,0.5\n2026-11-21,web,hero,*,b,\"\(text)\"\n")
        #expect(error?.code == .malformed)
        #expect(error?.line == 3)
        #expect(error?.problem.contains("traffic is '\(text)'") == true)
    }

    /// A body, the line at fault, and words that the message must have.
    @Test(
        arguments: [
            ("2026-11-21,web,hero,*,a,0.5\n2026-11-21,web,hero,*,b,0.499999\n", 2, "sums to 0.999999, not to 1"),
            (
                "2026-11-21,web,hero,*,a,1\n2026-11-21,web,hero,x,a,0.7\n2026-11-21,web,hero,x,b,0.7\n", 3,
                "sums to 1.400000"
            ),
            ("2026-11-21,web,hero,delhi,a,1\n", 2, "no rows of segment '*'"),
            ("2026-11-21,app,hero,*,a,1\n2026-11-21,web,hero,!,a,1\n", 3, "'web' 'hero' has no rows of segment '*'"),
            (
                "2026-11-21,web,hero,*,a,0.5\n2026-11-21,web,hero,*,a,0.5\n", 3,
                "variant 'a' of 'web' 'hero', segment '*', stands on line 2"
            ),
            (
                "2026-11-21,web,hero,*,b,0.5\n2026-11-21,web,hero,*,a,0\n2026-11-21,web,hero,*,b,0.5\n", 4,
                "stands on line 2"
            ),
            ("2026-11-21,web,hero,*,a,1\n2026-11-22,web,hero,x,a,1\n", 3, "expected 2026-11-21 as in the rows above"),
            ("2026-02-29,web,hero,*,a,1\n", 2, "expected a date"),
            ("21.11.2026,web,hero,*,a,1\n", 2, "expected a date"),
            ("2026-11-21,,hero,*,a,1\n", 2, "platform is '', expected a name that is not empty"),
            ("2026-11-21,web,hero,,a,1\n", 2, "segment is ''"),
            ("2026-11-21,web,hero,*,,1\n", 2, "variant is ''"),
            ("2026-11-21,web,hero,*,a\n", 2, "5 fields where the header has 6"),
            ("2026-11-21,web,hero,*,a\"b,1\n", 2, "quote"),
            ("", nil, "no row after the header"),
        ] as [(String, Int?, String)])
    func brokenRulesAreNamed(body: String, line: Int?, words: String) {
        let error = Self.error(Self.header + body)
        #expect(error?.code == .malformed)
        #expect(error?.file == "table.csv")
        #expect(error?.line == line)
        #expect(error?.problem.contains(words) == true, "\(error?.description ?? "no error")")
        #expect(error?.remedy.isEmpty == false)
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let bytes = Array(Self.header.utf8) + Array("2026-11-21,web,hero,*,".utf8) + [0xFF] + Array(",1\n".utf8)
        let error = #expect(throws: TableError.self) { try AllocationTable(csv: bytes) }
        #expect(error?.line == 2)
        #expect(error?.problem.contains("expected text in UTF-8") == true)
    }

    @Test func headerMustNameTheColumns() {
        #expect(Self.error("")?.problem.contains("the file is empty") == true)
        #expect(Self.error("date,platform,slot,segment,variant\n")?.problem.contains("no column 'traffic'") == true)
    }

    @Test func messageHasFileLineAndRemedy() {
        let error = Self.error(Self.header + "2026-11-21,web,hero,delhi,a,1\n")
        #expect(error?.description.hasPrefix("table.csv:2: ") == true)
        #expect(error?.description.hasSuffix("; correct it, or publish the table again") == true)
    }

    @Test func otherColumnsAndTheirOrderDoNotMatter() throws {
        let text =
            "\u{FEFF}traffic,note,variant,segment,slot,platform,date\r\n1,\"a, b\",\"x\"\"y\",*,hero,web,2026-11-21\r\n"
        let table = try AllocationTable(csv: Array(text.utf8))
        #expect(table.assign(platform: "web", slot: "hero", visitor: "7")?.variant == "x\"y")
        #expect(table.date == "2026-11-21")
        #expect(table.statisticsThrough == nil)
        #expect(table.pipeline == nil)
    }

    @Test func formatHasTheServedColumns() {
        #expect(AllocationFormat.columns.starts(with: AllocationFormat.servedColumns))
        #expect(Set(AllocationFormat.columns).count == 18)
    }
}
