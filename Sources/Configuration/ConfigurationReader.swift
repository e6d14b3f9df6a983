import CLibrary
import State

/// A reader of the file's values that notes every fault and goes on.
///
/// Its functions take a value that may be absent and return nil when it is absent or at fault, so a setting is read as
/// `if let value = word(node["reward"], as: Reward.self) { settings.reward = value }`, over its default or over the pipeline's.
package struct ConfigurationReader {
    private var placedFaults: [(place: JSON5Place, fault: ConfigurationFault)] = []

    package var hasFaults: Bool { !placedFaults.isEmpty }
    /// Whether the machine could not read what the file names: that says nothing about the file.
    private(set) var hasFaultOfSystem = false

    /// The faults in the order of the file.
    var sortedFaults: [ConfigurationFault] {
        placedFaults.enumerated()
            .sorted { left, right in (left.element.place, left.offset) < (right.element.place, right.offset) }
            .map(\.element.fault)
    }

    // MARK: Faults

    /// Notes a fault of a value, at the place where the value begins.
    package mutating func fault(_ node: JSON5Node, _ message: String, _ suggestion: String) {
        note(node.path, at: node.place, message, suggestion)
    }

    /// Notes that the machine could not read what a value names.
    mutating func faultOfSystem(_ node: JSON5Node, _ message: String) {
        hasFaultOfSystem = true
        fault(node, message, ConfigurationReader.remedyOfSystem)
    }

    static let remedyOfSystem = "look at the machine and its file system, and run again"

    /// Notes a fault of a key, at the place where the key begins.
    package mutating func faultOfKey(_ node: JSON5Node, _ message: String, _ suggestion: String) {
        note(node.path, at: node.keyPlace ?? node.place, message, suggestion)
    }

    /// Notes that a value is of another kind than it must be. What could not be read at all has a suggestion of its own.
    package mutating func mismatch(_ node: JSON5Node, expected: String, _ suggestion: String) {
        var suggestion = suggestion
        if case .unreadable(_, let remedy) = node.value { suggestion = remedy }
        fault(node, "expected \(expected), found \(node.value.summary)", suggestion)
    }

    /// Notes that a key stands in its object a second time.
    mutating func fault(of duplicate: JSON5Document.Duplicate) {
        note(
            duplicate.path, at: duplicate.place, "this key stands in its object twice (line \(duplicate.first.line))",
            "remove one of the two")
    }

    private mutating func note(_ path: JSON5Path, at place: JSON5Place, _ message: String, _ suggestion: String) {
        let fault = ConfigurationFault(
            path: path.description, line: place.line, column: place.column, message: message, suggestion: suggestion)
        placedFaults.append((place, fault))
    }

    // MARK: Objects and lists

    /// Checks that a value is an object without other keys than these.
    package mutating func section(_ node: JSON5Node?, keys: [String]) -> JSON5Node? {
        guard let node else { return nil }
        guard case .object = node.value else {
            mismatch(node, expected: "an object", "write { … } with keys among \(keys.joined(separator: ", "))")
            return nil
        }
        for (key, member) in node.members where !keys.contains(key) {
            faultOfKey(member, "unknown key \(JSON5Value.quoted(key))", Self.suggest(key, among: keys))
        }
        return node
    }

    /// Checks that a value is an object without other keys than the settings of a path have.
    package mutating func section(_ node: JSON5Node?, of path: String) -> JSON5Node? {
        section(node, keys: Setting.keys(of: path))
    }

    /// Finds a key that must be there.
    package mutating func required(_ key: String, of section: JSON5Node, example: String) -> JSON5Node? {
        if let node = section[key] { return node }
        fault(section, "the key \(key) is missing", "add \(key): \(example)")
        return nil
    }

    /// Reads an object whose keys are free.
    package mutating func dictionary(_ node: JSON5Node?, example: String) -> [(key: String, node: JSON5Node)] {
        guard let node else { return [] }
        guard case .object = node.value else {
            mismatch(node, expected: "an object", "write it as in \(example)")
            return []
        }
        return node.members
    }

    /// Reads a list that is not empty.
    package mutating func list(_ node: JSON5Node?, of what: String, example: String) -> [JSON5Node]? {
        guard let node else { return nil }
        guard case .array = node.value, !node.children.isEmpty else {
            mismatch(node, expected: "a list of \(what)", "write it as in \(example)")
            return nil
        }
        return node.children
    }

    /// Reads a value where `null` means "none"; nil when absent or at fault.
    package mutating func nullable<Value>(
        _ node: JSON5Node?, _ read: (inout ConfigurationReader, JSON5Node) -> Value?
    ) -> Value?? {
        guard let node else { return nil }
        if node.value == .null { return .some(nil) }
        return read(&self, node).map { .some($0) }
    }

    /// Words for "did you mean", or the whole choice.
    package static func suggest(_ word: String, among words: [String]) -> String {
        if let word = nearest(word, among: words) { return "did you mean \(JSON5Value.quoted(word))?" }
        return words.count == 1 ? "write \(words[0])" : "write one of \(words.joined(separator: ", "))"
    }
}

extension ConfigurationReader {
    /// Reads a JSON5 document in UTF-8 by a function that notes faults in the reader. Throws all of them at once, in the order
    /// of the text; text that is not JSON5 is one fault.
    ///
    /// - Parameters:
    ///   - file: the name that the faults are reported under.
    ///   - read: reads the document from its root; what it returns counts when it noted no fault.
    package static func document<Value>(
        _ bytes: some Collection<UInt8>, file: String,
        _ read: (inout ConfigurationReader, JSON5Node) -> Value?
    ) throws(ConfigurationError) -> Value {
        let document: JSON5Document
        do {
            document = try JSON5Document(bytes)
        } catch {
            throw ConfigurationError(file: file, faults: [error])
        }
        var reader = ConfigurationReader()
        for duplicate in document.duplicates { reader.fault(of: duplicate) }
        guard let value = read(&reader, document.root), !reader.hasFaults else {
            throw ConfigurationError(
                file: file, faults: reader.sortedFaults, isOfSystem: reader.hasFaultOfSystem)
        }
        return value
    }

    /// The most bytes of a document.
    private static let largestDocument: Int64 = 64 << 20

    /// The bytes of a file; one that cannot be read is a fault without a place.
    package static func contents(of file: String) throws(ConfigurationError) -> [UInt8] {
        let fileError: FileError
        do {
            return try FileSystem.read(file, limit: largestDocument)
        } catch {
            fileError = error
        }
        let problem = fileError.problem ?? String(cString: strerror(fileError.code))
        let message = fileError.code == EISDIR ? "this is a directory" : "cannot be read: \(problem)"
        let fault = ConfigurationFault(
            path: "", line: nil, column: nil, message: message,
            suggestion: fileError.isOfPath
                ? "give the path of a readable JSON5 file" : remedyOfSystem)
        throw ConfigurationError(file: file, faults: [fault], isOfSystem: !fileError.isOfPath)
    }
}
