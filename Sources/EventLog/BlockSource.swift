import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A file of the log.
package enum LogFile: Hashable, Sendable {
    case path(String)
    case standardInput

    package var name: String {
        switch self {
        case .path(let path): path
        case .standardInput: "standard input"
        }
    }
}

/// Hands out the blocks of all files, one after another, to any number of workers.
///
/// A regular file is cut at fixed offsets and read in place by the worker that takes the block. A pipe is read in turn,
/// under the lock, and cut at line ends. Either way a block holds the lines that begin in it, each of them whole.
final class BlockSource: Sendable {
    private struct State {
        var nextFile = 0
        var current: OpenFile?
    }

    private let files: [LogFile]
    private let blockSize: Int
    private let maximumLineLength: Int
    private let state = Mutex(State())

    init(files: [LogFile], blockSize: Int, maximumLineLength: Int) {
        self.files = files
        self.blockSize = blockSize
        self.maximumLineLength = maximumLineLength
    }

    /// Fills `block` with the next one; false when all files are read.
    func next(_ block: inout Block) throws(LogError) -> Bool {
        while true {
            let taken: (file: OpenFile, offset: Int64)? = try state.withLock { state throws(LogError) in
                while true {
                    if state.current == nil {
                        guard state.nextFile < files.count else { return nil }
                        state.current = try OpenFile(files[state.nextFile], index: state.nextFile)
                        state.nextFile += 1
                    }
                    guard let file = state.current else { return nil }
                    if file.isRegular {
                        if let offset = file.takeRange(blockSize) { return (file, offset) }
                    } else if try file.readStream(
                        into: &block, blockSize: blockSize, maximumLineLength: maximumLineLength)
                    {
                        return (file, -1)
                    }
                    state.current = nil
                }
            }
            guard let (file, offset) = taken else { return false }
            if offset >= 0 {
                try file.readRange(at: offset, into: &block, blockSize: blockSize, maximumLineLength: maximumLineLength)
            }
            return true
        }
    }
}
