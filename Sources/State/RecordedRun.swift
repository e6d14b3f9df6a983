import Domain

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

    /// In seconds since the epoch.
    package var start: Int64? { RFC3339.seconds(started) }
}

extension RunRecords {
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
