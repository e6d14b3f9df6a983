import Allocation
import Domain
import Learning
import TestSupport
import Testing

@Suite struct AllocationFileTests {
    func row(_ segment: Name, _ variant: Name, slot: Name = "hero") -> AllocationRow {
        AllocationRow(
            date: CalendarDate(dayNumber: 20_778),
            key: ArmKey(platform: "web", slot: slot, segment: segment, variant: variant), traffic: 50_000,
            status: .active, probabilityBest: 0.25, mean: 0.041, meanLow: 0.04, meanHigh: 0.05, visitors: 1200,
            successes: 49_000_000, valueRemaining: 0, verdict: .winner, evidence: 0.5, liftLow: -0.25)
    }

    @Test func writesTheDocumentedColumns() throws {
        var control = row("*", "a,\"b\"")
        control.status = .control
        control.probabilityBest = nil
        control.valueRemaining = nil
        control.successes = 1_234_500_000
        (control.meanLow, control.meanHigh) = (nil, nil)
        (control.verdict, control.evidence, control.liftLow) = (nil, nil, nil)
        let text = String(decoding: AllocationFile.bytes([control, row("*", "a")]), as: UTF8.self)
        #expect(
            text == """
                date,platform,slot,segment,variant,traffic,status,probability_best,mean,mean_low,mean_high,visitors,successes,value_remaining,verdict,evidence,lift_low,lift_high
                2026-11-21,web,hero,*,a,0.050000,active,0.25,0.041,0.04,0.05,1200,49,0,winner,0.5,-0.25,
                2026-11-21,web,hero,*,"a,""b""\",0.050000,control,,0.041,,,1200,1234.5,,,,,

                """)
    }

    @Test func sortsEveryoneFirst() throws {
        let sorted = [
            row("z", "a", slot: "a"), row("*", "a"), row("*", "b"), row("!", "a"), row("A", "a"), row("A", "b"),
            row("a", "a"), row("é", "a"), row("*", "a", slot: "heroes"),
        ]
        var generator = SplitMix64(seed: 1)
        for _ in 0..<20 {
            let bytes = AllocationFile.bytes(sorted.shuffled(using: &generator))
            #expect(try AllocationFile.rows(bytes, file: "allocation.csv") == sorted)
        }
    }

    @Test(arguments: [
        (0, "2026-13-01"), (3, ""), (5, "1.000001"), (5, "0.0000001"), (5, "-0.1"), (6, "Active"), (7, "1e-3"),
        (8, ""), (11, "-1"), (11, "1.5"), (12, "x"), (13, "nan"), (14, "best"), (15, "1e3"), (16, "inf"),
    ])
    func refusesWhatIsNoTable(column: Int, text: String) throws {
        var fields = "2026-11-21,web,hero,*,a,0.050000,active,0.25,0.041,0.04,0.05,1200,49,0,open,1,-0.1,0.2"
            .split(separator: ",").map(String.init)
        fields[column] = text
        let file = [AllocationFile.header, fields].map { $0.joined(separator: ",") }.joined(separator: "\n")
        #expect {
            try AllocationFile.rows(Array(file.utf8), file: "allocation.csv")
        } throws: { error in
            "\(error)".hasPrefix("allocation.csv:2: \(AllocationFile.header[column]) is '\(text)', expected ")
        }
    }

    @Test("A table from before there were verdicts is read, without any")
    func earlierVersion() throws {
        let header = AllocationFile.header.prefix(14).joined(separator: ",")
        let text = header + "\n2026-11-21,web,hero,*,a,0.050000,active,0.25,0.041,0.04,0.05,1200,49,0\n"
        var expected = row("*", "a")
        (expected.verdict, expected.evidence, expected.liftLow) = (nil, nil, nil)
        #expect(try AllocationFile.rows(Array(text.utf8), file: "allocation.csv") == [expected])
    }

    @Test func refusesASecondRowOfAnArm() {
        let bytes = AllocationFile.bytes([row("*", "a"), row("*", "a")])
        #expect(throws: InputFileError.self) { try AllocationFile.rows(bytes, file: "allocation.csv") }
    }
}
