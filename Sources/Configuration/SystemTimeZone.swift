import CLibrary
import CSystem
import Essentials
package import EventLog

/// A timezone of the IANA database, by the rules that the system has of it: they change by the system's updates, not by Sluice's.
package struct SystemTimeZone: Equatable, Sendable {
    /// Its IANA name, such as "Europe/Paris".
    package let identifier: String
    /// The file of its rules; nil: UTC.
    private let path: String?

    package static let utc = SystemTimeZone(identifier: "UTC", path: nil)

    private init(identifier: String, path: String?) {
        self.identifier = identifier
        self.path = path
    }

    /// The zone of this name; nil when the system has none. "UTC" and "GMT" are always there; abbreviations such as "IST", which
    /// are several zones', never.
    package init?(identifier: String) {
        if identifier == "UTC" || identifier == "GMT" {
            self.init(identifier: identifier, path: nil)
            return
        }
        let path = "\(SystemTimeZone.directory)/\(identifier)"
        guard SystemTimeZone.isRegion(identifier), path.utf8.count <= csystem_longest_zone, path.hasPrefix("/"),
            let file = fopen(path, "r")
        else { return nil }
        defer { fclose(file) }
        // Of a directory, and of anything else that is no zone, the C library would make UTC.
        var start = [UInt8](repeating: 0, count: 4)
        guard fread(&start, 1, 4, file) == 4, start.elementsEqual("TZif".utf8) else { return nil }
        self.init(identifier: identifier, path: path)
    }

    /// Where the system's zones are.
    package static var directory: String { String(cString: csystem_zones()) }

    /// The names of all zones, in byte order; empty when the system has none. Goes through the directory.
    package static var all: [String] {
        let paths = (try? FileManager.default.subpathsOfDirectory(atPath: directory)) ?? []
        return paths.filter { SystemTimeZone(identifier: $0) != nil }.sorted()
    }

    /// Whether a name is of the form that regions have: a path without dots.
    private static func isRegion(_ name: String) -> Bool {
        let isOther = ["SystemV/", "posix/", "right/", "/"].contains { name.hasPrefix($0) }
        return !isOther && name.utf8.contains(UInt8(ascii: "/"))
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "0")...UInt8(ascii: "9"): true
                default: "/_+-".utf8.contains(byte)
                }
            }
    }

    /// Seconds that local time is ahead of UTC at an instant, in seconds since the epoch.
    package func offset(at instant: Int64) -> Int64 {
        path.map { Int64(csystem_ahead_of_utc($0, instant)) } ?? 0
    }

    /// The periods of one offset each that lie in `instants`, the first of them from its start. Asks once for every day, as no
    /// clocks were ever changed twice within four.
    package func periods(in instants: Range<Int64>) -> [LocalTime.Period] {
        var periods = [LocalTime.Period(start: instants.lowerBound, offset: offset(at: instants.lowerBound))]
        var (known, offset) = (instants.lowerBound, periods[0].offset)
        while path != nil, known < instants.upperBound - 1 {
            var changed = min(known + 86_400, instants.upperBound - 1)
            let next = self.offset(at: changed)
            defer { (known, offset) = (changed, next) }
            guard next != offset else { continue }
            // Between an instant of the old offset and one of the new.
            while known + 1 < changed {
                let middle = known + (changed - known) / 2
                if self.offset(at: middle) == offset { known = middle } else { changed = middle }
            }
            periods.append(LocalTime.Period(start: changed, offset: next))
        }
        return periods
    }
}
