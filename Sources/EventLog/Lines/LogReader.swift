import Dispatch
import Synchronization

/// Reads log files: blocks to lines to events, by several workers.
package struct LogReader: Sendable {
    /// The default limit of a line, in bytes: a longer one is rejected, and no more of it is held in memory.
    package static let maximumLineLength = 1 << 20

    package var schema: EventSchema
    package var day: LogDay
    /// Bytes of a plain file that a worker takes at a time; of a stream it is twice as many.
    package var blockSize = 1 << 17
    package var maximumLineLength = LogReader.maximumLineLength
    /// How separated values are written.
    package var csv = CSVFormat()
    /// The keys that lead from an object to the list of its events; nil: the object is one.
    package var each: [String]?
    /// Keeps what comes through pipes, for those who read a log more than once with one spool.
    package var spool: StreamSpool?
    /// Whether files may hold the blocks of ``PartBlock``, told from lines by their first bytes.
    package var takesPartBlocks = false
    /// Whether what is read begins within a file, at the beginning of a line: JSON is of one object a line then.
    package var isPiece = false
    /// What file comes through standard input, to find its format by the name and to name it in errors and in the tally.
    package var inputName: String?
    /// Whether the tally is to tell the keys of the first files, should it lack a source that is mapped.
    package var surveysKeys = false
    /// Asked before each block, from any worker: true when nobody needs the rest.
    package var isAbandoned: (@Sendable () -> Bool)?
    /// Called now and then, from any worker, with the number of bytes of the files read since the last call.
    package var progress: (@Sendable (Int64) -> Void)?

    package init(schema: EventSchema, day: LogDay) {
        self.schema = schema
        self.day = day
    }

    /// Reads all files, one worker for each sink. Time is linear in the bytes.
    ///
    /// Which sink an event reaches, and in which order, depends on the machine: sinks must not let it matter.
    /// - Throws: ``LogError`` for the first file that cannot be read; what the sinks were given then is of no use.
    package func read(_ files: [LogFile], into sinks: [any EventSink]) throws(LogError) -> LogTally {
        let rules = ReadingRules(
            schema: schema, blockSize: blockSize, maximumLineLength: maximumLineLength, csv: csv, each: each,
            spool: spool, takesPartBlocks: takesPartBlocks, isPiece: isPiece, inputName: inputName,
            survey: surveysKeys ? KeysOfFiles() : nil)
        let source = BlockSource(files: files, rules: rules, workers: sinks.count)
        let result = Mutex<(tally: LogTally, error: LogError?)>((LogTally(), nil))
        DispatchQueue.concurrentPerform(iterations: sinks.count) { worker in
            var work = LogWorker(self, sink: sinks[worker])
            var failure: LogError?
            do throws(LogError) {
                var block = Block()
                while !result.withLock({ $0.error != nil }), !(isAbandoned?() ?? false),
                    try source.next(&block, for: worker)
                {
                    work.read(block)
                    progress?(block.fileSize)
                }
            } catch {
                failure = error
            }
            let tally = work.finish()
            result.withLock { result in
                result.tally.add(tally)
                result.error = result.error ?? failure
            }
        }
        var (tally, error) = result.withLock { $0 }
        if let error { throw error }
        tally.files = files.map(rules.name)
        tally.nameSources(of: schema)
        if let survey = rules.survey, tally.lacksSource { tally.keysOfFiles = survey.keys }
        return tally
    }
}
