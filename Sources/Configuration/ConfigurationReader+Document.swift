import CLibrary
import State

// The file as text: its bytes, and the values and places in them.
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
        let root: JSON5Value
        let locator: JSON5Locator
        do {
            (root, locator) = try parse(Array(bytes))
        } catch {
            throw ConfigurationError(file: file, faults: [error])
        }
        var reader = ConfigurationReader(locator: locator)
        guard let value = read(&reader, JSON5Node(path: JSON5Path(), value: root)), !reader.hasFaults else {
            throw ConfigurationError(file: file, faults: reader.sortedFaults)
        }
        return value
    }

    /// The bytes of a file; one that cannot be read is a fault without a place.
    package static func contents(of file: String) throws(ConfigurationError) -> [UInt8] {
        let message: String
        do {
            return try FileSystem.read(file)
        } catch {
            let isDirectory = FileSystem.isDirectory(file)
            message = isDirectory ? "this is a directory" : "cannot be read: \(String(cString: strerror(error.code)))"
        }
        let fault = ConfigurationFault(
            path: "", line: nil, column: nil, message: message,
            suggestion: "give the path of a readable JSON5 file")
        throw ConfigurationError(file: file, faults: [fault])
    }

    private static func parse(_ bytes: [UInt8]) throws(ConfigurationFault) -> (JSON5Value, JSON5Locator) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            // The longest prefix that is UTF-8 ends where the fault begins.
            let repaired = String(decoding: bytes, as: UTF8.self)
            let index = zip(repaired.utf8, bytes).prefix { $0 == $1 }.count
            let prefix = String(decoding: bytes.prefix(index), as: UTF8.self)
            let place = JSON5Locator.place(of: prefix.unicodeScalars.count, in: prefix)
            throw ConfigurationFault(
                path: "", line: place.line, column: place.column, message: "not UTF-8",
                suggestion: "save the file in UTF-8")
        }
        let locator: JSON5Locator
        do {
            locator = try JSON5Locator(text)
        } catch {
            let place = JSON5Locator.place(of: error.index, in: text)
            throw ConfigurationFault(
                path: "", line: place.line, column: place.column, message: error.message, suggestion: error.suggestion)
        }
        do {
            return (try JSON5Value.decode(text.utf8), locator)
        } catch {
            throw ConfigurationFault(
                path: "", line: nil, column: nil, message: "not JSON5: \(error)",
                suggestion: "keys in quotes and plain spaces are read by every JSON5 reader")
        }
    }
}
