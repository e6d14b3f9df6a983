import CScan

/// The keys of a line that a schema names, and those of the objects inside it that paths lead through.
///
///     ts ─► value 1          properties ─┬─ slot ─► value 3         tags ─ [0] ─► value 5
///     visitor ─► value 2                 └─ variant ─► value 4
///
/// Numbers of values count from 1; 0 stands for none. A branch whose own text may hold JSON has a number too, of that text.
struct KeyTree: ~Copyable {
    /// What a key or a place in a list leads to.
    struct Branch {
        /// Of the value that stands there; 0 when none is wanted.
        fileprivate(set) var value = 0
        /// The node below; -1 for none.
        fileprivate(set) var node = -1
        /// Of the text that stands there, which may be JSON itself; 0 where nothing is below.
        fileprivate(set) var text = 0
        /// Numbers of all values and texts below.
        fileprivate(set) var below: [Int] = []
    }

    /// What is wanted of an object or a list.
    struct Node {
        fileprivate(set) var keys: UnsafeMutablePointer<KeyTable>
        /// The branch of the first key.
        fileprivate(set) var firstKey: Int
        fileprivate(set) var keyCount: Int
        fileprivate(set) var elements: [(place: Int, branch: Int)] = []
        fileprivate(set) var matches: [(key: [UInt8], value: [UInt8], branch: Int)] = []

        var hasKeys: Bool { keyCount > 0 }
        var hasElements: Bool { !elements.isEmpty || !matches.isEmpty }
    }

    /// What is asked of every key: the table of a node, and what a branch leads to.
    private struct Table {
        var keys: UnsafeMutablePointer<KeyTable>
        var firstKey: Int
    }

    private struct Lead {
        var value: Int32
        var node: Int32
    }

    let branches: [Branch]
    let nodes: [Node]
    /// Whether a key of the line's object leads further.
    let hasPaths: Bool
    /// How many values there are, and texts that may be JSON.
    let valueCount: Int
    /// Branches whose texts may be JSON, outer ones first.
    let texts: [Int]
    private let tables: UnsafeMutablePointer<Table>
    private let leads: UnsafeMutablePointer<Lead>

    /// Makes a tree of ways of steps.
    ///
    /// - Parameters:
    ///   - ways: by source, each spelling of it.
    ///   - taken: numbers of values that are in use for something else, from 1.
    ///   - numbers: by source, takes the numbers of the values at the end of its ways, in their order.
    init(_ ways: [[[SourcePath.Step]]], taken: Int = 0, numbers: inout [[Int]]) {
        let root = Growth()
        var next = taken
        numbers = ways.map { spellings in
            spellings.map { steps in
                root.number(of: steps[...]) {
                    next += 1
                    return next
                }
            }
        }
        var parts = Parts(valueCount: next)
        _ = parts.add(root)
        branches = parts.branches
        nodes = parts.nodes
        texts = parts.texts
        hasPaths = parts.hasPaths
        valueCount = parts.valueCount
        tables = .allocate(capacity: nodes.count)
        for (index, node) in nodes.enumerated() {
            (tables + index).initialize(to: Table(keys: node.keys, firstKey: node.firstKey))
        }
        leads = .allocate(capacity: branches.count + 1)
        for (index, branch) in branches.enumerated() {
            (leads + index).initialize(to: Lead(value: Int32(branch.value), node: Int32(branch.node)))
        }
    }

    deinit {
        for node in nodes {
            node.keys.deinitialize(count: 1)
            node.keys.deallocate()
        }
        tables.deallocate()
        leads.deallocate()
    }

    /// The number of the value that a branch leads to; 0 for none.
    @inline(__always)
    func value(of branch: Int) -> Int { Int(leads[branch].value) }

    /// The node below a branch; -1 for none.
    @inline(__always)
    func node(below branch: Int) -> Int { Int(leads[branch].node) }

    /// The branch of a key of a node's object, with eight readable bytes behind it.
    @inline(__always)
    func branch(of key: UnsafePointer<UInt8>, count: Int, node: Int) -> Int? {
        tables[node].keys.pointee.index(of: key, count: count).map { tables[node].firstKey + $0 }
    }

    /// The same of a key that stands there with escapes.
    func branch(ofEscaped key: UnsafeBufferPointer<UInt8>, node: Int) -> Int? {
        tables[node].keys.pointee.index(ofEscaped: key).map { tables[node].firstKey + $0 }
    }

    /// Reads a text that stands where a branch leads, if it is JSON: a list or an object, whose line feeds count as blanks. Otherwise
    /// there is nothing below, and it returns false.
    ///
    /// A line feed must follow the text, with `CSCAN_SLACK` readable bytes behind it; the text is changed.
    @discardableResult
    func read(_ text: ByteText, branch: Int, into values: UnsafeMutablePointer<LineValue>) -> Bool {
        let start = UnsafeMutablePointer(mutating: text.start)
        for index in 0..<text.count where start[index] == 0x0A { start[index] = 0x20 }
        var scanner = JSONLine(text.start)
        let isRead =
            scanner.scanText(self, node: node(below: branch), into: values)
            && scanner.position == text.start + text.count
        if !isRead { for number in branches[branch].below { values[number] = .absent } }
        return isRead
    }

    /// A tree while it is made, in the order in which its ways come.
    fileprivate final class Growth {
        var value = 0
        var steps: [(step: SourcePath.Step, growth: Growth)] = []

        func number(of way: ArraySlice<SourcePath.Step>, make: () -> Int) -> Int {
            guard let step = way.first else {
                if value == 0 { value = make() }
                return value
            }
            if let known = steps.first(where: { $0.step.isSame(as: step) }) {
                return known.growth.number(of: way.dropFirst(), make: make)
            }
            let growth = Growth()
            steps.append((step, growth))
            return growth.number(of: way.dropFirst(), make: make)
        }
    }
}

/// A tree's parts while they are put together.
private struct Parts {
    var branches: [KeyTree.Branch] = []
    var nodes: [KeyTree.Node] = []
    var texts: [Int] = []
    var hasPaths = false
    var valueCount: Int

    init(valueCount: Int) {
        self.valueCount = valueCount
    }

    /// Adds the node below a branch and all that is below it; returns its number and those of the values.
    mutating func add(_ growth: KeyTree.Growth) -> (node: Int, below: [Int]) {
        let number = nodes.count
        let keys = growth.steps.compactMap { step, growth in
            if case .key(let key) = step { (key, growth) } else { nil }
        }
        let table = UnsafeMutablePointer<KeyTable>.allocate(capacity: 1)
        table.initialize(to: KeyTable(keys.map(\.0)))
        let first = branches.count
        nodes.append(KeyTree.Node(keys: table, firstKey: first, keyCount: keys.count))
        branches += Array(repeating: KeyTree.Branch(), count: growth.steps.count)
        var below: [Int] = []
        for (index, (_, growth)) in keys.enumerated() {
            below += fill(first + index, with: growth, isKeyOfLine: number == 0)
        }
        var next = first + keys.count
        for (step, growth) in growth.steps {
            switch step {
            case .key: continue
            case .element(let place): nodes[number].elements.append((place, next))
            case .elementWhere(let key, let value):
                nodes[number].matches.append((Array(key.utf8), Array(value.utf8), next))
            }
            below += fill(next, with: growth, isKeyOfLine: false)
            next += 1
        }
        return (number, below)
    }

    private mutating func fill(_ branch: Int, with growth: KeyTree.Growth, isKeyOfLine: Bool) -> [Int] {
        branches[branch].value = growth.value
        guard !growth.steps.isEmpty else { return growth.value > 0 ? [growth.value] : [] }
        if isKeyOfLine { hasPaths = true }
        valueCount += 1
        branches[branch].text = valueCount
        texts.append(branch)
        let (node, below) = add(growth)
        branches[branch].node = node
        branches[branch].below = below
        return below + [branches[branch].text] + (growth.value > 0 ? [growth.value] : [])
    }
}

extension SourcePath.Step {
    /// Equal bytes.
    fileprivate func isSame(as other: SourcePath.Step) -> Bool {
        switch (self, other) {
        case (.key(let left), .key(let right)): left.utf8.elementsEqual(right.utf8)
        case (.element(let left), .element(let right)): left == right
        case (.elementWhere(let key, let value), .elementWhere(let otherKey, let otherValue)):
            key.utf8.elementsEqual(otherKey.utf8) && value.utf8.elementsEqual(otherValue.utf8)
        default: false
        }
    }
}
