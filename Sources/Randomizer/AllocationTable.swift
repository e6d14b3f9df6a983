/// A day's allocation of visitors to variants, as it is served.
///
/// A `RandomizerHost` keeps the newest one at hand while nights publish; by itself a table is loaded once. A table never
/// changes, and copying it costs a reference count. Assigning is a pure function of the names and the visitor: it never
/// throws, allocates or waits, and every process with the same table gives the same answer.
///
///     let table = try AllocationTable(path: "state")
///     let shown = table.assign(platform: "web", slot: "home-hero", segment: city, visitor: id)?.variant ?? "autumn"
///
/// Names are compared by their UTF-8 bytes, never by canonical equivalence. When a view and not a visitor is to be
/// assigned, pass the request's id as the visitor.
public struct AllocationTable: Sendable {
    @usableFromInline let storage: TableStorage

    /// The day on which the table takes effect, `YYYY-MM-DD`.
    public var date: String { storage.date }

    /// The last day whose statistics are in the table, `YYYY-MM-DD`; nil for a table without a manifest.
    public var statisticsThrough: String? { storage.manifest?.statisticsThrough }

    /// The name of the pipeline that made the table; nil for a table without a manifest.
    public var pipeline: String? { storage.manifest?.pipeline }

    @usableFromInline
    init(storage: TableStorage) {
        self.storage = storage
    }

    /// Assigns a visitor to a variant; nil for an unknown experiment: show the slot's default.
    ///
    /// A segment without a group of its own is served by the group of everyone, `*`. O(bytes of the names + arms).
    @inlinable
    public func assign(
        platform: some StringProtocol, slot: some StringProtocol, segment: some StringProtocol,
        visitor: some StringProtocol
    ) -> Assignment? {
        platform.withUTF8Bytes { platform in
            slot.withUTF8Bytes { slot in
                segment.withUTF8Bytes { segment in
                    visitor.withUTF8Bytes { visitor in
                        assign(platform: platform, slot: slot, segment: segment, visitor: visitor)
                    }
                }
            }
        }
    }

    /// Assigns a visitor of no segment to a variant, by the group of everyone; nil for an unknown experiment.
    @inlinable
    public func assign(
        platform: some StringProtocol, slot: some StringProtocol, visitor: some StringProtocol
    ) -> Assignment? {
        platform.withUTF8Bytes { platform in
            slot.withUTF8Bytes { slot in
                visitor.withUTF8Bytes { assign(platform: platform, slot: slot, visitor: $0) }
            }
        }
    }

    /// Assigns a visitor by the UTF-8 of the names (no segment: everyone); nil for an unknown experiment.
    public func assign(
        platform: UnsafeRawBufferPointer, slot: UnsafeRawBufferPointer, segment: UnsafeRawBufferPointer? = nil,
        visitor: UnsafeRawBufferPointer
    ) -> Assignment? {
        guard let experiment = storage.experiment(platform: platform, slot: slot) else { return nil }
        return storage.assignment(of: visitor, in: storage.experiments[experiment], segment: segment)
    }

    /// Assigns a visitor by the UTF-8 of the names; nil for an unknown experiment.
    public func assign(
        platform: Span<UInt8>, slot: Span<UInt8>, segment: Span<UInt8>, visitor: Span<UInt8>
    ) -> Assignment? {
        platform.withUnsafeBytes { platform in
            slot.withUnsafeBytes { slot in
                segment.withUnsafeBytes { segment in
                    visitor.withUnsafeBytes { visitor in
                        assign(platform: platform, slot: slot, segment: segment, visitor: visitor)
                    }
                }
            }
        }
    }

    /// Explains an assignment; nil for an unknown experiment. For people and logs: it allocates.
    public func explain(
        platform: some StringProtocol, slot: some StringProtocol, segment: String = "*",
        visitor: some StringProtocol
    ) -> Explanation? {
        experiment(platform: platform, slot: slot)?.explain(visitor, segment: segment)
    }
}
