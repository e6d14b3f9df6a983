import Randomizer

/// What `manifest.json` says of the table beside it.
struct TableManifest: Encodable {
    var format = AllocationFormat.name
    var date: String
    /// The newest day whose statistics the table was learned from; nil before there are any.
    var statisticsThrough: String?
    var rows: Int
    var bytes: Int
    /// XXH64 of the table, in hexadecimal.
    var xxh64: String
    var pipeline: String
    /// Digests of what the table was made with.
    var configuration: String
    var blacklist: String?
    /// By path.
    var priors: [String: String]
    /// Digests of each day's statistics, by date.
    var partitions: [String: String]
}

/// The digest of a file: XXH64 with seed 0, sixteen hexadecimal digits.
func digest(_ bytes: [UInt8]) -> String {
    let hash = bytes.withUnsafeBytes { XXH64.hash($0, seed: 0) }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
}
