/// A key of the configuration: what may stand there, what holds without it, and what it does.
///
/// The reader takes the keys that an object may have from here, and so do the pages: `sluice help config`,
/// `pipelines/configuration.md` and the JSON Schema of `sluice schema`.
package struct Setting: Sendable {
    /// What holds when the key is left out.
    package enum Fallback: Sendable {
        /// It must be there.
        case required
        /// As if this stood there, in JSON5.
        case value(String)
        /// In words.
        case words(String)
    }

    /// Keys from the root with dots between them; `[]` behind a list's key stands for each of its elements.
    package var path: String
    package var form: SettingForm
    package var fallback: Fallback
    /// A sentence or more.
    package var effect: String
    /// A value that may stand there, in JSON5.
    package var example: String

    init(
        _ path: String, _ form: SettingForm, _ fallback: Fallback, _ effect: String, example: String? = nil
    ) {
        (self.path, self.form, self.fallback, self.effect) = (path, form, fallback, effect)
        if let example {
            self.example = example
        } else if case .value(let value) = fallback {
            self.example = value
        } else {
            self.example = "{}"
        }
    }

    /// The path of the object whose key this is; empty: the file itself.
    package var parent: String { path.lastIndex(of: ".").map { String(path[..<$0]) } ?? "" }

    /// The key alone.
    package var key: String { path.lastIndex(of: ".").map { String(path[path.index(after: $0)...]) } ?? path }

    /// Every setting; an object before its keys, in the order of pages.
    package static let all =
        ofTheFile + ofEvents + ofBots + ofStatistics + ofLearning + ofAllocation + ofExperiments + ofGuards + ofRetired

    /// The keys that an object may have, given its path; none for a path that has none.
    package static func keys(of path: String) -> [String] { keysByParent[path] ?? [] }

    private static let keysByParent = Dictionary(grouping: all, by: \.parent).mapValues { $0.map(\.key) }
}
