/// A sum that can be divided.
struct RunningMean: Sendable {
    var sum = 0.0
    var count = 0

    var mean: Double { count > 0 ? sum / Double(count) : 0 }

    mutating func add(_ value: Double) {
        sum += value
        count += 1
    }

    mutating func add(_ other: RunningMean) {
        sum += other.sum
        count += other.count
    }
}

/// What stands in the columns of an experiment: numbers or texts, which ones, and their means; and the assigned policies.
///
/// A look at the first rows is enough where all covariates are numbers and nothing else is asked; otherwise the file is read once
/// more, before anything is counted.
struct ColumnSurvey: Sendable {
    struct Column: Sendable {
        var values = RunningMean()
        /// The texts, where there are few enough; nil: too many.
        var levels: Set<[UInt8]>? = []
        var isText = false
        var firstText = ""
        var firstTextLine = 0
    }

    private(set) var columns: [Column]
    private(set) var outcomes = RunningMean()
    /// Rows by assigned policy.
    private(set) var assigned: [[UInt8]: Int] = [:]
    private(set) var rows = 0

    init(columns: Int) {
        self.columns = Array(repeating: Column(), count: columns)
    }

    /// Looks at the records of a block. Those that are no records are left for whoever reads them to count.
    mutating func read(_ block: ComparisonRecordBlock, header: [String], lines: Int, surveyed: Set<Int>) -> Int {
        var cursor = FieldCursor(block)
        while cursor.isAtRecord() {
            let line = lines + cursor.line + 1
            do throws(RecordFault) {
                for column in header.indices {
                    if surveyed.contains(column) {
                        let (value, field) = try cursor.number()
                        add(value, field, column, line)
                    } else if header[column] == "outcome" {
                        if let value = try cursor.number().value { outcomes.add(value) }
                    } else {
                        let field = try cursor.field()
                        if header[column] == "assigned_policy" { assigned[field.bytes, default: 0] += 1 }
                    }
                    guard column + 1 == header.count || cursor.passComma() else { return cursor.line }
                }
            } catch {
                return cursor.line
            }
            guard cursor.isAtRecordEnd else { return cursor.line }
            rows += 1
            cursor.endRecord()
        }
        return cursor.line
    }

    private mutating func add(_ value: Double?, _ field: Field, _ column: Int, _ line: Int) {
        if let value {
            columns[column].values.add(value)
        } else if !field.isEmpty, !columns[column].isText {
            columns[column].isText = true
            columns[column].firstText = field.text
            columns[column].firstTextLine = line
        }
        // A column of numbers has many values; they are kept in case a text comes yet.
        guard let levels = columns[column].levels, levels.count <= ExperimentLayout.maximumLevels else { return }
        columns[column].levels?.insert(field.bytes)
        if levels.count == ExperimentLayout.maximumLevels, columns[column].levels?.count ?? 0 > levels.count {
            columns[column].levels = nil
        }
    }
}
