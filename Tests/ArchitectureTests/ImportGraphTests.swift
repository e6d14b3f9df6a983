import Foundation
import TestSupport
import Testing

/// Which room imports which: in the sources, on the architecture page, and in the package.
@Suite struct ImportGraphTests {
    private typealias Graph = [String: Set<String>]

    private static let root = SourceTree.root

    /// The rooms that the sources import, room by room: read from the lines, not from what the package allows.
    private static func graphOfSources() throws -> Graph {
        let rooms = try FileManager.default.contentsOfDirectory(atPath: root + "/Sources").sorted()
        var graph: Graph = [:]
        for room in rooms {
            var imported: Set<String> = []
            for file in try SourceTree.files(below: "Sources/\(room)", withSuffix: ".swift") {
                for line in try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n") {
                    let words = line.split(separator: " ")
                    let access: Set<Substring> = ["public", "package", "internal", "@_exported", "@testable"]
                    guard let first = words.first(where: { !access.contains($0) }), first == "import",
                        let module = words.last.map(String.init), words.count <= 4, rooms.contains(module)
                    else { continue }
                    imported.insert(module)
                }
            }
            graph[room] = imported
        }
        // Rooms of C alone import nothing, and nobody draws them.
        return graph.filter { !$0.key.hasPrefix("C") || $0.key == "CSV" || $0.key == "Configuration" }
            .mapValues { $0.filter { !Self.isPlumbing($0) } }.filter { !Self.isPlumbing($0.key) }
    }

    /// C libraries and the two names for what the system has: every room may use them, and no arrow is drawn.
    private static func isPlumbing(_ room: String) -> Bool {
        ["CISAL", "CLibrary", "CScan", "CSystem", "CZstandard", "CSluiceRandomizer", "Essentials"].contains(room)
    }

    /// The arrows of the block that begins with ```imports on the page: `Room: A, B` a line.
    private static func graphOfPage() throws -> Graph {
        let page = try String(contentsOfFile: root + "/Sources/Pipeline/Documentation/Architecture.md", encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex(of: "```imports"), "the page has no block ```imports")
        var graph: Graph = [:]
        for line in lines[(start + 1)...].prefix(while: { $0 != "```" }) {
            let parts = line.split(separator: ":", maxSplits: 1)
            let names = parts.count > 1 ? parts[1].split(separator: ",") : []
            graph[String(parts[0])] = Set(names.map { $0.trimmingCharacters(in: .whitespaces) })
        }
        return graph
    }

    @Test("The architecture page draws what the sources import")
    func pageDrawsTheSources() throws {
        let sources = try Self.graphOfSources()
        let page = try Self.graphOfPage()
        let rooms = Set(sources.keys).union(page.keys).sorted()
        for room in rooms {
            #expect(
                page[room]?.sorted() == sources[room]?.sorted(),
                "\(room): \((sources[room] ?? []).sorted().joined(separator: ", ")) is what its files import")
        }
    }

    @Test("No room imports itself in a circle")
    func thereIsNoCircle() throws {
        var rest = try Self.graphOfSources()
        while let free = rest.first(where: { $0.value.isDisjoint(with: rest.keys) }) { rest[free.key] = nil }
        #expect(rest.isEmpty, "a circle among \(rest.keys.sorted())")
    }

    @Test("The package declares the arrows that are used, and no others")
    func packageDeclaresWhatIsUsed() throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["swift", "package", "--package-path", Self.root, "dump-package"]
        // A scratch path of its own: the one that is being tested from is locked.
        let scratch = try ScratchDirectory()
        process.arguments?.insert(contentsOf: ["--scratch-path", scratch.path], at: 2)
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        struct Package: Decodable {
            struct Target: Decodable {
                struct Dependency: Decodable {
                    var byName: [String?]
                }
                var name: String
                var dependencies: [Dependency]
            }
            var targets: [Target]
        }
        let package = try JSONDecoder().decode(Package.self, from: data)
        for (room, imported) in try Self.graphOfSources() {
            let target = try #require(package.targets.first { $0.name == room })
            let declared = Set(
                target.dependencies.compactMap { $0.byName.first ?? nil }.filter { !Self.isPlumbing($0) })
            #expect(declared.sorted() == imported.sorted(), "\(room): declared, and imported")
        }
    }
}
