import Domain
import EventLog
import Randomizer
import State
import Statistics

/// The parts of a night and the tallies of what they were split from, read and compared with one another.
///
/// Everything is refused that could make the sum another than one machine's: see ``PartFault``.
struct PartSet {
    /// A file with what it holds.
    struct Member<Content> {
        /// As it was given.
        var path: String
        var content: Content
    }

    /// What a night expects of its parts.
    struct Expectation {
        var date: CalendarDate
        var configuration: String
        var journal: String
        var plan: [PartFile.PlannedDay]
        /// The log days, ascending.
        var days: [CalendarDate]
        var needsAudit: Bool
    }

    private(set) var parts: [Member<PartFile>] = []
    private(set) var tallies: [Member<TallyFile>] = []
    /// Of each part the digest of its file.
    private var digests: [UInt64] = []

    /// Reads the files.
    static func read(_ paths: PartPaths) throws(RunFailure) -> PartSet {
        var set = PartSet()
        for path in paths.parts {
            let bytes: [UInt8]
            let isFolder: Bool
            let isCounted: Bool
            do throws(FileError) {
                isFolder = try FileSystem.isDirectory(path)
                // Without one its count failed, or was never made.
                isCounted = isFolder ? try FileSystem.exists(path + "/" + PartFile.name) : true
                bytes = isCounted ? try FileSystem.read(isFolder ? path + "/" + PartFile.name : path) : []
            } catch {
                throw .file(error)
            }
            guard isCounted else { throw .parts(.notAPart(path: path)) }
            do throws(SealedFile.Fault) {
                let part = try SealedFile.content(PartFile.self, bytes, format: PartFile.format)
                if isFolder { try check(part, in: path) }
                set.parts.append(Member(path: path, content: part))
                set.digests.append(XXH64.hash(bytes))
            } catch {
                throw .parts(error == .damaged ? .damaged(path: path, of: "statistics --part") : .notAPart(path: path))
            }
        }
        for path in paths.tallies {
            let bytes: [UInt8]
            do throws(FileError) {
                bytes = try FileSystem.read(path)
            } catch {
                throw .file(error)
            }
            do throws(SealedFile.Fault) {
                // A file may hold several, one a line.
                let lines = bytes.split(separator: UInt8(ascii: "\n"))
                if lines.isEmpty { throw .otherFormat }
                for (number, line) in lines.enumerated() {
                    let tally = try SealedFile.content(
                        TallyFile.self, line + [UInt8(ascii: "\n")], format: TallyFile.format)
                    let place = lines.count > 1 ? "\(path):\(number + 1)" : path
                    set.tallies.append(Member(path: place, content: tally))
                }
            } catch {
                throw .parts(error == .damaged ? .damaged(path: path, of: "split --tally") : .notATally(path: path))
            }
        }
        return set
    }

    /// What lies beside a part for people to look at must be what the part says, where it is there.
    private static func check(_ part: PartFile, in folder: String) throws(SealedFile.Fault) {
        for day in part.days {
            for (name, digest) in day.files {
                let path = "\(folder)/date=\(day.date)/\(name)"
                guard let bytes = try? FileSystem.read(path) else { continue }
                guard XXH64.hexadecimal(XXH64.hash(bytes)) == digest else { throw .damaged }
            }
        }
    }

    /// Refuses what does not belong together, or is not whole.
    func check(_ expected: Expectation) throws(PartFault) {
        for part in parts { try check(part, expected) }
        for tally in tallies { try check(tally, expected) }
        try checkParts()
        try checkTallies()
        for (index, date) in expected.days.enumerated() where missingList(index) == nil {
            try checkLines(index, date)
        }
        try checkVisitors()
    }

    private func check(_ part: Member<PartFile>, _ expected: Expectation) throws(PartFault) {
        let (path, content) = (part.path, part.content)
        try checkVersion(content.version, path)
        guard content.configuration == expected.configuration else { throw .otherConfiguration(path: path) }
        guard content.date == expected.date else {
            throw .otherDate(path: path, date: "\(content.date)", expected: "\(expected.date)")
        }
        guard content.plan == expected.plan, content.days.map(\.date) == expected.days else {
            throw .otherPlan(path: path)
        }
        guard content.journal == expected.journal else { throw .otherJournal(path: path) }
        guard content.isAudited || !expected.needsAudit else { throw .notAudited(path: path) }
        if let first = parts.first, first.content.lists != content.lists {
            throw .otherLists(path: path, than: first.path)
        }
    }

    private func check(_ tally: Member<TallyFile>, _ expected: Expectation) throws(PartFault) {
        let (path, content) = (tally.path, tally.content)
        try checkVersion(content.version, path)
        guard content.configuration == expected.configuration else { throw .otherConfiguration(path: path) }
        guard expected.days.contains(content.date) else {
            throw .otherDate(path: path, date: "\(content.date)", expected: "\(expected.date)")
        }
        if let first = tallies.first, first.content.parts != content.parts {
            throw .otherSplit(
                path: path, parts: content.parts, than: first.path, expected: first.content.parts)
        }
    }

    private func checkVersion(_ version: String, _ path: String) throws(PartFault) {
        guard version == Version.text else { throw .otherVersion(path: path, made: version, own: Version.text) }
    }

    /// No part may be there twice: by its number where it has one, else by its bytes, unless it has no line.
    private func checkParts() throws(PartFault) {
        var numbers: [Int: String] = [:]
        var known: [UInt64: String] = [:]
        for (part, digest) in zip(parts, digests) {
            guard part.content.days.contains(where: { $0.tally.lines > 0 }) else { continue }
            if let other = known.updateValue(part.path, forKey: digest) {
                throw .twice(first: other, second: part.path, number: nil)
            }
            for number in Set(part.content.days.flatMap(\.tally.linesByPart.keys)).sorted() {
                if let other = numbers.updateValue(part.path, forKey: number) {
                    throw .twice(first: other, second: part.path, number: number)
                }
            }
            if tallies.isEmpty, part.content.days.contains(where: { !$0.tally.linesByPart.isEmpty }) {
                throw .noTally(path: part.path)
            }
        }
    }

    /// No stretch of a file may be in two tallies.
    private func checkTallies() throws(PartFault) {
        struct Stretch: Hashable {
            var date: CalendarDate
            var file: Name
            var offset: Int64
        }
        var known: [Stretch: String] = [:]
        for tally in tallies {
            for file in tally.content.tally.files {
                let stretch = Stretch(date: tally.content.date, file: Name(file), offset: tally.content.offset)
                if let other = known.updateValue(tally.path, forKey: stretch) {
                    throw .tallyTwice(first: other, second: tally.path, file: file)
                }
            }
        }
    }

    /// What was sent must have come, part by part where parts know their numbers.
    private func checkLines(_ index: Int, _ date: CalendarDate) throws(PartFault) {
        guard !tallies.isEmpty else { return }
        var sent: [Int: PartLines] = [:]
        for tally in tallies where tally.content.date == date {
            sent.merge(tally.content.sent, uniquingKeysWith: +)
        }
        var received: [Int: PartLines] = [:]
        var unnumbered: Int64 = 0
        for part in parts {
            let tally = part.content.days[index].tally
            guard tally.rejectedLines == 0 else {
                throw .rejectedByPart(path: part.path, lines: tally.rejectedLines)
            }
            received.merge(tally.linesByPart, uniquingKeysWith: +)
            unnumbered += tally.lines - tally.linesByPart.values.reduce(0) { $0 + $1.count }
        }
        if unnumbered == 0 {
            for number in Set(sent.keys).union(received.keys).sorted() {
                let (out, back) = (sent[number] ?? PartLines(), received[number] ?? PartLines())
                guard out.count == back.count else {
                    throw .lines(date: "\(date)", number: number, sent: out.count, received: back.count)
                }
                guard out == back else { throw .otherLines(date: "\(date)", number: number) }
            }
        }
        let out = sent.values.reduce(0) { $0 + $1.count }
        let back = received.values.reduce(unnumbered) { $0 + $1.count }
        guard out == back else { throw .lines(date: "\(date)", number: nil, sent: out, received: back) }
    }

    /// No visitor may be in two parts. O(n log n) in the hashes that the sketches keep.
    private func checkVisitors() throws(PartFault) {
        var hashes: [(hash: UInt64, part: Int)] = []
        for (index, part) in parts.enumerated() {
            for hash in part.content.visitors.hashes { hashes.append((hash, index)) }
        }
        hashes.sort { ($0.hash, $0.part) < ($1.hash, $1.part) }
        for (left, right) in zip(hashes, hashes.dropFirst()) where left.hash == right.hash {
            let (first, second) = (parts[left.part], parts[right.part])
            let shared = first.content.visitors.shared(with: second.content.visitors)
            throw .sharedVisitors(
                first: first.path, second: second.path, known: shared.known,
                estimated: Int64(shared.estimated.rounded()))
        }
    }

    /// The list for want of which all parts left out a log day.
    func missingList(_ index: Int) -> String? { parts.first?.content.days[index].missingList }

    /// The sum of what was found of a log day.
    func sum(_ index: Int, _ date: CalendarDate) throws(PartFault) -> CountedDay {
        let statistics: DayStatistics
        do throws(CountOverflow) {
            statistics = try DayStatistics.sum(parts.map { $0.content.days[index].statistics })
        } catch {
            throw .overflow
        }
        if missingList(index) != nil { return CountedDay(statistics: statistics, tally: LogTally(), hasLog: false) }
        let stretches =
            if tallies.isEmpty {
                parts.map { part in
                    var tally = part.content.days[index].tally
                    // Which part's standard input it was.
                    tally.rename(tally.files.map { $0 == LogFile.standardInput.name ? part.path : $0 })
                    return LogTally.Stretch(tally)
                }
            } else {
                tallies.filter { $0.content.date == date }.map {
                    LogTally.Stretch($0.content.tally, offset: $0.content.offset)
                }
            }
        let tally = LogTally.joined(stretches)
        return CountedDay(statistics: statistics, tally: tally, hasLog: !tally.files.isEmpty)
    }

    /// What each tally, or without tallies each part, found of a log day.
    func found(_ index: Int, _ date: CalendarDate) -> [FoundLogs] {
        tallies.isEmpty
            ? parts.map { $0.content.days[index].found }
            : tallies.filter { $0.content.date == date }.map(\.content.found)
    }

    /// Whether there was a log file of a day.
    func hasLog(_ index: Int, _ date: CalendarDate) -> Bool {
        tallies.isEmpty
            ? parts.contains { !$0.content.days[index].tally.files.isEmpty }
            : tallies.contains { tally in
                tally.content.date == date
                    && (!tally.content.tally.files.isEmpty || tally.content.found.patterns.contains { $0.files > 0 })
            }
    }
}
