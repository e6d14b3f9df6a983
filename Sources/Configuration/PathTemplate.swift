package import Domain

/// A path in which `{date}` stands for the run's date, `{date+N}` and `{date-N}` for the N-th day after and before it.
package struct PathTemplate: Equatable, Sendable {
    private enum Part: Equatable, Sendable {
        case text(String)
        /// Days after the run's date.
        case date(offset: Int)
    }

    private var parts: [Part] = []
    /// What stands in braces, braces included, and is no placeholder. It stays in the path as it is.
    package private(set) var unknownPlaceholders: [String] = []

    /// Days at most that a placeholder may lie from the run's date: ten years.
    package static let furthestDay = 3660

    package init(_ text: String) {
        var rest = text[...]
        while let open = rest.firstIndex(of: "{") {
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let end = rest[open...].firstIndex(of: "}").map { rest.index(after: $0) } ?? rest.endIndex
            let placeholder = rest[open..<end]
            if let offset = PathTemplate.offset(of: placeholder) {
                parts.append(.date(offset: offset))
            } else {
                parts.append(.text(String(placeholder)))
                unknownPlaceholders.append(String(placeholder))
            }
            rest = rest[end...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
    }

    /// Whether the path is another one every day.
    package var dependsOnDate: Bool {
        parts.contains { part in
            if case .date = part { true } else { false }
        }
    }

    /// Whether all days in the path are the run's date: its files are of that day alone.
    package var isOfDayAlone: Bool {
        dependsOnDate
            && parts.allSatisfy { part in
                if case .date(let offset) = part { offset == 0 } else { true }
            }
    }

    /// Writes the path for a run's date, days as `YYYY-MM-DD`.
    package func resolved(for date: CalendarDate) -> String {
        parts.map { part in
            switch part {
            case .text(let text): text
            case .date(let offset): date.advanced(by: offset).description
            }
        }.joined()
    }

    private static func offset(of placeholder: Substring) -> Int? {
        guard placeholder.hasPrefix("{date"), placeholder.hasSuffix("}") else { return nil }
        let offset = placeholder.dropFirst(5).dropLast()
        if offset.isEmpty { return 0 }
        guard let sign = offset.first, sign == "+" || sign == "-" else { return nil }
        let digits = offset.dropFirst()
        guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let days = Int(digits), days <= furthestDay else {
            return nil
        }
        return sign == "-" ? -days : days
    }
}
