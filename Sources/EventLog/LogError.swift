#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A log file that cannot be read.
package struct LogError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Operation: String, Sendable {
        case open, read
    }

    package enum Problem: Equatable, Sendable {
        /// A system call failed, with its errno.
        case system(Operation, code: Int32)
        /// The file became shorter while it was read.
        case shrank(offset: Int64)
        /// The content is in a format that is not read.
        case format(String)
    }

    package var file: String
    package var problem: Problem

    package init(file: String, problem: Problem) {
        self.file = file
        self.problem = problem
    }

    package var description: String {
        switch problem {
        case .system(let operation, let code):
            "\(file): cannot \(operation.rawValue): \(String(cString: strerror(code))); check the path and its permissions"
        case .shrank(let offset):
            "\(file): the file ended early, at byte \(offset), while it was read; run again when nobody writes to it"
        case .format(let name):
            "\(file): the content is \(name), which is not read; give one JSON object a line"
        }
    }
}
