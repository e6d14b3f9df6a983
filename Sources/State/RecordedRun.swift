package import Domain

/// What the record of a run says of it, for who looks back: see ``RunRecords``.
package struct RecordedRun: Decodable, Equatable, Sendable {
    package struct Failure: Decodable, Equatable, Sendable {
        package var code: String
        package var text: String
    }

    /// When it began, RFC 3339.
    package var started: String
    package var command: String
    package var pipeline: String?
    /// First and last day.
    package var dates: [String]
    package var exitCode: Int32
    package var error: Failure?
    package var warningsByCode: [String: Int]
    /// Of each night that came to its table; nil in records of earlier versions.
    package var nights: [RecordedNight]?

    /// In seconds since the epoch.
    package var start: Int64? { RFC3339.seconds(started) }
}

/// What became of a night's table.
package struct RecordedNight: Codable, Equatable, Sendable {
    package var date: String
    package var isHeld: Bool
    package var isAccepted: Bool
    /// What held it, or would have.
    package var heldBy: [String]

    package init(date: String, isHeld: Bool, isAccepted: Bool, heldBy: [String]) {
        self.date = date
        self.isHeld = isHeld
        self.isAccepted = isAccepted
        self.heldBy = heldBy
    }
}

/// The records of a state's runs, read.
package struct ReadRecords: Sendable {
    /// Oldest first.
    package var runs: [RecordedRun] = []
    /// The paths of those that cannot be read, oldest first.
    package var unreadable: [String] = []
}

extension RunRecords {
    /// Reads all records. What the system fails to read, or is no record, is named.
    ///
    /// - Throws: where they cannot be listed.
    package func read() throws(FileError) -> ReadRecords {
        var records = ReadRecords()
        for name in try names() {
            let path = "\(directory)/\(name)"
            let run = (try? FileSystem.read(path)).flatMap { try? JSONFile.value(RecordedRun.self, $0) }
            if let run { records.runs.append(run) } else { records.unreadable.append(path) }
        }
        return records
    }

    /// The days with statistics that were held, and by what, whose nights were neither run again nor accepted since: those without
    /// count nowhere.
    package func heldDays(_ records: ReadRecords) -> [CalendarDate: [String]] {
        var held: [CalendarDate: [String]] = [:]
        for run in records.runs {
            for night in run.nights ?? [] {
                guard let date = CalendarDate(night.date) else { continue }
                held[date] = night.isHeld ? night.heldBy : nil
            }
        }
        // What cannot be examined is taken to be there.
        return held.filter { (try? FileSystem.exists(statistics(on: $0.key) + "/statistics.csv")) ?? true }
    }
}
