/// Tallies of parts of a log, and of their sum.
///
///     a.jsonl  [0, 128M)   lines 1…812,340           ┐ read by two machines: the second begins to count at 1,
///     a.jsonl  [128M, …)   lines 812,341…1,630,022   ┘ and is told by the sum how many lines stand before
///     b.jsonl  [0, …)      lines 1…20,110
extension LogTally {
    /// What was read of one stretch of the log: whole files, or a range of a single one.
    package struct Stretch: Sendable {
        package var tally: LogTally
        /// Where in its file the range begins, in bytes.
        package var offset: Int64

        package init(_ tally: LogTally, offset: Int64 = 0) {
            self.tally = tally
            self.offset = offset
        }
    }

    /// Lines of a file, told by blocks of as many lines as a place has room for.
    private static let linesOfBlock: Int64 = 1 << 30

    /// The lines of a file, those within records and headers too.
    func lines(ofFile number: Int) -> Int64 {
        (linesOfBlocks[number] ?? [:]).values.reduce(0) { $0 + Int64($1[0]) + Int64($1[1]) }
    }

    /// The sum of what was read of disjoint stretches: as if all had been read at once, files in byte order of their names.
    /// Time grows with the number of stretches and files.
    package static func joined(_ stretches: [Stretch]) -> LogTally {
        struct Section {
            var name: String
            var offset: Int64
            var stretch: Int
            var file: Int
        }
        var sections: [Section] = []
        for (index, stretch) in stretches.enumerated() {
            for (file, name) in stretch.tally.files.enumerated() {
                sections.append(Section(name: name, offset: stretch.offset, stretch: index, file: file))
            }
        }
        sections.sort { left, right in
            let (a, b) = (left.name.utf8, right.name.utf8)
            return a.elementsEqual(b) ? left.offset < right.offset : a.lexicographicallyPrecedes(b)
        }
        var sum = LogTally()
        // Of each stretch: what its files are called in the sum, and how many lines stand before.
        var places = stretches.map { [(file: Int, before: Int64)](repeating: (0, 0), count: $0.tally.files.count) }
        for section in sections {
            if !(sum.files.last.map { $0.utf8.elementsEqual(section.name.utf8) } ?? false) {
                sum.files.append(section.name)
            }
            let file = sum.files.count - 1
            let before = sum.lines(ofFile: file)
            places[section.stretch][section.file] = (file, before)
            let lines = stretches[section.stretch].tally.lines(ofFile: section.file)
            sum.linesOfBlocks[file] = LogTally.blocks(of: before + lines)
        }
        for (index, stretch) in stretches.enumerated() {
            let own = places[index]
            var moved = stretch.tally
            moved.moveSamples { place in
                let (file, before) = own[Int(place.file)]
                return LogTally.place(file: file, line: before + stretch.tally.line(of: place))
            }
            moved.linesOfBlocks = [:]
            moved.linesOfFiles = [:]
            for (file, lines) in stretch.tally.linesOfFiles {
                moved.linesOfFiles[own[file].file, default: .zero] &+= lines
            }
            moved.outside = [:]
            for (file, count) in stretch.tally.outside { moved.outside[own[file].file, default: 0] += count }
            moved.setOwnFiles(stretch.tally.ownFiles.map { own[$0].file })
            moved.keysOfFiles = [:]
            for (file, keys) in stretch.tally.keysOfFiles where moved.keysOfFiles[own[file].file] == nil {
                moved.keysOfFiles[own[file].file] = keys
            }
            sum.add(moved)
        }
        return sum
    }

    /// Gives the files other names, as many as there are.
    package mutating func rename(_ names: [String]) { files = names }

    /// Says how many bytes were read, where that is known better than by what came through a pipe.
    package mutating func replaceBytes(_ number: Int64) { bytes = number }

    /// Gives every sample another place.
    private mutating func moveSamples(_ move: (LinePlace) -> LinePlace) {
        rejectedSamples = rejectedSamples.mapValues { $0.moved(move) }
        ignoredSamples = ignoredSamples.map { $0.moved(move) }
    }

    private static func place(file: Int, line: Int64) -> LinePlace {
        LinePlace(
            file: Int32(file), half: Int32(2 * (line / linesOfBlock)), line: Int32(line % linesOfBlock))
    }

    private static func blocks(of lines: Int64) -> [Int: SIMD2<Int32>] {
        var blocks: [Int: SIMD2<Int32>] = [:]
        var rest = lines
        while rest > 0 {
            blocks[blocks.count] = SIMD2(Int32(min(rest, linesOfBlock)), 0)
            rest -= linesOfBlock
        }
        return blocks
    }
}

extension LineSamples {
    fileprivate func moved(_ move: (LinePlace) -> LinePlace) -> LineSamples {
        var samples = self
        samples.places = places.map(move)
        return samples
    }
}

/// By its name, as the key of an object.
extension RejectedReason: Codable, CodingKeyRepresentable {
    private struct Key: CodingKey {
        var stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    private static let byName = Dictionary(uniqueKeysWithValues: allCases.map { ($0.name, $0) })

    package var codingKey: any CodingKey { Key(stringValue: name) }

    package init?(codingKey: some CodingKey) {
        guard let reason = RejectedReason.byName[codingKey.stringValue] else { return nil }
        self = reason
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let reason = RejectedReason.byName[name] else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(name)' is no reason")
        }
        self = reason
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
