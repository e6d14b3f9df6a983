import Domain
import EventLog

/// Finds lines of the options again, for a message.
enum OptionSearch {
    /// The line that has an option of a customer for the second time, or, without an option, a second group.
    static func secondLine(
        _ settings: BudgetSettings, spool: StreamSpool, customer: [UInt8], option: Name?
    ) throws(BudgetError) -> Int64? {
        do throws(LogError) {
            let stream = try RecordStream(settings.options, spool: spool)
            guard let columns = try? OptionColumns(stream.header, file: stream.name, withGroups: option == nil) else {
                return nil
            }
            var block = RecordBlock()
            var first: [UInt8]?
            while try stream.next(&block) {
                var cursor = RecordCursor(block, width: columns.width)
                while true {
                    let outcome = cursor.next()
                    if outcome == .end { break }
                    guard outcome == .record, cursor.fieldCount == columns.width,
                        cursor[columns.customer].elementsEqual(customer)
                    else { continue }
                    let found = Array(cursor[option == nil ? columns.group ?? 0 : columns.option])
                    if let option {
                        guard found.elementsEqual(option.string.utf8), isRow(cursor, columns) else { continue }
                        if first == nil {
                            first = found
                            continue
                        }
                    } else if first == nil || first == found {
                        first = found
                        continue
                    }
                    return block.firstLine + Int64(block.lineFeeds(in: 0..<cursor.start))
                }
            }
            return nil
        } catch {
            throw .log(error)
        }
    }

    /// Whether the line was not left out for its numbers.
    private static func isRow(_ cursor: borrowing RecordCursor, _ columns: OptionColumns) -> Bool {
        (try? DecimalDigits(cursor[columns.value])) != nil && (try? DecimalDigits(cursor[columns.cost])) != nil
    }
}
