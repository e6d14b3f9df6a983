/// The description that lies beside a table: what it is, how to see that it is whole, and by what holdouts it is served. How it
/// was made stands in it too, for people and reports: serving passes over that.
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
    /// The experiments that share a holdout with others, in the order of the file; never those of version 1.
    package var holdouts: [Holdout]

    /// The name under which an experiment's control is drawn, in place of its platform and slot.
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

    init(date: String, rows: Int, bytes: Int, xxh64: UInt64) {
        self.date = date
        self.rows = rows
        self.bytes = bytes
        self.xxh64 = xxh64
        partitions = [:]
        holdouts = []
    }
}

// MARK: - Writing

extension Manifest {
    /// The manifest as JSON, of its experiments no more than the holdouts.
    package var json: [UInt8] {
        let experiments = holdouts.map {
            "{\(member("platform", $0.platform)), \(member("slot", $0.slot)), \(member("holdout", $0.name))}"
        }
        return json(experiments: experiments)
    }

    /// The manifest as JSON: two spaces of indent, keys in a fixed order, partitions by date, LF at the end.
    ///
    /// - Parameter experiments: the JSON of each experiment's object, which names its holdout; `holdouts` are not written
    ///   besides.
    package func json(experiments: [String]) -> [UInt8] {
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
        if !experiments.isEmpty {
            let objects = experiments.map { "    " + $0 }.joined(separator: ",\n")
            lines.append("\"experiments\": [\n\(objects)\n  ]")
        }
        let outer = lines.map { "  " + $0 }.joined(separator: ",\n")
        return Array("{\n\(outer)\n}\n".utf8)
    }

    private func member(_ key: String, _ value: String) -> String {
        "\(JSONText.quoted(key)): \(JSONText.quoted(value))"
    }
}
