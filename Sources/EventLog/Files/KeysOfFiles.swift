import Synchronization

/// The keys of a log's first files, told by those who read them.
final class KeysOfFiles: Sendable {
    private let found = Mutex([Int: [String]]())

    /// By the number of the file.
    var keys: [Int: [String]] { found.withLock { $0 } }

    func add(_ keys: [String], ofFile file: Int) { found.withLock { $0[file] = keys } }
}
