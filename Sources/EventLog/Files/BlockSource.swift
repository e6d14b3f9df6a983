import Synchronization

/// Hands out the blocks of all files to any number of workers.
///
/// A plain file is read by all workers at once. A stream (compressed, a pipe, CSV) is read by one worker at a time, while the
/// others decode the blocks they have, or read the next files: as many files are open as there are workers, at most.
///
///     worker 1   ▓▓ a.gz ▓▓░░ decode ░░░░▓▓ a.gz ▓▓░░ …      ▓ has the turn: reads and decompresses
///     worker 2   ▓▓ b.gz ▓▓░░ decode ░░░░▓▓ b.gz ▓▓░░ …      ░ decodes
///
/// A worker that has the turn of a file waits for nothing but its bytes, and the others wait for the turn: there is no deadlock. Which
/// worker gets a block depends on the machine; what is in the block, and its number in the file, does not.
final class BlockSource: Sendable {
    private struct State {
        var nextFile = 0
        /// In the order of the files; the first that is free is read first.
        var open: [OpenFile] = []
    }

    private let files: [LogFile]
    private let rules: ReadingRules
    private let workers: Int
    /// Of each open file: in all there are at most two for each worker but one, however many files are open.
    private let blocksAhead: Int
    private let state = Mutex(State())

    init(files: [LogFile], rules: ReadingRules, workers: Int) {
        self.files = files
        self.rules = rules
        self.workers = workers
        blocksAhead = 2 * max(0, workers - 1) / max(1, min(workers, files.count))
    }

    /// Fills `block` with one that nobody has, for a worker with this number; false when there is none left.
    func next(_ block: inout Block, for worker: Int) throws(LogError) -> Bool {
        while true {
            for file in state.withLock({ $0.open }) {
                guard let turn = try file.takeIfFree(&block, by: worker) else { continue }
                if try finish(turn, of: file, &block) { return true }
            }
            if addFile() { continue }
            // All files are busy: wait for the first.
            guard let file = state.withLock({ $0.open.first }) else { return false }
            if try finish(file.take(&block, by: worker), of: file, &block) { return true }
        }
    }

    /// Does what a turn left to do; false when the file has ended.
    private func finish(_ turn: OpenFile.Turn, of file: OpenFile, _ block: inout Block) throws(LogError) -> Bool {
        switch turn {
        case .block:
            return true
        case .range(let plain, let offset):
            try plain.read(at: offset, into: &block)
            return true
        case .ended:
            state.withLock { state in state.open.removeAll { $0 === file } }
            return false
        }
    }

    /// Adds the next file to those that are read; false when there is none, or enough are.
    ///
    /// It is opened by the first worker that takes from it, in its turn: a pipe may keep that worker waiting.
    private func addFile() -> Bool {
        state.withLock { state in
            guard state.nextFile < files.count, state.open.count < workers else { return false }
            state.open.append(
                OpenFile(files[state.nextFile], index: state.nextFile, rules: rules, blocksAhead: blocksAhead))
            state.nextFile += 1
            return true
        }
    }
}
