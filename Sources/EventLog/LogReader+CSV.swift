extension LogReader {
    /// Decodes a block of comma-separated values, cut as ``LogStream`` cuts.
    ///
    /// A record stands at the line it begins in; the lines within its quotes count for the numbers of those that follow.
    func decodeRecords(
        _ block: borrowing Block, _ header: CSVHeader, with decoder: inout LineDecoder, into events: inout EventBuffer,
        tally: inout LogTally
    ) {
        let base = UnsafePointer(block.base)
        let cutter = RecordCutter(maximumLength: maximumLineLength)
        var start = block.lines.lowerBound
        var line = block.linesBefore
        while start < block.lines.upperBound {
            let place = LinePlace(file: block.file, block: block.index, line: line)
            let found = cutter.end(from: start, in: base, count: block.lines.upperBound)
            let end = found.offset ?? block.lines.upperBound
            let outcome: LineDecoder.Outcome
            if found.isTooLong {
                outcome = .rejected(.lineTooLong)
            } else {
                outcome = decoder.decode(record: base + start, count: end - start, of: header, into: events.next())
            }
            events.settle(outcome, at: place, tally: &tally)
            tally.lines += 1
            line += block.lineFeeds(in: start..<end) + 1
            start = end + 1
        }
        tally.linesOfBlocks[block.file, default: [:]][block.index, default: 0] += Int64(line)
    }
}
