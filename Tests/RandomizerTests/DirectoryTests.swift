import Foundation
import Randomizer
import Synchronization
import Testing

/// A scratch directory, gone when the test is.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "sluice-" + UUID().uuidString)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = path + "/" + name
        let directory = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(filePath: file))
    }

    func link(_ name: String, to target: String) throws {
        try FileManager.default.createSymbolicLink(atPath: path + "/" + name, withDestinationPath: target)
    }

    /// Renames in one step, over what has the name already.
    func rename(_ name: String, to target: String) throws {
        guard Foundation.rename(path + "/" + name, path + "/" + target) == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }
}

/// Tables as they lie on disk.
@Suite struct DirectoryTests {
    let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
    }

    static let table = TestTable.csv([TestRow("a", "0.25"), TestRow("b", "0.75")])

    static var manifest: Manifest {
        var manifest = Manifest(date: TestTable.date, rows: 2, table: table)
        manifest.statisticsThrough = "2026-11-20"
        manifest.pipeline = "banners"
        return manifest
    }

    static let home = "state/allocations/date=2026-11-21"

    func publish(_ table: [UInt8] = table, _ manifest: Manifest = manifest) throws {
        try scratch.write(table, to: Self.home + "/allocation.csv")
        try scratch.write(manifest.json, to: Self.home + "/manifest.json")
    }

    func load(_ name: String) throws -> AllocationTable {
        try AllocationTable(path: scratch.path + "/" + name)
    }

    func error(_ name: String) throws -> TableError {
        try #require(#expect(throws: TableError.self) { try load(name) })
    }

    @Test(arguments: ["state", "state/", "state/allocations", home, "state/allocations/current"])
    func directoriesAreVerified(name: String) throws {
        try publish()
        try scratch.link("state/allocations/current", to: "date=2026-11-21")
        let table = try load(name)
        #expect(table.statisticsThrough == "2026-11-20")
        #expect(table.pipeline == "banners")
        #expect(table.assign(platform: "web", slot: "home-hero", visitor: "7") != nil)
    }

    @Test(arguments: ["state", "state/", "state/allocations", "state/allocations/", home, "state/current"])
    func currentStandsAtTheTop(name: String) throws {
        try publish()
        try scratch.link("state/current", to: "allocations/date=2026-11-21")
        #expect(try load(name).statisticsThrough == "2026-11-20")
    }

    /// A publisher that was killed while it moved `current` to the top leaves both links.
    @Test(arguments: ["state", "state/allocations"])
    func ofTwoLinksTheOneAtTheTopCounts(name: String) throws {
        try publish()
        let earlier = TestTable.csv([TestRow("c", "0.5"), TestRow("d", "0.5")])
        let directory = "state/allocations/date=2026-11-20"
        try scratch.write(earlier, to: directory + "/allocation.csv")
        try scratch.write(
            Manifest(date: TestTable.date, rows: 2, table: earlier).json, to: directory + "/manifest.json")
        try scratch.link("state/allocations/current", to: "date=2026-11-20")
        #expect(try load(name).pipeline == nil)
        try scratch.link("state/current", to: "allocations/date=2026-11-21")
        #expect(try load(name).pipeline == "banners")
        try FileManager.default.removeItem(atPath: scratch.path + "/state/current")
        try scratch.link("state/current", to: "allocations/date=2027-01-01")
        #expect(try error(name).problem == "no allocation table here")
    }

    @Test func bareFileIsNotVerified() throws {
        try scratch.write(Self.table, to: "my.csv")
        let table = try load("my.csv")
        #expect(table.date == TestTable.date)
        #expect(table.statisticsThrough == nil)
    }

    @Test func changedTableIsNamed() throws {
        try publish()
        var table = Self.table
        table[table.count - 2] ^= 1
        try scratch.write(table, to: Self.home + "/allocation.csv")
        let error = try error(Self.home)
        #expect(error.code == .unverified)
        #expect(error.file == scratch.path + "/" + Self.home + "/allocation.csv")
        #expect(error.problem.contains("xxh64 is \(XXH64.hexadecimal(XXH64.hash(table)))"))
        #expect(error.remedy.contains("roll back"))
    }

    @Test func truncatedTableIsNamed() throws {
        try publish()
        try scratch.write(Self.table.dropLast(3), to: Self.home + "/allocation.csv")
        let error = try error(Self.home)
        #expect(error.code == .unverified)
        #expect(error.problem.contains("\(Self.table.count - 3) bytes where the manifest says \(Self.table.count)"))
    }

    @Test func foreignFormatIsRefused() throws {
        try publish()
        let other = String(decoding: Self.manifest.json, as: UTF8.self).replacing(
            "sluice-allocation/1", with: "sluice-allocation/2")
        try scratch.write(Array(other.utf8), to: Self.home + "/manifest.json")
        let error = try error(Self.home)
        #expect(error.code == .foreignFormat)
        #expect(error.file.hasSuffix("/manifest.json"))
        #expect(error.problem == "format is 'sluice-allocation/2', expected 'sluice-allocation/1'")
    }

    @Test func wrongRowsAndDateAreRefused() throws {
        try publish(Self.table, Manifest(date: TestTable.date, rows: 3, table: Self.table))
        #expect(try error(Self.home).problem == "rows is 3 where the table has 2")
        try publish(Self.table, Manifest(date: "2026-11-22", rows: 2, table: Self.table))
        #expect(try error(Self.home).problem == "date is 2026-11-22 where the table's rows say 2026-11-21")
    }

    @Test func missingPartsAreNamed() throws {
        try publish()
        try FileManager.default.removeItem(atPath: scratch.path + "/" + Self.home + "/manifest.json")
        let withoutManifest = try error(Self.home)
        #expect(withoutManifest.code == .missing)
        #expect(withoutManifest.problem.contains("no manifest.json"))
        try publish()
        try FileManager.default.removeItem(atPath: scratch.path + "/" + Self.home + "/allocation.csv")
        #expect(try error(Self.home).problem.contains("no allocation.csv"))
    }

    @Test func placesWithoutTableAreRefused() throws {
        try publish()
        #expect(try error("state").problem == "no allocation table here")
        try scratch.link("state/allocations/current", to: "date=2027-01-01")
        #expect(try error("state/allocations").problem == "no allocation table here")
        let absent = try error("nowhere")
        #expect(absent.code == .missing)
        #expect(absent.systemError == ENOENT)
        #expect(absent.file == scratch.path + "/nowhere")
    }

    @Test func brokenManifestIsNamed() throws {
        try publish()
        try scratch.write(Array("{\n\"format\": }".utf8), to: Self.home + "/manifest.json")
        let error = try error(Self.home)
        #expect(error.code == .malformed)
        #expect(error.line == 2)
        #expect(error.file.hasSuffix("/manifest.json"))
    }

    /// A reader beside a publisher sees one table or the other, never an error and never parts of both; the table's
    /// directory is replaced, or `current` swapped and the old directory removed.
    @Test(arguments: ["replaced", "swapped"])
    func tableBesideAPublisherIsWhole(way: String) throws {
        let other = TestTable.csv([TestRow("c", "0.5"), TestRow("d", "0.5")])
        var otherManifest = Manifest(date: TestTable.date, rows: 2, table: other)
        otherManifest.pipeline = "other"
        let versions = [(Self.table, Self.manifest.json), (other, otherManifest.json)]
        let (scratch, state) = (scratch, scratch.path + "/state")
        try publish()
        try scratch.link("state/allocations/current", to: "date=2026-11-21")
        let publisher = Publisher {
            var served = "date=2026-11-21"
            for night in 1...100 {
                let next = way == "replaced" ? "next" : "night=\(night)"
                let allocations = "state/allocations/"
                try scratch.write(versions[night % 2].0, to: allocations + next + "/allocation.csv")
                try scratch.write(versions[night % 2].1, to: allocations + next + "/manifest.json")
                if way == "replaced" {
                    try scratch.rename(allocations + served, to: allocations + "old")
                    try scratch.rename(allocations + next, to: allocations + served)
                    try FileManager.default.removeItem(atPath: scratch.path + "/" + allocations + "old")
                } else {
                    try scratch.link(allocations + "link", to: next)
                    try scratch.rename(allocations + "link", to: allocations + "current")
                    try FileManager.default.removeItem(atPath: scratch.path + "/" + allocations + served)
                    served = next
                }
                usleep(5_000)
            }
        }
        while !publisher.isFinished {
            let table = try AllocationTable(path: state)
            let variant = try #require(table.assign(platform: "web", slot: "home-hero", visitor: "7")?.variant)
            #expect(["a", "b"].contains(variant) == (table.pipeline == "banners"))
        }
        try publisher.get()
    }
}

/// A body that runs on a thread of its own, so that waiting tests cannot hold it up.
private final class Publisher: Sendable {
    private let outcome = Mutex<Result<Void, any Error>?>(nil)

    init(_ body: @escaping @Sendable () throws -> Void) {
        Thread.detachNewThread {
            let result = Result(catching: body)
            self.outcome.withLock { $0 = result }
        }
    }

    var isFinished: Bool { outcome.withLock { $0 != nil } }

    func get() throws {
        try outcome.withLock { $0 }?.get()
    }
}
