import Domain

/// Positions of rows by segment, collected in one pass.
struct RowsBySegment {
    struct Row {
        /// The position among all rows.
        var index: Int
        var stratum: Int
        var arm: Int
    }

    private var numbering = Numbering()
    /// By the segment's number.
    private var rows: [[Row]] = []

    mutating func append(_ row: Row, _ segment: Name) {
        let number = numbering.number(of: segment)
        if number == rows.count { rows.append([]) }
        rows[number].append(row)
    }

    /// The segments in byte order.
    func sorted() -> [(name: Name, rows: [Row])] {
        zip(numbering.names, rows).map { (name: $0, rows: $1) }.sorted { $0.name < $1.name }
    }
}
