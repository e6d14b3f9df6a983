import Foundation

/// The project's files as they lie in the checkout that the tests were built from.
package enum SourceTree {
    /// The top of the project, where Package.swift is.
    package static let root: String = {
        var directory = URL(fileURLWithPath: #filePath)
        while !FileManager.default.fileExists(atPath: directory.appendingPathComponent("Package.swift").path) {
            directory.deleteLastPathComponent()
        }
        return directory.path
    }()

    /// The paths of the files below a folder of the project, in byte order.
    package static func files(below folder: String, withSuffix suffix: String) throws -> [String] {
        let names = FileManager.default.enumerator(atPath: root + "/" + folder)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(suffix) }.sorted().map { root + "/" + folder + "/" + $0 }
    }
}
