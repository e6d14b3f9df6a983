import Randomizer

/// The groups of customers that the jackknife leaves out, one after another.
package enum JackknifeGroups {
    package static let count = 20

    /// By the customer's name alone: the same in every file, whatever stands beside it.
    @inline(__always)
    static func group(of customer: UnsafeBufferPointer<UInt8>) -> UInt8 {
        UInt8(truncatingIfNeeded: XXH64.hash(UnsafeRawBufferPointer(customer), seed: 20) % UInt64(count))
    }
}
