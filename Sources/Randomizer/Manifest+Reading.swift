import CSV

extension Manifest {
    /// Reads a manifest, in time proportional to its bytes. Keys that it does not know are legal, and skipped. `file` is its name
    /// in errors.
    package init(json: [UInt8], file: String) throws(TableError) {
        let members = try Members(json, file: file)
        let format = try members.format()
        let date = try members.text(.date)
        guard CalendarText.isDate(date.utf8) else {
            throw members.malformed("date is '\(Quotation.bounded(date))', expected YYYY-MM-DD")
        }
        let digest = try members.text(.xxh64)
        guard digest.utf8.count == 16, digest.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let xxh64 = UInt64(digest, radix: 16)
        else { throw members.malformed("xxh64 is '\(Quotation.bounded(digest))', expected 16 hexadecimal digits") }
        self.init(date: date, rows: try members.count(.rows), bytes: try members.count(.bytes), xxh64: xxh64)
        statisticsThrough = try members.optionalText(.statisticsThrough)
        pipeline = try members.optionalText(.pipeline)
        configuration = try members.optionalText(.configuration)
        blacklist = try members.optionalText(.blacklist)
        priors = try members.optionalText(.priors)
        partitions = try members.texts(.partitions)
        if format == AllocationFormat.name { holdouts = try members.holdouts() }
    }

    /// A reader at the manifest's `experiments`, an array; nil where it has none, and in version 1, where the key means nothing.
    package static func experiments(json: [UInt8], file: String) throws(TableError) -> JSONReader? {
        let members = try Members(json, file: file)
        guard try members.format() == AllocationFormat.name else { return nil }
        return try members.value(.experiments, .array, "an array") { $0 }
    }

    /// A fault that was found in a manifest.
    package static func fault(_ error: JSONError, file: String) -> TableError {
        TableError(.malformed, file: file, line: error.line, error.problem, remedy: "publish the table again")
    }
}

/// The members of the manifest's object, asked for by key and type. The text is passed over once, to see that it is well formed
/// and where the values begin.
private struct Members {
    enum Key: String, CaseIterable {
        case format, date, rows, bytes, xxh64, pipeline, configuration, blacklist, priors, partitions, experiments
        case statisticsThrough = "statistics_through"
    }

    private let file: String
    private let reader: JSONReader
    private var positions: [Key: Int] = [:]

    init(_ json: [UInt8], file: String) throws(TableError) {
        self.file = file
        var positions: [Key: Int] = [:]
        do throws(JSONError) {
            var reader = try JSONReader(json)
            try reader.object { (reader, name) throws(JSONError) in
                if let key = Key(rawValue: name) {
                    guard positions[key] == nil else { throw reader.error("the key '\(name)' stands twice") }
                    positions[key] = reader.position
                }
                try reader.skip()
            }
            try reader.end()
            self.reader = reader
        } catch {
            throw Manifest.fault(JSONError(line: error.line, problem: "not JSON: \(error.problem)"), file: file)
        }
        self.positions = positions
    }

    func malformed(_ problem: String) -> TableError {
        TableError(.malformed, file: file, problem, remedy: "publish the table again")
    }

    /// Reads the value of a key; nil when the key is absent, null, or its value of another kind than asked for, which `wrong`
    /// tells of.
    func value<Value>(
        _ key: Key, _ kind: JSONReader.Kind, _ what: String,
        _ read: (inout JSONReader) throws(JSONError) -> Value
    ) throws(TableError) -> Value? {
        guard let position = positions[key] else { return nil }
        var reader = reader.at(position)
        do throws(JSONError) {
            let found = try reader.kind()
            if found == .null { return nil }
            guard found == kind else { throw reader.error("'\(key.rawValue)' is not \(what)") }
            return try read(&reader)
        } catch {
            throw Manifest.fault(error, file: file)
        }
    }

    /// The `format`, one of those that are read.
    func format() throws(TableError) -> String {
        let format = try text(.format)
        guard AllocationFormat.readNames.contains(format) else {
            let known = AllocationFormat.readNames.map { "'\($0)'" }.joined(separator: " or ")
            throw TableError(
                .foreignFormat, file: file, "format is '\(Quotation.bounded(format))', expected \(known)",
                remedy: "load it with the version that published it, or publish the table again with this one")
        }
        return format
    }

    func text(_ key: Key) throws(TableError) -> String {
        guard let text = try optionalText(key) else { throw malformed("no key '\(key.rawValue)'") }
        return text
    }

    /// The text of a key; nil when the key is absent or null.
    func optionalText(_ key: Key) throws(TableError) -> String? {
        try value(key, .string, "a string") { (reader) throws(JSONError) in try reader.string() }
    }

    func count(_ key: Key) throws(TableError) -> Int {
        let what = "a whole number from 0"
        let text = try value(key, .number, what) { (reader) throws(JSONError) in try reader.number() }
        guard let count = text.flatMap({ Int($0) }), count >= 0 else {
            throw malformed("no key '\(key.rawValue)' with \(what)")
        }
        return count
    }

    /// The strings of an object by their key; empty when the key is absent or null.
    func texts(_ key: Key) throws(TableError) -> [String: String] {
        let texts = try value(key, .object, "an object") { (reader) throws(JSONError) -> [String: String] in
            var texts: [String: String] = [:]
            try reader.object { (reader, name) throws(JSONError) in
                guard try reader.kind() == .string else {
                    throw reader.error("'\(Quotation.bounded(name))' in '\(key.rawValue)' is not a string")
                }
                texts[name] = try reader.string()
            }
            return texts
        }
        return texts ?? [:]
    }

    /// The holdouts that experiments name. Of each object only platform, slot and holdout are read.
    func holdouts() throws(TableError) -> [Manifest.Holdout] {
        let holdouts = try value(.experiments, .array, "an array") { (reader) throws(JSONError) -> [Manifest.Holdout] in
            var holdouts: [Manifest.Holdout] = []
            try reader.array { (reader) throws(JSONError) in
                guard try reader.kind() == .object else {
                    throw reader.error("'experiments' holds what is not an object")
                }
                var texts: [String: String] = [:]
                try reader.object { (reader, name) throws(JSONError) in
                    guard ["platform", "slot", "holdout"].contains(name), try reader.kind() != .null else {
                        return try reader.skip()
                    }
                    guard try reader.kind() == .string else {
                        throw reader.error("'\(name)' in 'experiments' is not a string")
                    }
                    texts[name] = try reader.string()
                }
                guard let name = texts["holdout"] else { return }
                guard let platform = texts["platform"], let slot = texts["slot"] else {
                    throw reader.error("a holdout in 'experiments' without platform and slot")
                }
                holdouts.append(Manifest.Holdout(platform: platform, slot: slot, name: name))
            }
            return holdouts
        }
        return holdouts ?? []
    }
}
