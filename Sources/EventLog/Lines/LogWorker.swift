/// One worker's share of the reading: blocks to lines to events, which go to its sink.
struct LogWorker: ~Copyable {
    private let sink: any EventSink
    /// The same, when it takes lines.
    private let lineSink: (any LineSink)?
    var lines: LineDecoder
    var records: RecordDecoder
    /// Reads single lines of a record again, and counts nothing.
    var recordCheck: RecordDecoder
    private var events: EventBuffer
    private var types = TypeCounts()
    /// How many lines of one half of a block are read by themselves, at most, while a line of the other half waits for a partner.
    private static let mostWaits = 8
    var tally = LogTally()
    /// Lines of the block that were rejected or blank.
    private var lostLines: Int64 = 0
    /// Of a block that was split by visitor: its lines so far.
    private var partLines: PartLines?

    init(_ reader: LogReader, sink: any EventSink) {
        self.sink = sink
        lineSink = sink as? any LineSink
        events = EventBuffer(keepsLines: lineSink != nil)
        lines = LineDecoder(schema: reader.schema, day: reader.day, maximumLineLength: reader.maximumLineLength)
        records = RecordDecoder(schema: reader.schema, day: reader.day, maximumLength: reader.maximumLineLength)
        recordCheck = RecordDecoder(schema: reader.schema, day: reader.day, maximumLength: reader.maximumLineLength)
    }

    /// Decodes all lines of a block.
    mutating func read(_ block: borrowing Block) {
        block.close()
        let linesBefore = tally.lines
        lostLines = 0
        partLines = block.part.map { _ in PartLines() }
        lineSink?.begin(header: block.header?.text)
        if let header = block.header {
            readRecords(block, header)
        } else if let numbers = block.lineNumbers {
            readDocuments(block, numbers)
        } else {
            readLines(block)
        }
        handOver()
        tally.count(lines: tally.lines - linesBefore, lost: lostLines, of: block.file)
        tally.bytes += block.size
        if let part = block.part, let partLines { tally.count(partLines, ofPart: part) }
        types.move(to: &tally)
    }

    /// Decodes the lines of a block's two halves, one of each at a time where both have the most frequent shape: the processor then
    /// works at the dependent steps of two lines side by side.
    private mutating func readLines(_ block: borrowing Block) {
        var (first, second) = LineRun.halves(of: block)
        // How often in succession a line was read by itself while the other waited, to be matched once more.
        var waits = 0
        while !first.isAtEnd, !second.isAtEnd {
            let (one, two) = (first.position, second.position)
            let other = lines.matchTwo(one, two)
            if other == 2 {
                let outcome = lines.finish(0, from: &first.position, into: nextEvent)
                settle(outcome, at: first.next(), from: one, to: first.position - 1)
                let next = lines.finish(1, from: &second.position, into: nextEvent)
                settle(next, at: second.next(), from: two, to: second.position - 1)
                waits = 0
                continue
            }
            waits += 1
            // Each time the waiting line is compared anew: a long one would be searched through for each of many short ones.
            let isLast = waits == LogWorker.mostWaits
            if isLast { waits = 0 }
            if other == 0 || isLast { decodeLine(of: &first) }
            if other == 1 || isLast { decodeLine(of: &second) }
        }
        while !first.isAtEnd { decodeLine(of: &first) }
        while !second.isAtEnd { decodeLine(of: &second) }
        tally.count(lines: first.line, second.line, of: block.index, block.file)
    }

    @inline(__always)
    private mutating func decodeLine(of run: inout LineRun) {
        let start = run.position
        let outcome = lines.decode(lineAt: &run.position, before: run.end, into: nextEvent)
        settle(outcome, at: run.next(), from: start, to: run.position - 1)
    }

    /// Where the event of the next line is to be written.
    var nextEvent: UnsafeMutablePointer<Event> { events.next() }

    /// Takes what became of the line between `start` and `end`: keeps the event that was made, or counts why there is none.
    ///
    /// - Parameter isRecord: whether it was a record of separated values.
    @inline(__always)
    mutating func settle(
        _ outcome: LineDecoder.Outcome, at place: LinePlace, from start: UnsafePointer<UInt8>,
        to end: UnsafePointer<UInt8>, isRecord: Bool = false
    ) {
        tally.lines += 1
        partLines?.add(ByteText(start: start, count: end - start))
        switch outcome {
        case .event:
            types.count(events.next().pointee.type)
            events.keep(place, ByteText(start: start, count: end - start))
            if events.isFull { handOver() }
        case .rejected(let reason):
            lostLines += 1
            if case .invalid = reason {
                tally.reject(reason, at: place, value: isRecord ? records.invalidValue : lines.invalidValue)
            } else {
                tally.reject(reason, at: place)
            }
        case .ignored(let reason):
            if reason == .blankLine { lostLines += 1 }
            tally.ignore(reason, at: place)
            if let lineSink, reason == .outsideDay {
                lineSink.pass(ByteText(start: start, count: end - start), of: events.next().pointee.visitor)
            }
        }
    }

    /// What was read, at the end of all blocks.
    consuming func finish() -> LogTally {
        tally.count(invalidPropensities: lines.invalidPropensities + records.invalidPropensities)
        tally.add(lines.sourceCounts(), lines.otherTypes)
        tally.add(records.sourceCounts(), records.otherTypes)
        return tally
    }

    private mutating func handOver() {
        events.handOver(to: sink, &tally)
        lines.freeTexts()
        records.freeTexts()
        recordCheck.freeTexts()
    }
}

/// The events of a block by type, in plain numbers.
private struct TypeCounts {
    private var counts: InlineArray<5, Int64> = .init(repeating: 0)

    @inline(__always)
    mutating func count(_ type: EventType) {
        counts[type.position] += 1
    }

    mutating func move(to tally: inout LogTally) {
        for type in EventType.allCases { tally.count(type, counts[type.position]) }
        self = TypeCounts()
    }
}
