import Foundation
import Randomizer
import TestSupport

/// An `allocations` directory whose tables tell their day: each has one variant, named after it.
struct HostSite: Sendable {
    let scratch: ScratchDirectory
    var allocations: String { scratch.path + "/state/allocations" }
    var state: String { scratch.path + "/state" }

    init() throws {
        scratch = try ScratchDirectory()
        try FileManager.default.createDirectory(atPath: allocations, withIntermediateDirectories: true)
    }

    static func csv(_ date: String, variant: String? = nil) -> [UInt8] {
        let header = "date,platform,slot,segment,variant,traffic\n"
        let rows = (0..<8).map { "\(date),web,home-hero,*,\(variant ?? date)-\($0) with a long name,0.125000\n" }
        return Array((header + rows.joined()).utf8)
    }

    static func manifest(_ date: String, _ csv: [UInt8], pipeline: String? = "banners") -> Manifest {
        var manifest = Manifest(date: date, rows: 8, table: csv)
        manifest.pipeline = pipeline
        return manifest
    }

    /// Writes a table's directory, in place of the one that may be there.
    func write(_ date: String, variant: String? = nil, pipeline: String? = "banners", to name: String? = nil) throws {
        let csv = Self.csv(date, variant: variant)
        let directory = "state/allocations/" + (name ?? "date=\(date)")
        try scratch.write(csv, to: directory + "/allocation.csv")
        try scratch.write(Self.manifest(date, csv, pipeline: pipeline).json, to: directory + "/manifest.json")
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: scratch.path + "/" + name)
    }

    /// Points `current` at a table as a publisher does; `time` is when the link was made, in seconds since 1970.
    func point(at date: String, time: Int? = nil) throws {
        let temporary = state + "/.current.tmp"
        try FileManager.default.createSymbolicLink(atPath: temporary, withDestinationPath: "allocations/date=\(date)")
        if let time {
            let times = [timespec(tv_sec: time, tv_nsec: 0), timespec(tv_sec: time, tv_nsec: 0)]
            guard utimensat(AT_FDCWD, temporary, times, AT_SYMLINK_NOFOLLOW) == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
        }
        guard rename(temporary, state + "/current") == 0 else {
            throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
        }
    }

    /// The day whose table a host serves, by what a visitor is shown.
    static func shown(_ host: RandomizerHost) -> String? {
        host.assign(platform: "web", slot: "home-hero", segment: "*", visitor: "7").map {
            String($0.variant.prefix(10))
        }
    }
}

/// Bodies that run on threads of their own, so that waiting tests cannot hold them up.
final class Threads: Sendable {
    private let group = DispatchGroup()

    func start(_ body: @escaping @Sendable () -> Void) {
        group.enter()
        Thread.detachNewThread { [group] in
            body()
            group.leave()
        }
    }

    func wait() {
        group.wait()
    }
}
