import Domain
import Essentials
import EventLog
import Randomizer
import State
import Uplift

/// Words of the command line as a wave to be drawn.
struct WaveOptions {
    let settings: Wave.Settings
    let output: String
    /// The files that are read.
    let files: [String]
    private let scores: String?
    private let decisions: String?
    private let messages: [String]

    init(_ arguments: Arguments) throws {
        scores = arguments["scores"]
        decisions = arguments["decisions"]
        messages = arguments.all("message")
        output = try arguments.required("output")
        guard (scores == nil) != (decisions == nil) else {
            throw UsageError("give --scores or --decisions, the one or the other; or --status")
        }
        guard decisions == nil || !messages.isEmpty else {
            throw UsageError("--decisions needs --message: name all that may be sent")
        }
        for name in messages where UpliftSettings.reserved.contains(name) {
            throw UsageError("--message \(name): that means something else in a wave; rename the message")
        }
        guard Set(messages).count == messages.count else { throw UsageError("--message names one twice") }
        files = [scores, decisions, arguments["customers"]].compactMap(\.self) + arguments.all("reserve")
        guard files.count(where: { $0 == "-" }) <= 1 else { throw UsageError("only one file can be standard input") }
        guard !files.contains(""), !output.isEmpty else { throw UsageError("a file's name is empty") }
        let campaign = try arguments.required("campaign")
        guard !campaign.isEmpty, !campaign.utf8.contains(0x1F) else {
            throw UsageError("--campaign needs a name")
        }
        _ = try arguments.required("wave")
        guard let number = try NumberOption.count(arguments, "wave", least: 1) else {
            throw UsageError("--wave is missing")
        }
        let control = try WaveOptions.millionths(arguments, "control", try arguments.required("control"))
        guard control < WaveShares.one else {
            throw UsageError("--control is 1: nobody would be left to contact; give a share below 1")
        }
        let size = try WaveOptions.millionths(arguments, "size", arguments["size"] ?? "0.05")
        guard size > 0 else { throw UsageError("--size is 0: nobody would be in the wave") }
        var settings = Wave.Settings(
            campaign: campaign, number: number, control: control,
            explore: try WaveOptions.millionths(arguments, "explore", try arguments.required("explore")), size: size)
        settings.customers = arguments["customers"]
        settings.reserve = arguments.all("reserve")
        settings.writesOut = arguments.has("all")
        settings.workers = try arguments.workers()
        self.settings = settings
    }

    private static func millionths(_ arguments: Arguments, _ name: String, _ text: String) throws(UsageError) -> Int {
        guard let value = ExactDecimal.value(text, scale: 6), value >= 0, value <= Int128(WaveShares.one) else {
            throw UsageError("--\(name) is '\(text)'; give a share from 0 to 1 with at most six decimals, like 0.1")
        }
        return Int(value)
    }

    func recommended(_ spool: StreamSpool) throws(UpliftError) -> RecommendedMessages {
        if let scores {
            return try RecommendedMessages(
                scores: scores, messages: messages, spool: spool, workers: settings.workers)
        }
        return try RecommendedMessages(
            decisions: decisions ?? "", messages: messages, spool: spool, workers: settings.workers)
    }

    /// The files that draw the wave, with their digests.
    func inputs() throws -> [WaveRecord.Input] {
        let files =
            [("scores", scores), ("decisions", decisions), ("customers", settings.customers)].compactMap { role, file in
                file.map { (role, $0) }
            } + settings.reserve.map { ("reserve", $0) }
        return try files.map { role, file in
            WaveRecord.Input(
                role: role, file: file == "-" ? "standard input" : FileSystem.name(of: file),
                xxh64: file == "-" ? nil : try FileDigest.xxh64(file))
        }
    }
}

/// Digests of whole files.
enum FileDigest {
    /// XXH64 of a file's bytes in hexadecimal digits; nil of what can be read only once.
    static func xxh64(_ path: String) throws -> String? {
        guard try FileSystem.isRegularFile(path) else { return nil }
        return XXH64.hexadecimal(XXH64.hash(try FileSystem.read(path)))
    }
}
