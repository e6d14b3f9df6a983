import Essentials
import State

/// How the memory of a run is shared out.
package enum ProcessMemory {
    /// What the program takes before the first visitor, and each worker for its blocks.
    private static let program = 18 << 20
    private static let worker = 3 << 19
    private static let leastForVisitors = 4 << 20

    /// Half of what the machine has, or of what its container may use.
    package static var standard: Int {
        let machine = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        return min(machine, containerLimit ?? machine) / 2
    }

    /// Of `bytes` for the whole process, those for visitors.
    package static func forVisitors(of bytes: Int, workers: Int) -> Int {
        max(bytes - program - workers * worker, leastForVisitors)
    }

    /// The least that a run with so many workers can keep to.
    package static func least(workers: Int) -> Int { program + workers * worker + leastForVisitors }

    /// Bytes of a size such as `64M`, `1.5G` or `800000000`: K, M and G are powers of 1,024; nil for anything else.
    package static func bytes(_ text: String) -> Int? {
        var number = Substring(text.uppercased())
        if number.hasSuffix("IB") { number.removeLast(2) } else if number.hasSuffix("B") { number.removeLast() }
        var shift = 0
        if let unit = number.last, let place = ["K", "M", "G", "T"].firstIndex(of: String(unit)) {
            number.removeLast()
            shift = 10 * (place + 1)
        }
        guard !number.isEmpty, number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let value = Double(number), value > 0
        else { return nil }
        return Int(exactly: (value * Double(1 << shift)).rounded())
    }

    /// The limit of the control group that the process is in, on Linux.
    private static var containerLimit: Int? {
        for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
            guard let bytes = try? FileSystem.read(path) else { continue }
            let line = String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
            if let limit = Int(line), limit > 0 { return limit }
        }
        return nil
    }
}
