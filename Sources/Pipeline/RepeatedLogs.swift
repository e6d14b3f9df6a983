import EventLog
import State

/// Finds files that hold the same log: one compressed beside its original, a copy that an editor left.
///
/// Two files are the same log when the first 64 kB of their content, or all of it where it is shorter, are equal and not empty.
/// Blocks of a part are no log of their own: two may well begin with the same lines, of a visitor of whom two logs tell.
/// Files are compared byte by byte, after a hash of these bytes has found them alike. The longer is kept: the other is a snapshot of
/// it. Of files that are compressed in different ways, of which nobody knows which is longer, the first is.
struct RepeatedLogs {
    private static let beginning = 1 << 16

    private var filesByHash: [Int: [LogFile]] = [:]

    /// The file so far that holds the same log as this one, which is remembered in its place where it is longer, or else. What is no
    /// log, or can only be read once, is the same as nothing: reading it will say what is wrong.
    ///
    /// - Throws: where the system fails to read a file: a log that is not looked into might be counted twice.
    mutating func earlier(thanEqualTo file: LogFile) throws(RunFailure) -> (file: LogFile, isShorter: Bool)? {
        guard !file.isGivenDescriptor, let bytes = try RepeatedLogs.beginning(of: file), !bytes.isEmpty,
            !PartBlock.begins(bytes)
        else { return nil }
        let hash = bytes.hashValue
        for (index, other) in (filesByHash[hash] ?? []).enumerated() {
            guard try RepeatedLogs.beginning(of: other) == bytes else { continue }
            let isShorter = try RepeatedLogs.isShorter(other, than: file)
            if isShorter { filesByHash[hash]?[index] = file }
            return (other, isShorter)
        }
        filesByHash[hash, default: []].append(file)
        return nil
    }

    /// Whether a file is known to be the shorter of two that are compressed alike, or not at all.
    private static func isShorter(_ file: LogFile, than other: LogFile) throws(RunFailure) -> Bool {
        func kind(_ file: LogFile) -> String? { ["gz", "zst"].first { file.name.hasSuffix("." + $0) } }
        guard kind(file) == kind(other) else { return false }
        do throws(FileError) {
            return try FileSystem.size(of: file.name) < FileSystem.size(of: other.name)
        } catch {
            throw .file(error)
        }
    }

    /// Nil for what is no log.
    private static func beginning(of file: LogFile) throws(RunFailure) -> [UInt8]? {
        var text = [UInt8](repeating: 0, count: beginning)
        var count = 0
        do throws(LogError) {
            let bytes = try LogBytes(file)
            while count < text.count {
                let read = try text.withUnsafeMutableBufferPointer { buffer throws(LogError) in
                    try bytes.read(into: UnsafeMutableBufferPointer(rebasing: buffer[count...]))
                }
                if read == 0 { break }
                count += read
            }
        } catch {
            if case .system = error.problem { throw .log(error) }
            return nil
        }
        return Array(text[..<count])
    }
}
