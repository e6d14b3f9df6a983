/// Why an allocation table could not be loaded: where, what, and what to do.
public struct TableError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The kind of failure.
    public enum Code: Equatable, Sendable {
        /// A file or directory cannot be opened or read; `systemError` says why.
        case unreadable
        /// Nothing here is an allocation table, or a part of one is missing.
        case missing
        /// The manifest is of another format or of a later version of it.
        case foreignFormat
        /// The manifest or the table is not well formed, or breaks a rule of the format.
        case malformed
        /// The table is not the one that the manifest describes: cut short or changed.
        case unverified
        /// The table is of another pipeline than the one that a host serves.
        case otherPipeline
        /// The table is of an earlier day than the one that a host serves, and nobody rolled back to it.
        case older
    }

    public let code: Code
    /// The file or directory at fault, as the caller's path leads to it.
    public let file: String
    /// The line of the file, from 1, where one line is at fault.
    public let line: Int?
    public let problem: String
    public let remedy: String
    /// The `errno` of the call that failed; 0 when none did.
    public let systemError: Int32

    init(_ code: Code, file: String, line: Int? = nil, _ problem: String, remedy: String, systemError: Int32 = 0) {
        self.code = code
        self.file = file
        self.line = line
        self.problem = problem
        self.remedy = remedy
        self.systemError = systemError
    }

    /// `FILE:LINE: problem; remedy`.
    public var description: String {
        "\(file)\(line.map { ":\($0)" } ?? ""): \(problem); \(remedy)"
    }
}
