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
        let document: JSON5Document
        do {
            document = try JSON5Document(bytes)
        } catch {
            throw ConfigurationError(file: file, faults: [error])
        }
        var reader = ConfigurationReader()
        for duplicate in document.duplicates { reader.fault(of: duplicate) }
        guard let value = read(&reader, document.root), !reader.hasFaults else {
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
}
