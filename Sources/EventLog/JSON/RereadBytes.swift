/// Bytes of a file that are read a second time, before what follows in the file.
///
/// Behind each event that is given up the reader begins anew. What is put back are always the bytes taken last, so that the ones that
/// wait already need no copy. O(1) a byte.
struct RereadBytes {
    private var waiting: [UInt8] = []
    private var taken = 0
    /// Bytes of the file so far.
    var bytesOfFile = 0
    private var bytesWithinLines = 0

    /// How many times the bytes of the file, beyond some, may be read anew within their lines: whatever stands there, time is linear.
    private static let mostTimes = 16
    private static let allowed = 64 << 20

    /// Whether more may be read anew within lines.
    var maySearch: Bool { bytesWithinLines < RereadBytes.mostTimes * bytesOfFile + RereadBytes.allowed }

    /// The next byte that waits; nil: what follows stands in the file.
    mutating func next() -> UInt8? {
        guard taken < waiting.count else {
            if taken > 0 { (waiting, taken) = ([], 0) }
            return nil
        }
        taken += 1
        return waiting[taken - 1]
    }

    /// Puts back the bytes that were taken last.
    mutating func put(back bytes: ArraySlice<UInt8>, isWithinLine: Bool = false) {
        if isWithinLine { bytesWithinLines += bytes.count }
        if taken > 0 {
            taken -= bytes.count
        } else {
            waiting = Array(bytes)
        }
    }
}
