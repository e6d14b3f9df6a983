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

extension RunRecords {
    /// The days with statistics that were held, and by what, whose nights were neither run again nor accepted since: those without
    /// count nowhere. Records that cannot be read are
    /// passed over, and so is a directory that cannot be listed: what stops no run from being recorded stops none from being made.
    package func heldDays() -> [CalendarDate: [String]] {
        var held: [CalendarDate: [String]] = [:]
        for name in (try? names()) ?? [] {
            guard let bytes = try? FileSystem.read("\(directory)/\(name)"),
                let run = try? JSONFile.value(RecordedRun.self, bytes)
            else { continue }
            for night in run.nights ?? [] {
                guard let date = CalendarDate(night.date) else { continue }
                held[date] = night.isHeld ? night.heldBy : nil
            }
        }
        // What cannot be examined is taken to be there.
        return held.filter { (try? FileSystem.exists(statistics(on: $0.key) + "/statistics.csv")) ?? true }
    }

    /// The newest record that fits, read from the newest back; those that cannot be read are passed over.
    package func newest(where fits: (RecordedRun) -> Bool) throws(FileError) -> RecordedRun? {
        for name in try names().reversed() {
            guard let bytes = try? FileSystem.read("\(directory)/\(name)"),
                let run = try? JSONFile.value(RecordedRun.self, bytes), fits(run)
            else { continue }
            return run
        }
        return nil
    }
}
