import Domain
import Foundation
import Report
import StateGenerator
import Testing

/// The narrative in a terminal: its width, its charts, names that would turn it around.
@Suite struct TerminalTests {
    @Test("Lines keep to the width, and the arms stay apart", arguments: [72, 80, 100, 140])
    func width(width: Int) throws {
        let state = try TabledState()
        let long = "a-name-" + String(repeating: "x", count: 80)
        for day in 1...40 {
            try state.table(
                day,
                [
                    TabledState.known(Name(long + "-one"), 0.7, best: 0.7, more: Int64(day)),
                    TabledState.known(Name(long + "-two"), 0.3, best: 0.3),
                ])
        }
        let text = try state.terminal(width: width)
        // A word that is longer than the line stands alone.
        let wide = text.split(separator: "\n").filter { $0.count > width }
        #expect(wide.allSatisfy { $0.contains(long) && $0.split(separator: " ").count == 1 }, "\(wide)")
        #expect(text.contains("xx-one  ") && text.contains("xx-two  "))
        #expect(try state.terminal().contains(long + "-one "))
        #expect(try state.terminal().contains("95 % interval") && text.contains("P(best)"))
        #expect(text.contains("95 % interval") == (width == 140))
    }

    @Test("A dot is a night without a table, a blank a table without the arm")
    func blanks() throws {
        let state = try TabledState()
        let old = TabledState.known("a", 1, best: 1)
        try state.table(1, [old])
        try state.table(2, [old])
        try state.table(4, [TabledState.known("a", 0.5, best: 0.5), TabledState.known("b", 0.5, best: 0.5)])
        let lines = try state.terminal(ascii: true).split(separator: "\n")
        #expect(lines.contains { $0.contains("a        99.5") })
        #expect(lines.contains { $0.contains("b          .5") })
        #expect(try state.terminal(nights: 2).contains("2 nights"))
    }

    @Test("A name cannot turn the direction of the sentence around it")
    func direction() throws {
        let state = try TabledState()
        let hostile = "\u{202E}evil\u{2069}\u{2066}"
        try state.table(1, [TabledState.known(Name(hostile), 0.9, best: 0.9), TabledState.known("x", 0.1, best: 0.1)])
        let turning: Set<Unicode.Scalar> = ["\u{202E}", "\u{2066}", "\u{2067}", "\u{2068}", "\u{2069}"]
        #expect(try state.terminal().unicodeScalars.allSatisfy { !turning.contains($0) })
        let page = Page(try state.history()).html()
        let narrative = try #require(page.components(separatedBy: "<p class=narrative>").last?.prefix { $0 != "\n" })
        #expect(narrative.hasPrefix("<bdi>\u{202E}evil\u{FFFD}\u{FFFD}</bdi> leads with "))
        #expect(narrative.components(separatedBy: "<bdi>").count == narrative.components(separatedBy: "</bdi>").count)
    }
}
