import CLibrary
package import EventLog
import State

/// A timezone of the IANA database, by the rules that the system has of it: they change by the system's updates, not by Sluice's.
package struct SystemTimeZone: Equatable, Sendable {
    /// Its IANA name, such as "Europe/Paris".
    package let identifier: String
    private let rules: ZoneRules

    package static let utc = SystemTimeZone(identifier: "UTC", rules: ZoneRules(firstOffset: 0, changes: [], rule: nil))

    private init(identifier: String, rules: ZoneRules) {
        self.identifier = identifier
        self.rules = rules
    }

    /// The zone of this name; nil when the system has none, or a damaged one: see ``named(_:)``.
    package init?(identifier: String) {
        guard let zone = try? SystemTimeZone.named(identifier) else { return nil }
        self = zone
    }

    /// The zone of this name; nil when the system has none. "UTC" and "GMT" are always there; abbreviations such as "IST", which
    /// are several zones', never. Throws when its file is there and cannot be read or is damaged.
    ///
    /// - Parameter directory: of the database, as an absolute path.
    package static func named(
        _ identifier: String, in directory: String = SystemTimeZone.directory
    ) throws(ZoneFileError) -> SystemTimeZone? {
        if identifier == "UTC" || identifier == "GMT" {
            return SystemTimeZone(identifier: identifier, rules: utc.rules)
        }
        let path = "\(directory)/\(identifier)"
        guard isRegion(identifier), path.hasPrefix("/") else { return nil }
        do {
            guard try FileSystem.isRegularFile(path) else { return nil }
            return SystemTimeZone(identifier: identifier, rules: try ZoneRules(tzif: try FileSystem.read(path)))
        } catch let fault as ZoneFileFault {
            throw ZoneFileError(path: path, problem: "is no timezone file: \(fault.message)")
        } catch let error as FileError {
            throw ZoneFileError(
                path: path, problem: "cannot be read: \(String(cString: strerror(error.code)))",
                isOfSystem: !error.isOfPath)
        } catch {
            throw ZoneFileError(path: path, problem: "cannot be read: \(error)")
        }
    }

    /// Where the system's zones are: the directory that names such as "Europe/Paris" are below.
    package static var directory: String {
        let named = getenv("TZDIR").map { String(cString: $0) } ?? ""
        return named.isEmpty ? "/usr/share/zoneinfo" : named
    }

    /// The names of all zones, in byte order; empty when the system has none. Reads the whole database.
    package static var all: [String] {
        names(in: "").filter { SystemTimeZone(identifier: $0) != nil }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// The files in a directory of the database and below it.
    private static func names(in directory: String) -> [String] {
        let names = (try? FileSystem.list("\(Self.directory)/\(directory)")) ?? []
        return names.flatMap { name in
            let path = directory.isEmpty ? name : "\(directory)/\(name)"
            return (try? FileSystem.isDirectory("\(Self.directory)/\(path)")) == true ? self.names(in: path) : [path]
        }
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

    /// Whether clocks show the same in both zones all the while: one may be the other's older name, as Asia/Calcutta is
    /// Asia/Kolkata's.
    package func agrees(with other: SystemTimeZone, in instants: Range<Int64>) -> Bool {
        func changes(_ zone: SystemTimeZone) -> [LocalTime.Period] {
            zone.periods(in: instants).reduce(into: []) { found, period in
                if found.last?.offset != period.offset { found.append(period) }
            }
        }
        return changes(self) == changes(other)
    }

    /// Seconds that local time is ahead of UTC at an instant, in seconds since the epoch.
    package func offset(at instant: Int64) -> Int64 {
        rules.offset(at: instant)
    }

    /// The periods of one offset each that lie in `instants`, the first of them from its start.
    package func periods(in instants: Range<Int64>) -> [LocalTime.Period] {
        rules.periods(in: instants)
    }
}

/// A file of the system's timezone database that cannot be read or is damaged.
package struct ZoneFileError: Error, Equatable, Sendable, CustomStringConvertible {
    package var path: String
    /// What it is or why it cannot be read, as a predicate.
    package var problem: String
    /// Whether the machine failed, which says nothing about the file.
    package var isOfSystem = false

    package var description: String { "\(path) \(problem)" }
}
