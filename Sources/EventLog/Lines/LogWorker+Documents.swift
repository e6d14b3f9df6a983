extension LogWorker {
    /// Decodes a block of a document, whose events stand each in a line and have the numbers of those where they began.
    mutating func readDocuments(_ block: borrowing Block, _ numbers: [Int32]) {
        var position = UnsafePointer(block.base) + block.lines.lowerBound
        let end = UnsafePointer(block.base) + block.lines.upperBound
        for number in numbers {
            let place = LinePlace(file: block.file, half: block.half(0), line: number)
            if position[0] == DocumentSplitter.noList, position[1] == 0x0A {
                position += 2
                settle(.rejected(.noList), at: place, from: position - 2, to: position - 1)
            } else {
                // What ends in a carriage return is no more than a part of the line.
                repeat {
                    let start = position
                    let outcome = lines.decode(lineAt: &position, before: end, into: nextEvent)
                    settle(outcome, at: place, from: start, to: position - 1)
                } while position < end && position[-1] == 0x0D
            }
        }
    }
}
