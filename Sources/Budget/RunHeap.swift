/// The first of what is left of a sorted run.
protocol RunHead {
    /// Whether the first comes before the second; of equals, the one of the earlier run.
    static func precedes(_ left: Self, _ right: Self) -> Bool
}

/// A binary heap of runs: the least head is at the top. A change takes time logarithmic in the number of runs.
struct RunHeap<Head: RunHead> {
    private var heads: [Head] = []

    var first: Head? { heads.first }

    mutating func insert(_ head: Head) {
        heads.append(head)
        var index = heads.count - 1
        while index > 0, Head.precedes(heads[index], heads[(index - 1) / 2]) {
            heads.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Puts the next head of its run in place of the first; nil when the run has ended.
    mutating func replaceFirst(by head: Head?) {
        if let head {
            heads[0] = head
        } else {
            let last = heads.removeLast()
            guard !heads.isEmpty else { return }
            heads[0] = last
        }
        var index = 0
        while true {
            var least = index
            for child in (2 * index + 1)..<(2 * index + 3)
            where child < heads.count && Head.precedes(heads[child], heads[least]) {
                least = child
            }
            if least == index { return }
            heads.swapAt(index, least)
            index = least
        }
    }
}
