package import EventLog

/// The log files of a day, as the configuration's paths find them.
package struct FoundLogs: Sendable {
    /// A path, its dates and alternatives written out, and how many files it matches.
    package struct Pattern: Equatable, Sendable {
        package var text: String
        package var files: Int
    }

    /// A file that is left out because an earlier one is the same log.
    package struct Repeated: Equatable, Sendable {
        package var file: String
        package var sameAs: String
    }

    /// In the order in which they are read.
    package var files: [LogFile] = []
    package var patterns: [Pattern] = []
    package var repeated: [Repeated] = []
    /// Links by which `**` came to a folder again.
    package var repeatedFolders: [String] = []
}

/// Finds files that hold the same log: one compressed beside its original, a copy that an editor left.
///
/// Two files are the same log when the first 64 kB of their content, or all of it where it is shorter, are equal and not empty.
/// Files are compared byte by byte, after a hash of these bytes has found them alike.
struct RepeatedLogs {
    private static let beginning = 1 << 16

    private var filesByHash: [Int: [LogFile]] = [:]

    /// The first file so far that holds the same log as this one, which is remembered otherwise. What cannot be read, or can only
    /// be read once, is the same as nothing: reading it will say what is wrong.
    mutating func earlier(thanEqualTo file: LogFile) -> LogFile? {
        guard !file.isGivenDescriptor, let bytes = RepeatedLogs.beginning(of: file), !bytes.isEmpty else { return nil }
        let hash = bytes.hashValue
        for other in filesByHash[hash] ?? [] where RepeatedLogs.beginning(of: other) == bytes { return other }
        filesByHash[hash, default: []].append(file)
        return nil
    }

    private static func beginning(of file: LogFile) -> [UInt8]? {
        try? [UInt8](unsafeUninitializedCapacity: beginning) { buffer, count in
            let bytes = try LogBytes(file)
            while count < buffer.count {
                let read = try bytes.read(into: UnsafeMutableBufferPointer(rebasing: buffer[count...]))
                if read == 0 { return }
                count += read
            }
        }
    }
}
