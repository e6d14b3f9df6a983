/// The options of one customer that can be part of an optimum, and the steps between them: room that one customer after another uses.
///
///     value │        d            base a: the least cost
///           │    c ·              front a, b, c, d: each dearer and more valuable than the one before
///           │  ·   b              hull a, c, d: b lies below the line from a to c
///           │ a                   steps a→c, c→d: ever less value for money
///           └─────────── cost
final class CustomerOptions {
    /// Why a customer's options make no sense.
    enum Fault: Error, Equatable {
        /// An option twice, by number.
        case secondOption(UInt32)
        case secondGroup(UInt32, UInt32)
    }

    private let names: OptionNames
    private var rows: UnsafeMutablePointer<OptionRow>
    private var hull: UnsafeMutablePointer<Int32>
    private var capacity: Int
    private(set) var group: UInt32 = 0
    private(set) var frontCount = 0
    private(set) var hullCount = 0

    init(_ names: OptionNames) {
        self.names = names
        capacity = 16
        rows = .allocate(capacity: capacity)
        hull = .allocate(capacity: capacity)
    }

    deinit {
        rows.deallocate()
        hull.deallocate()
    }

    /// The options that are dearer and more valuable than those before; the first is the base.
    @inline(__always)
    func front(_ index: Int) -> OptionRow { rows[index] }

    /// The place on the front of the option after so many steps.
    @inline(__always)
    func hullIndex(_ step: Int) -> Int { Int(hull[step]) }

    @inline(__always)
    func hull(_ step: Int) -> OptionRow { rows[Int(hull[step])] }

    /// Takes the options of a customer. Time: options · log options.
    func load(_ pieces: ArraySlice<PieceReference>) throws(Fault) {
        var total = 1
        for reference in pieces { total += reference.piece.rowCount }
        if total > capacity { grow(total) }
        var count = 0
        var hasNone = names.none == nil
        let none = names.none ?? 0
        for (index, reference) in zip(pieces.indices, pieces) {
            let piece = reference.piece
            if index == pieces.startIndex {
                group = piece.group
            } else if piece.group != group {
                throw .secondGroup(group, piece.group)
            }
            for row in 0..<piece.rowCount {
                let option = piece.row(row)
                if option.option == none { hasNone = true }
                rows[count] = option
                count += 1
            }
        }
        if let second = second(of: count) { throw .secondOption(second) }
        if !hasNone {
            rows[count] = OptionRow(value: 0, cost: 0, option: none)
            count += 1
        }
        sort(count)
        findFront(count)
        findHull()
    }

    /// An option that is there twice.
    private func second(of count: Int) -> UInt32? {
        if count <= 12 {
            for index in 1..<max(1, count) {
                for other in 0..<index where rows[other].option == rows[index].option { return rows[index].option }
            }
            return nil
        }
        var seen = Set<UInt32>(minimumCapacity: count)
        for index in 0..<count where !seen.insert(rows[index].option).inserted { return rows[index].option }
        return nil
    }

    /// By cost, then by value from the greatest, then by name.
    @inline(__always)
    private func precedes(_ left: OptionRow, _ right: OptionRow) -> Bool {
        if left.cost != right.cost { return left.cost < right.cost }
        if left.value != right.value { return left.value > right.value }
        return names.ranks[Int(left.option)] < names.ranks[Int(right.option)]
    }

    private func sort(_ count: Int) {
        guard count <= 24 else {
            var all = UnsafeMutableBufferPointer(start: rows, count: count)
            return all.sort { precedes($0, $1) }
        }
        for index in 1..<max(1, count) {
            let row = rows[index]
            var place = index
            while place > 0, precedes(row, rows[place - 1]) {
                rows[place] = rows[place - 1]
                place -= 1
            }
            rows[place] = row
        }
    }

    private func findFront(_ count: Int) {
        frontCount = 1
        for index in 1..<max(1, count) where rows[index].value > rows[frontCount - 1].value {
            rows[frontCount] = rows[index]
            frontCount += 1
        }
    }

    private func findHull() {
        hull[0] = 0
        hullCount = 1
        for index in 1..<max(1, frontCount) {
            while hullCount >= 2, isBelow(hull[hullCount - 1], from: hull[hullCount - 2], to: Int32(index)) {
                hullCount -= 1
            }
            hull[hullCount] = Int32(index)
            hullCount += 1
        }
    }

    /// Whether the middle option lies below the line between the others; on it is not below.
    @inline(__always)
    private func isBelow(_ middle: Int32, from first: Int32, to last: Int32) -> Bool {
        let (a, b, c) = (rows[Int(first)], rows[Int(middle)], rows[Int(last)])
        let (gain, cost) = (CustomerOptions.gain(a, b), UInt64(b.cost - a.cost))
        let (nextGain, nextCost) = (CustomerOptions.gain(b, c), UInt64(c.cost - b.cost))
        let left = gain.multipliedFullWidth(by: nextCost)
        let right = nextGain.multipliedFullWidth(by: cost)
        return left.high != right.high ? left.high < right.high : left.low < right.low
    }

    /// What the second has more in value, which is above that of the first.
    @inline(__always)
    static func gain(_ first: OptionRow, _ second: OptionRow) -> UInt64 {
        UInt64(bitPattern: second.value) &- UInt64(bitPattern: first.value)
    }

    private func grow(_ count: Int) {
        rows.deallocate()
        hull.deallocate()
        capacity = 2 * count
        rows = .allocate(capacity: capacity)
        hull = .allocate(capacity: capacity)
    }
}
