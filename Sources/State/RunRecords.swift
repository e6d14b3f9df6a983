import CLibrary
import Domain
import Essentials

/// The records of runs: a small file for each in `runs/`, named after the instant at which it began.
package struct RunRecords: Sendable {
    /// How many are kept.
    package static let limit = 400

    package let directory: String

    private let state: StateDirectory

    package init(_ state: StateDirectory) {
        directory = state.path + "/runs"
        self.state = state
    }

    func statistics(on date: CalendarDate) -> String { state.statistics(on: date) }

    /// Adds the record of a run, whole or not at all, and removes the oldest ones beyond ``limit``. Nobody's lock is needed, so that
    /// a run which does not get it leaves a record too: a name that is taken gets a number behind it.
    ///
    /// - Parameter start: when the run began, in seconds since the epoch.
    package func add(_ bytes: [UInt8], start: Int64) throws(FileError) {
        let name: String
        do throws(FileError) {
            name = try write(bytes, start: start)
        } catch {
            // Whoever got the lock sweeps away what killed runs left, and this file may have looked like that.
            guard error.isMissing else { throw error }
            name = try write(bytes, start: start)
        }
        try FileSystem.synchronize(directory: directory)
        let names = try names()
        for old in names.prefix(max(0, names.count - RunRecords.limit)) where old != name {
            try FileSystem.remove("\(directory)/\(old)")
        }
    }

    /// Writes a record under the first name that is free, and returns that.
    private func write(_ bytes: [UInt8], start: Int64) throws(FileError) -> String {
        try FileSystem.createDirectory(directory)
        let temporary = "\(directory)/.\(ProcessInfo.processInfo.processIdentifier).tmp"
        defer { try? FileSystem.remove(temporary) }
        try FileSystem.write(bytes, to: temporary)
        let stem = RFC3339.text(start).replacing(":", with: "-")
        var name = stem + ".json"
        var number = 1
        // A hard link is refused where the name is taken, as a move is not.
        while try !FileSystem.createHardLink("\(directory)/\(name)", to: temporary) {
            number += 1
            name = "\(stem)_\(number < 10 ? "00" : number < 100 ? "0" : "")\(number).json"
        }
        return name
    }

    /// The names of the records, oldest first.
    package func names() throws(FileError) -> [String] {
        try FileSystem.list(directory).filter { $0.hasSuffix(".json") && $0.first?.isNumber == true }
    }
}
