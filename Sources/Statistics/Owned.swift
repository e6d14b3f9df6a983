/// A value in memory of its own, which it never leaves: it is worked on in place, whatever holds it.
final class Owned<Value: ~Copyable & Sendable>: @unchecked Sendable {
    /// Valid as long as the owner, who must be kept (`withExtendedLifetime`).
    let pointer: UnsafeMutablePointer<Value>

    init(_ value: consuming Value) {
        pointer = .allocate(capacity: 1)
        pointer.initialize(to: value)
    }

    deinit {
        pointer.deinitialize(count: 1)
        pointer.deallocate()
    }
}
