import Domain

/// Positions of rows by segment, collected in one pass.
struct RowsBySegment {
    struct Row {
        /// The position among all rows.
        var index: Int
        var stratum: Int
        var arm: Int
    }

    private var positions: [Name: Int] = [:]
    private var segments: [(name: Name, rows: [Row])] = []
    /// The segment of the last row: files are sorted, so most rows follow one of their own segment and need no lookup.
    private var last: Int?

    mutating func append(_ row: Row, _ segment: Name) {
        if let last, segments[last].name == segment {
            segments[last].rows.append(row)
            return
        }
        let position = positions[segment] ?? segments.count
        if position == segments.count {
            positions[segment] = position
            segments.append((segment, []))
        }
        segments[position].rows.append(row)
        last = position
    }

    /// The segments in byte order.
    func sorted() -> [(name: Name, rows: [Row])] {
        segments.sorted { $0.name < $1.name }
    }
}
