import CLibrary

/// A number that few threads share, so that what they count by it they rarely count in the same place.
enum ThreadNumber {
    /// How many numbers there are.
    static let count = 64

    /// The calling thread's, always the same, below ``count``.
    static var current: Int {
        #if canImport(Glibc)
            let thread = UInt64(pthread_self())
        #else
            let thread = UInt64(UInt(bitPattern: pthread_self()))
        #endif
        // The high bits of a product depend on all bits of its factors (Knuth, TAOCP volume 3, section 6.4).
        return Int(truncatingIfNeeded: ((thread >> 6) &* 0x9E37_79B9_7F4A_7C15) >> 58)
    }
}
