import Foundation

/// Writes the fixtures: `swift run FixtureGenerator DIRECTORY`. The same bytes every time; files of other names are left alone.
@main
enum FixtureGenerator {
    static func main() throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: FixtureGenerator DIRECTORY\n".utf8))
            exit(64)
        }
        let directory = URL(filePath: CommandLine.arguments[1], directoryHint: .isDirectory)
        for (path, bytes) in DayLogs.files() + DenyLists.files() + MalformedLogs.files() {
            let file = directory.appending(path: path)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
    }
}
