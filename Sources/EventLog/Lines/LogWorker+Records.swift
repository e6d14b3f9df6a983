extension LogWorker {
    /// Decodes a block of separated values, cut as ``LogStream`` cuts.
    ///
    ///     line 7   v1,"a,b       a record over several lines …
    ///     line 8   v2,c          … of which one alone is an event, or that is rejected for whatever reason:
    ///     line 9   v3",d         line 7 is rejected, and reading goes on at line 8
    ///     line 10  v4,e␍v5,f␍    where this makes records, carriage returns end them as line feeds do
    ///
    /// A record stands at the line it begins in; the lines within its quotes count for the numbers of those that follow. One that
    /// is rejected counts its first line alone, and the others are read by themselves: of a stray quote the good ones among them
    /// are events, of a text over several lines each is rejected.
    mutating func readRecords(_ block: borrowing Block, _ header: CSVHeader) {
        records.use(header)
        let base = UnsafePointer(block.base)
        var start = block.lines.lowerBound
        var line = block.linesBefore
        // Behind the last line of a record that was rejected: what is read anew does not go on beyond it.
        var reread = start
        while start < block.lines.upperBound {
            let bound = start < reread ? reread : block.lines.upperBound
            let record = records.decode(recordAt: base + start, before: base + bound, into: nextEvent)
            if case .rejected = record.outcome, records.cutsAtReturns(block[start..<record.lineFeed - base]) {
                continue
            }
            let place = LinePlace(file: block.file, half: block.half(0), line: line)
            var end = record.lineFeed - base
            if record.mayHaveLineFeeds, let first = block.lineFeed(in: start..<end) {
                if let reason = fault(of: record, start..<end, firstLineFeed: first, in: block, header) {
                    settle(.rejected(reason), at: place, from: base + start, to: base + first)
                    reread = max(reread, min(end + 1, block.lines.upperBound))
                    end = first
                } else {
                    settle(record.outcome, at: place, from: base + start, to: record.lineFeed, isRecord: true)
                    line += block.lineFeeds(in: start..<end)
                }
            } else {
                settle(record.outcome, at: place, from: base + start, to: record.lineFeed, isRecord: true)
            }
            line += 1
            start = end + 1
        }
        tally.count(lines: line, 0, of: block.index, block.file)
    }

    /// Why a record over several lines is none, or nil: it is rejected, or its second line is an event by itself, so that a quote
    /// which nobody closed has run into it.
    private mutating func fault(
        of record: borrowing RecordDecoder.Record, _ range: Range<Int>, firstLineFeed: Int, in block: borrowing Block,
        _ header: CSVHeader
    ) -> RejectedReason? {
        switch record.outcome {
        case .rejected(let reason):
            return reason
        case .ignored(.blankLine):
            return nil
        case .event, .ignored:
            let second =
                firstLineFeed + 1..<(block.lineFeed(in: firstLineFeed + 1..<range.upperBound) ?? range.upperBound)
            recordCheck.use(header)
            return recordCheck.isEvent(UnsafeBufferPointer(block[second])) ? .notCSV : nil
        }
    }
}
