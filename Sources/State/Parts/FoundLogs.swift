package import EventLog

/// The log files of a day, as the configuration's paths find them. A part and a tally keep all of it but the files, which
/// their counts name.
package struct FoundLogs: Codable, Sendable {
    /// A path, its dates and alternatives written out, and how many files it matches.
    package struct Pattern: Codable, Equatable, Sendable {
        package var text: String
        package var files: Int
        /// Whether the path has no date but the day's own.
        package var isOfDayAlone: Bool

        package init(text: String, files: Int, isOfDayAlone: Bool = true) {
            self.text = text
            self.files = files
            self.isOfDayAlone = isOfDayAlone
        }
    }

    /// In the order in which they are read.
    package var files: [LogFile] = []
    package var patterns: [Pattern] = []
    /// Files that are left out because another is the same log.
    package var repeated: [Quality.RepeatedFile] = []
    /// Links by which `**` came to a folder again.
    package var repeatedFolders: [String] = []

    private enum CodingKeys: CodingKey {
        case patterns, repeated, repeatedFolders
    }

    package init() {}

    /// Paths without a file, where others have some: a part of the day's log may be missing. The neighbours' files may be still to come.
    package var pathsWithoutFiles: [String] {
        patterns.contains { $0.files > 0 } ? patterns.filter { $0.files == 0 && $0.isOfDayAlone }.map(\.text) : []
    }

    /// What several machines found, each of its own files: paths of one text have the files of all.
    package static func joined(_ all: [FoundLogs]) -> FoundLogs {
        var sum = FoundLogs()
        var places: [String: Int] = [:]
        for found in all {
            for pattern in found.patterns {
                if let place = places[pattern.text] {
                    sum.patterns[place].files += pattern.files
                } else {
                    places[pattern.text] = sum.patterns.count
                    sum.patterns.append(pattern)
                }
            }
            sum.repeated += found.repeated.filter { !sum.repeated.contains($0) }
            sum.repeatedFolders += found.repeatedFolders.filter { !sum.repeatedFolders.contains($0) }
        }
        return sum
    }
}
