import Domain
import State

extension RunEvent {
    /// Dropped visitors of libraries that are worth a word: so many, and so large a share of all.
    private static let manyLibraryVisitors: Int64 = 20
    private static let largeLibraryShare = 0.02
    /// Propensities that are none are worth a word when they are more than one line in so many.
    private static let oneInvalidPropensityOf: Int64 = 100

    /// What is to be said of a day's files, and of what in them could not be judged.
    static func remarks(onFilesOf date: CalendarDate, _ found: FoundLogs, _ quality: Quality) -> [RunEvent] {
        var events: [RunEvent] = []
        if let files = quality.repeatedFiles { events.append(.sameLog(date, files)) }
        let paths = found.pathsWithoutFiles
        if !paths.isEmpty { events.append(.pathsWithoutFiles(date, paths: paths)) }
        if let files = quality.filesWithoutLines { events.append(.filesWithoutLines(date, files: files)) }
        if let files = quality.filesWithoutEvents { events.append(.filesWithoutEvents(date, files: files)) }
        if !found.repeatedFolders.isEmpty { events.append(.foldersRepeated(date, links: found.repeatedFolders)) }
        if let addresses = quality.unreadableAddresses { events.append(.addressesUnreadable(date, addresses)) }
        if let invalid = quality.invalidPropensities, invalid * oneInvalidPropensityOf > quality.lines {
            events.append(.propensitiesInvalid(date, events: invalid))
        }
        if let libraries = quality.bots.libraries, libraries.visitors >= manyLibraryVisitors,
            Double(libraries.visitors) >= largeLibraryShare * Double(quality.visitors)
        {
            events.append(.librariesDropped(date, libraries, ofVisitors: quality.visitors))
        }
        return events
    }
}
