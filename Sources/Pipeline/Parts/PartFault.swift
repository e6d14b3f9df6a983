/// Why parts cannot be added up. What to do is said; the state directory is as it was.
package enum PartFault: Error, Equatable, Sendable, CustomStringConvertible {
    case notAPart(path: String)
    case notATally(path: String)
    case damaged(path: String, of: String)
    case otherVersion(path: String, made: String, own: String)
    case otherConfiguration(path: String)
    case otherDate(path: String, date: String, expected: String)
    case otherPlan(path: String)
    case otherJournal(path: String)
    case otherLists(path: String, than: String)
    case notAudited(path: String)
    /// The same part, or two with lines of one number.
    case twice(first: String, second: String, number: Int?)
    case tallyTwice(first: String, second: String, file: String)
    case otherSplit(path: String, parts: Int, than: String, expected: Int)
    /// Parts of blocks, and no tally of what was split.
    case noTally(path: String)
    /// Lines that the tallies sent and the parts did not get, or the other way round; of one part, where its number is known.
    case lines(date: String, number: Int?, sent: Int64, received: Int64)
    /// As many lines as the tallies sent, but others.
    case otherLines(date: String, number: Int)
    /// What `split` took for an event is none to a part.
    case rejectedByPart(path: String, lines: Int64)
    case sharedVisitors(first: String, second: String, known: Int, estimated: Int64)
    case overflow

    package var description: String {
        switch self {
        case .notAPart(let path):
            "\(path): no part of this version; give folders that `sluice statistics --part` wrote with this program"
        case .notATally(let path):
            "\(path): no tally of this version; give files that `sluice split --tally` wrote with this program"
        case .damaged(let path, let command):
            "\(path): damaged since it was written; make it again with `sluice \(command)`"
        case .otherVersion(let path, let made, let own):
            "\(path): made by sluice \(made), and this is \(own); use one program everywhere, and make it again"
        case .otherConfiguration(let path):
            "\(path): made with another configuration file; ship this one, and make it again"
        case .otherDate(let path, let date, let expected):
            "\(path): of \(date), which the night of \(expected) does not count; give that night's parts and tallies"
        case .otherPlan(let path):
            "\(path): made for other days than this night counts by its state directory; make the parts with --state and a copy of "
                + "its statistics/*/quality.json and allocations/served.csv"
        case .otherJournal(let path):
            "\(path): made with another journal of served tables; ship allocations/served.csv of the state directory "
                + "(--served FILE), and make it again"
        case .otherLists(let path, let other):
            "\(path): the bot filter's lists were not those of \(other); ship the same files everywhere, and make both again"
        case .notAudited(let path):
            "\(path): made without --audit, so that bots.csv would not have its bots; make it with --audit, or merge without"
        case .twice(let first, let second, let number):
            "\(second): holds \(number.map { "part \($0)" } ?? "the same part as \(first)")"
                + "\(number == nil ? "" : ", which \(first) holds too"); give each part once"
        case .tallyTwice(let first, let second, let file):
            "\(second): is about \(file), which \(first) is about too; give each tally once"
        case .otherSplit(let path, let parts, let other, let expected):
            "\(path): split into \(parts) parts, \(other) into \(expected); split the whole log with one --parts"
        case .noTally(let path):
            "\(path): made of what `sluice split` sent; give the tally of every split with --tally, or what was rejected is lost"
        case .lines(let date, let number, let sent, let received):
            PartFault.lines(date, number, sent, received)
        case .otherLines(let date, let number):
            "\(date): part \(number) has as many lines as the tallies sent, but others: the log was split again since it was counted; "
                + "count the part again from what the last split sent"
        case .rejectedByPart(let path, let lines):
            "\(path): rejected \(lines) lines that `sluice split` took for events; make it from the blocks as they were sent"
        case .sharedVisitors(let first, let second, let known, let estimated):
            "\(first) and \(second) have visitors in common (\(known) found\(estimated > Int64(known) ? ", about \(estimated) in all" : "")); "
                + "all lines of a visitor must go to one part: split the log with `sluice split`"
        case .overflow:
            "a sum of counts or of revenue exceeds what 128 bits hold; look for nonsense in the revenue of the log, or in counts that were imported"
        }
    }

    private static func lines(_ date: String, _ number: Int?, _ sent: Int64, _ received: Int64) -> String {
        let part = number.map { "part \($0)" } ?? "the parts"
        let has = number == nil ? "have" : "has"
        let difference = sent > received ? "\(sent - received) lines too few" : "\(received - sent) lines too many"
        let cause =
            if received == 0 {
                number == nil ? "no part was given" : "it is missing"
            } else if sent > received {
                "a part is missing, a block was lost, or the tally of another split was given"
            } else {
                "lines were sent twice, or the tally of a split is missing"
            }
        return "\(date): \(part) \(has) \(difference) (\(received) of the \(sent) that the tallies sent): \(cause); "
            + "give all parts and all tallies of one split, each once"
    }
}
