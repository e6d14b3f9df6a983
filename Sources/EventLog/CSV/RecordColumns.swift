import CScan

/// Which columns of a file fields are read from, and which paths go on into JSON that stands in columns.
///
///     values    absent | column 1 … column n | paths … | none's | constants …
struct RecordColumns: ~Copyable {
    let header: CSVHeader?
    let count: Int
    let sources: FieldSources
    let held: HeldSources
    /// The number of the first constant's value.
    let firstConstant: Int
    /// Whether each text has one source at most, apart from what stands at the ends of paths.
    let arePlain: Bool
    /// Columns, from 1, that paths go on into.
    let withPaths: [Int]
    private let tree: KeyTree
    /// By column: the branch below which its paths are, and the shapes seen there.
    private let branches: [Int]
    private let caches: UnsafeMutablePointer<TemplateCache>
    /// The values of paths that texts are read from.
    private let pathTexts: [Int]

    init(_ header: CSVHeader?, _ list: SourceList) {
        self.header = header
        let count = header?.names.count ?? 0
        self.count = count
        // A path into a column begins with the column's number.
        var ways: [[[SourcePath.Step]]] = []
        var plain: [[Int?]] = []
        for source in list.sources {
            var own: [(way: [SourcePath.Step]?, column: Int)] = []
            for spelling in source.spellings {
                guard case .key(let name)? = spelling.first, let place = header?.column(of: name) else { continue }
                let column = place + 1
                let rest = spelling.dropFirst()
                own.append((rest.isEmpty ? nil : [.key(String(column))] + rest, column))
            }
            ways.append(own.compactMap(\.way))
            plain.append(own.map { $0.way == nil ? $0.column : nil })
        }
        var pathNumbers: [[Int]] = []
        let tree = KeyTree(ways, taken: count, numbers: &pathNumbers)
        // Columns and paths of each source in the order of its spellings.
        let sourceNumbers = zip(plain, pathNumbers).map { columns, paths in
            var paths = paths[...]
            return columns.map { $0 ?? paths.removeFirst() }
        }
        firstConstant = tree.valueCount + 2
        let first = tree.valueCount + 2
        let numbers = ValueNumbers(
            list, sources: sourceNumbers, constants: list.constants.indices.map { first + $0 })
        sources = FieldSources(numbers.candidates)
        held = HeldSources(sourceNumbers)
        arePlain = sources.areSingle
        var withPaths: [Int] = []
        var branches = Array(repeating: -1, count: count + 1)
        for column in 1..<count + 1 {
            let name = Array(String(column).utf8) + Array(repeating: 0, count: 8)
            let branch = name.withUnsafeBufferPointer { name in
                tree.branch(of: name.baseAddress.unsafelyUnwrapped, count: name.count - 8, node: 0)
            }
            guard let branch else { continue }
            branches[column] = branch
            withPaths.append(column)
        }
        self.withPaths = withPaths
        self.branches = branches
        caches = .allocate(capacity: withPaths.count)
        for index in withPaths.indices { (caches + index).initialize(to: TemplateCache()) }
        let texts = EventField.allCases.filter { !$0.isNumeric }
        pathTexts = Set(
            texts.flatMap { numbers.candidates[$0.position] }.flatMap { candidate -> [Int] in
                if case .value(let number) = candidate { [number] } else { [] }
            }
        ).filter { $0 > count && $0 <= tree.valueCount }.sorted()
        self.tree = tree
    }

    deinit {
        caches.deinitialize(count: withPaths.count)
        caches.deallocate()
    }

    var hasPaths: Bool { !withPaths.isEmpty }

    /// Whether all values are columns with numbers below 64.
    var areFew: Bool { count < 64 && !hasPaths }

    /// Reads the JSON of a column with a line feed and `CSCAN_SLACK` readable bytes behind it: by its shape, if that is known. Text
    /// in it that is JSON again is not read.
    func read(_ text: ByteText, _ column: Int, into values: UnsafeMutablePointer<LineValue>) {
        let branch = branches[column]
        for number in tree.branches[branch].below { values[number] = .absent }
        guard text.count > 0 else { return }
        let cache = caches + withPaths.firstIndex(of: column).unsafelyUnwrapped
        var line = cscan_line(position: text.start, values: values, high: 0)
        if cache.pointee.match(&line), line.position == text.start + text.count { return }
        for number in tree.branches[branch].below { values[number] = .absent }
        guard tree.read(text, branch: branch, into: values) else { return }
        cache.pointee.learn(text.start, text.start + text.count, tree, node: tree.node(below: branch))
    }

    /// Whether a plain string or nothing stands wherever a path leads to a text.
    func hasPlainPaths(_ values: UnsafePointer<LineValue>) -> Bool {
        pathTexts.allSatisfy { values[$0].kind == .plainString || values[$0].kind == .absent }
    }
}
