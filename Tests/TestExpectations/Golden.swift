import Foundation
package import Testing

/// A published format held fast: what the program writes is compared with a file beside the test, byte for byte.
///
/// With SLUICE_RECORD_GOLDENS=1 in the environment the files are written anew instead, and the run fails, so that nobody
/// takes a recording for a test. Whoever records looks at `git diff` and says in the changelog what changed for readers.
package enum Golden {
    /// The variable that asks for a recording.
    package static let variable = "SLUICE_RECORD_GOLDENS"

    /// Expects bytes to be those of the file of this name in the folder `Goldens` beside the calling test.
    package static func expect(
        _ bytes: some Sequence<UInt8>, named name: String, beside test: String = #filePath,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let folder = URL(fileURLWithPath: test).deletingLastPathComponent().appendingPathComponent("Goldens")
        let file = folder.appendingPathComponent(name)
        let data = Data(bytes)
        if ProcessInfo.processInfo.environment[variable] == "1" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try data.write(to: file)
            Issue.record("recorded \(name): run again without \(variable)", sourceLocation: sourceLocation)
            return
        }
        guard let expected = try? Data(contentsOf: file) else {
            Issue.record("no golden \(name): record it with \(variable)=1", sourceLocation: sourceLocation)
            return
        }
        guard expected != data else { return }
        Issue.record(
            "\(name) is not as recorded: \(difference(expected, data)); if it is to be so, record it with \(variable)=1",
            sourceLocation: sourceLocation)
    }

    /// The first line in which two texts differ.
    private static func difference(_ expected: Data, _ found: Data) -> String {
        let old = String(decoding: expected, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let new = String(decoding: found, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        let line = zip(old, new).prefix { $0 == $1 }.count
        func text(_ lines: [Substring]) -> String { line < lines.count ? "\"\(lines[line])\"" : "nothing" }
        return "line \(line + 1) was \(text(old)), is \(text(new))"
    }
}
