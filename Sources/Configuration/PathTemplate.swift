package import Domain

/// A path with placeholders for the run's date and its neighbours, and with alternatives.
///
///     events/{date:yyyy/MM/dd}/{web,app}-*.{jsonl,ndjson}{,.gz}
///            └ date ─────────┘ └ alternatives ┘
///
/// - `{date}` is the run's date as `YYYY-MM-DD`; `{date+N}` and `{date-N}` are the N-th day after and before it.
/// - `{date:PATTERN}`, also after `+N` or `-N`, writes it by a pattern of Unicode (UTS #35, part 4): letters y, M and d, text
///   between apostrophes, and all that is no letter as it stands.
/// - `{a,b}` stands for each of its alternatives, which may be empty, and hold dates and alternatives of their own.
/// - After a backslash a brace, a comma or another backslash is a character like others.
package struct PathTemplate: Equatable, Sendable {
    /// Braces in a path that cannot be meant.
    package struct Fault: Equatable, Sendable {
        /// The braces, as they stand there.
        package var text: String
        /// Where they begin: Unicode scalars before them.
        package var offset: Int
        /// What is wrong, after the text.
        package var message: String
        package var suggestion: String
    }

    indirect enum Part: Equatable, Sendable {
        case text(String)
        /// Days after the run's date, and how it is written.
        case date(offset: Int, DatePattern)
        case alternatives([[Part]])
    }

    private var parts: [Part] = []
    /// Everything in braces that cannot be meant, in the order of the text. It stays in the path as it is.
    package private(set) var faults: [Fault] = []

    /// Days at most that a placeholder may lie from the run's date: ten years.
    package static let furthestDay = 3660
    /// The most paths that a template may stand for.
    package static let mostPaths = 1000

    package init(_ text: String) {
        var reader = PathTemplateReader(text)
        parts = reader.parts()
        faults = reader.faults
        let count = PathTemplate.count(parts)
        if count > PathTemplate.mostPaths {
            faults.append(
                Fault(
                    text: text, offset: 0, message: "stands for more than \(PathTemplate.mostPaths) paths",
                    suggestion: "write * for some of the alternatives"))
            parts = [.text(text)]
        }
    }

    /// Whether the path is another one every day.
    package var dependsOnDate: Bool { PathTemplate.dependsOnDate(parts) }

    /// Whether all days in the path are the run's date: its files are of that day alone.
    package var isOfDayAlone: Bool { dependsOnDate && PathTemplate.areOfDay(parts) }

    /// Whether the path is the same every day, and one.
    package var isPlain: Bool {
        faults.isEmpty && parts.allSatisfy { part in if case .text = part { true } else { false } }
    }

    /// Writes the paths for a run's date, in the order of the alternatives; one where there are none.
    package func paths(for date: CalendarDate) -> [String] {
        var paths: [String] = []
        for path in PathTemplate.texts(parts, date) where !paths.contains(path) { paths.append(path) }
        return paths
    }

    private static func texts(_ parts: [Part], _ date: CalendarDate) -> [String] {
        parts.reduce([""]) { beginnings, part in
            let ends =
                switch part {
                case .text(let text): [text]
                case .date(let offset, let pattern): [pattern.text(date.advanced(by: offset))]
                case .alternatives(let all): all.flatMap { texts($0, date) }
                }
            return beginnings.flatMap { beginning in ends.map { beginning + $0 } }
        }
    }

    private static func areOfDay(_ parts: [Part]) -> Bool {
        parts.allSatisfy { part in
            switch part {
            case .text: true
            case .date(let offset, _): offset == 0
            case .alternatives(let all): all.allSatisfy { areOfDay($0) }
            }
        }
    }

    private static func dependsOnDate(_ parts: [Part]) -> Bool {
        parts.contains { part in
            switch part {
            case .text: false
            case .date: true
            case .alternatives(let all): all.contains { dependsOnDate($0) }
            }
        }
    }

    /// How many paths parts stand for, or one more than may be.
    private static func count(_ parts: [Part]) -> Int {
        parts.reduce(1) { product, part in
            guard case .alternatives(let all) = part else { return product }
            let sum = all.reduce(0) { min(mostPaths + 1, $0 + count($1)) }
            return min(mostPaths + 1, product * sum)
        }
    }
}

/// A date's form by a pattern of Unicode: UTS #35, part 4, kept to days.
struct DatePattern: Equatable, Sendable {
    private enum Part: Equatable, Sendable {
        case text(String)
        case year(digits: Int)
        case month(digits: Int)
        /// The month's name in English, so many letters of it at most.
        case monthName(letters: Int)
        case day(digits: Int)
    }

    /// Why a pattern is none.
    struct Fault: Error {
        var message: String
        var suggestion: String
    }

    private var parts: [Part] = []

    /// `YYYY-MM-DD` (ISO 8601).
    static let standard = DatePattern(parts: [
        .year(digits: 4), .text("-"), .month(digits: 2), .text("-"), .day(digits: 2),
    ])

    private init(parts: [Part]) {
        self.parts = parts
    }

    init(_ text: some StringProtocol) throws(Fault) {
        guard !text.isEmpty else {
            throw Fault(message: "has no pattern behind its colon", suggestion: "write {date:yyyyMMdd}, or {date}")
        }
        guard let ends = text.first.map({ [$0, text.last ?? $0] }), !ends.contains(where: \.isWhitespace) else {
            throw Fault(
                message: "has a blank beside its pattern, which would stand in the path",
                suggestion: "write it without, as in {date:yyyyMMdd}")
        }
        var rest = Array(text.unicodeScalars)[...]
        while let first = rest.first {
            if first == "'" {
                parts.append(.text(try DatePattern.quoted(&rest)))
                continue
            }
            let run = rest.prefix { $0 == first }
            if !first.properties.isAlphabetic {
                parts.append(.text(String(String.UnicodeScalarView(run))))
            } else {
                parts.append(try DatePattern.part(first, run.count))
            }
            rest = rest.dropFirst(run.count)
        }
        let hasDate = parts.contains { part in if case .text = part { false } else { true } }
        guard hasDate else {
            throw Fault(
                message: "has no part of a date in its pattern", suggestion: "write y, M and d, as in {date:yyyyMMdd}")
        }
    }

    /// Takes a text between apostrophes, of which two are one.
    private static func quoted(_ rest: inout ArraySlice<Unicode.Scalar>) throws(Fault) -> String {
        rest = rest.dropFirst()
        if rest.first == "'" {
            rest = rest.dropFirst()
            return "'"
        }
        var text = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            if scalar == "'" {
                guard rest.first == "'" else { return String(text) }
                rest = rest.dropFirst()
            }
            text.append(scalar)
        }
        throw Fault(message: "has an apostrophe that nothing closes", suggestion: "close it, or write it twice")
    }

    private static func part(_ letter: Unicode.Scalar, _ count: Int) throws(Fault) -> Part {
        switch (letter, count) {
        case ("y", 1...4): return .year(digits: count)
        case ("M", 1...2): return .month(digits: count)
        case ("M", 3): return .monthName(letters: 3)
        case ("M", 4): return .monthName(letters: .max)
        case ("d", 1...2): return .day(digits: count)
        case ("Y", _):
            throw Fault(
                message: "has Y, the year of the week's count", suggestion: "write y, as in {date:yyyyMMdd}")
        case ("D", _):
            throw Fault(message: "has D, the day of the year", suggestion: "write d, as in {date:yyyyMMdd}")
        case ("m", _): throw Fault(message: "has m, the minute", suggestion: "write M for the month")
        case ("H", _), ("h", _), ("k", _), ("K", _):
            throw Fault(
                message: "has \(letter), the hour, and a path is of a day", suggestion: "write * for the hours")
        default:
            throw Fault(
                message:
                    "has \(String(repeating: String(letter), count: count)), which stands for no part of a date here",
                suggestion: "write y, yy or yyyy, M, MM, MMM or MMMM, d or dd, and other text between apostrophes")
        }
    }

    func text(_ date: CalendarDate) -> String {
        let (year, month, day) = date.civil
        return parts.map { part in
            switch part {
            case .text(let text): text
            case .year(2): DatePattern.digits(year % 100, 2)
            case .year(let count): DatePattern.digits(year, count)
            case .month(let count): DatePattern.digits(month, count)
            case .monthName(let letters): String(DatePattern.months[month - 1].prefix(letters))
            case .day(let count): DatePattern.digits(day, count)
            }
        }.joined()
    }

    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    private static func digits(_ number: Int, _ count: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }
}
