/// The description that lies beside a table: what it is, and how to see that it is whole.
package struct Manifest: Equatable, Sendable {
    /// The day on which the table takes effect, `YYYY-MM-DD`.
    package var date: String
    /// The last day whose statistics are in the table, `YYYY-MM-DD`.
    package var statisticsThrough: String?
    /// Rows of the table, without its header.
    package var rows: Int
    /// Bytes of the table.
    package var bytes: Int
    /// XXH64 of the table's bytes, seed 0.
    package var xxh64: UInt64
    package var pipeline: String?
    /// Digest of the configuration's file.
    package var configuration: String?
    /// Digest of the blacklist in force.
    package var blacklist: String?
    /// Digest of the priors in force.
    package var priors: String?
    /// Digests of the statistics used, by their date.
    package var partitions: [String: String]
    /// The experiments whose holdout has a name, so that those of one name share its visitors.
    package var holdouts: [Holdout] = []

    /// An experiment and the name of its holdout.
    package struct Holdout: Equatable, Sendable {
        package var platform: String
        package var slot: String
        package var name: String

        package init(platform: String, slot: String, name: String) {
            self.platform = platform
            self.slot = slot
            self.name = name
        }
    }

    /// Describes a table by its bytes; the rest is for the caller to fill in.
    package init(date: String, rows: Int, table: [UInt8]) {
        self.init(date: date, rows: rows, bytes: table.count, xxh64: XXH64.hash(table))
    }

    private init(date: String, rows: Int, bytes: Int, xxh64: UInt64) {
        self.date = date
        self.rows = rows
        self.bytes = bytes
        self.xxh64 = xxh64
        partitions = [:]
    }
}

// MARK: - Reading

extension Manifest {
    /// Reads a manifest. Keys that it does not know are legal. `file` is its name in errors.
    package init(json: [UInt8], file: String) throws(TableError) {
        let members = try Members(json, file: file)
        let format = try members.text("format")
        guard format == AllocationFormat.name else {
            throw TableError(
                .foreignFormat, file: file, "format is '\(format)', expected '\(AllocationFormat.name)'",
                remedy: "load it with the version that published it, or publish the table again with this one")
        }
        let date = try members.text("date")
        guard CalendarText.isDate(date.utf8) else { throw members.malformed("date is '\(date)', expected YYYY-MM-DD") }
        let digest = try members.text("xxh64")
        guard digest.utf8.count == 16, digest.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let xxh64 = UInt64(digest, radix: 16)
        else { throw members.malformed("xxh64 is '\(digest)', expected 16 hexadecimal digits") }
        self.init(date: date, rows: try members.count("rows"), bytes: try members.count("bytes"), xxh64: xxh64)
        statisticsThrough = try members.optionalText("statistics_through")
        pipeline = try members.optionalText("pipeline")
        configuration = try members.optionalText("configuration")
        blacklist = try members.optionalText("blacklist")
        priors = try members.optionalText("priors")
        partitions = try members.texts("partitions")
        for experiment in try members.objects("experiments") {
            guard let name = try experiment.optionalText("holdout") else { continue }
            holdouts.append(
                Holdout(platform: try experiment.text("platform"), slot: try experiment.text("slot"), name: name))
        }
    }
}

/// The members of the manifest's object, asked for by key and type.
private struct Members {
    private let file: String
    private let members: [(key: String, value: JSONValue)]

    init(_ json: [UInt8], file: String) throws(TableError) {
        self.file = file
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.read(json)
        } catch {
            throw TableError(
                .malformed, file: file, line: error.line, "not JSON: \(error.problem)",
                remedy: "publish the table again")
        }
        guard case .object(let members) = value else {
            throw TableError(.malformed, file: file, "not a JSON object", remedy: "publish the table again")
        }
        self.members = members
    }

    private init(file: String, members: [(key: String, value: JSONValue)]) {
        self.file = file
        self.members = members
    }

    func malformed(_ problem: String) -> TableError {
        TableError(.malformed, file: file, problem, remedy: "publish the table again")
    }

    func text(_ key: String) throws(TableError) -> String {
        guard let text = try optionalText(key) else { throw malformed("no key '\(key)'") }
        return text
    }

    /// The text of a key; nil when the key is absent or null.
    func optionalText(_ key: String) throws(TableError) -> String? {
        switch value(key) {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw malformed("'\(key)' is not a string")
        }
    }

    func count(_ key: String) throws(TableError) -> Int {
        guard case .number(let text) = value(key), let count = Int(text), count >= 0 else {
            throw malformed("no key '\(key)' with a whole number from 0")
        }
        return count
    }

    /// The strings of an object by their key; empty when the key is absent or null.
    func texts(_ key: String) throws(TableError) -> [String: String] {
        var texts: [String: String] = [:]
        switch value(key) {
        case nil, .null: return texts
        case .object(let members):
            for (name, value) in members {
                guard case .string(let text) = value else { throw malformed("'\(name)' in '\(key)' is not a string") }
                texts[name] = text
            }
            return texts
        default: throw malformed("'\(key)' is not an object")
        }
    }

    /// The objects of an array by its key; empty when the key is absent or null.
    func objects(_ key: String) throws(TableError) -> [Members] {
        switch value(key) {
        case nil, .null: return []
        case .array(let elements):
            var objects: [Members] = []
            for element in elements {
                guard case .object(let members) = element else { throw malformed("'\(key)' holds what is not an object") }
                objects.append(Members(file: file, members: members))
            }
            return objects
        default: throw malformed("'\(key)' is not an array")
        }
    }

    private func value(_ key: String) -> JSONValue? {
        members.first { $0.key == key }?.value
    }
}

// MARK: - Writing

extension Manifest {
    /// The manifest as JSON: two spaces of indent, keys in a fixed order, partitions by date, LF at the end.
    package var json: [UInt8] {
        var lines = [member("format", AllocationFormat.name), member("date", date)]
        if let statisticsThrough { lines.append(member("statistics_through", statisticsThrough)) }
        lines.append("\"rows\": \(rows)")
        lines.append("\"bytes\": \(bytes)")
        lines.append(member("xxh64", XXH64.hexadecimal(xxh64)))
        if let pipeline { lines.append(member("pipeline", pipeline)) }
        if let configuration { lines.append(member("configuration", configuration)) }
        if let blacklist { lines.append(member("blacklist", blacklist)) }
        if let priors { lines.append(member("priors", priors)) }
        let digests = partitions.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let inner = digests.map { "    " + member($0.key, $0.value) }.joined(separator: ",\n")
        lines.append("\"partitions\": " + (inner.isEmpty ? "{}" : "{\n\(inner)\n  }"))
        if !holdouts.isEmpty {
            let experiments = holdouts.map { holdout in
                let members = [
                    member("platform", holdout.platform), member("slot", holdout.slot), member("holdout", holdout.name),
                ]
                return "    { \(members.joined(separator: ", ")) }"
            }
            lines.append("\"experiments\": [\n\(experiments.joined(separator: ",\n"))\n  ]")
        }
        let outer = lines.map { "  " + $0 }.joined(separator: ",\n")
        return Array("{\n\(outer)\n}\n".utf8)
    }

    private func member(_ key: String, _ value: String) -> String {
        "\(JSONText.quoted(key)): \(JSONText.quoted(value))"
    }
}
