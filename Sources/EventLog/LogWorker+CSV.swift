extension LogWorker {
    /// Decodes a block of comma-separated values, cut as ``LogStream`` cuts.
    ///
    /// A record stands at the line it begins in; the lines within its quotes count for the numbers of those that follow.
    mutating func readRecords(_ block: borrowing Block, _ header: CSVHeader) {
        records.use(header)
        let base = UnsafePointer(block.base)
        var start = block.lines.lowerBound
        var line = block.linesBefore
        while start < block.lines.upperBound {
            let record = records.decode(
                recordAt: base + start, before: base + block.lines.upperBound, into: nextEvent)
            settle(record.outcome, at: LinePlace(file: block.file, half: block.half(0), line: line))
            let end = record.lineFeed - base
            line += 1 + (record.mayHaveLineFeeds ? block.lineFeeds(in: start..<end) : 0)
            start = end + 1
        }
        tally.count(lines: line, 0, of: block.index, block.file)
    }
}
