/// A set of variants' names, compared by their UTF-8 bytes. Build it once where it is asked often.
public struct VariantSet: Sendable, ExpressibleByArrayLiteral {
    private var names = NameInterner()

    public init(_ names: some Sequence<some StringProtocol>) {
        for name in names { insert(name) }
    }

    public init(arrayLiteral names: String...) {
        self.init(names)
    }

    public mutating func insert(_ name: some StringProtocol) {
        name.withUTF8Bytes { _ = names.number(ofText: $0) }
    }

    public func contains(_ name: some StringProtocol) -> Bool {
        name.withUTF8Bytes { contains($0) }
    }

    /// Whether the set has a name of these UTF-8 bytes; O(count), without allocating.
    public func contains(_ name: UnsafeRawBufferPointer) -> Bool {
        names.known(name) != nil
    }
}
