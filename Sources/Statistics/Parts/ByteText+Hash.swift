import EventLog
import Randomizer

extension ByteText {
    /// The hash of a visitor's id by which its lines go to a part, and by which parts are compared: XXH64, seed 0.
    @inline(__always)
    var partHash: UInt64 { XXH64.hash(UnsafeRawBufferPointer(bytes)) }
}
