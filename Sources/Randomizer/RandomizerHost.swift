/// The table that serves now, kept up to date while requests come in.
///
/// A host looks at a state directory, its `allocations`, or one table's directory. A new table is loaded and verified
/// aside and then put into service at once; one that is missing, corrupt, cut short, of another pipeline or outdated is
/// refused with its reason in `status`, and the last good one stays.
///
///     let host = RandomizerHost(path: "state")
///     host.watch(every: .seconds(10))
///     let shown = host.assign(platform: "web", slot: "home-hero", segment: city, visitor: id)?.variant ?? "autumn"
///
/// All members may be used by all threads at once. Reading never waits, neither for a refresh nor for other readers. A
/// process that forks opens its host afterwards: threads do not outlive a fork.
public final class RandomizerHost: Sendable {
    private let service: HostService

    /// A host of the tables at a path. It loads what is there; when that fails, `status` says why and later looks may
    /// succeed. Tables of another pipeline than `pipeline` (nil: than the first one's) are refused.
    public init(path: String, pipeline: String? = nil) {
        service = HostService(path: path, pipeline: pipeline)
        refresh()
    }

    deinit {
        service.stopWatching()
    }

    /// The table in service; nil as long as there was none. It stays what it is when the next one comes: take it for a
    /// request, not for good. Costs a reference count, which all threads share; `withTable` costs none.
    public var table: AllocationTable? {
        withTable { $0 }
    }

    /// Lends the table in service; nil as long as there was none. A table that is replaced is kept until `body` returns.
    @inlinable
    public func withTable<Result>(_ body: (AllocationTable) throws -> Result) rethrows -> Result? {
        guard let loan = borrow() else { return nil }
        defer { giveBack(loan) }
        return try loan.storage()._withUnsafeGuaranteedRef { try body(AllocationTable(storage: $0)) }
    }

    /// Assigns a visitor by the table in service (no segment: `*`); nil without a table and for an unknown experiment:
    /// show the slot's default.
    @inlinable
    public func assign(
        platform: some StringProtocol, slot: some StringProtocol, segment: some StringProtocol,
        visitor: some StringProtocol
    ) -> Assignment? {
        withTable { $0.assign(platform: platform, slot: slot, segment: segment, visitor: visitor) } ?? nil
    }

    /// Looks for a new table now, and puts it into service. One thread looks at a time, others wait for it.
    @discardableResult
    public func refresh() -> RefreshOutcome {
        service.refresh()
    }

    /// Looks for a new table every `interval`, at least a millisecond, on a thread of its own, until `stopWatching` or
    /// the end of the host; instead of what was asked for before. False when the system gives no thread.
    @discardableResult
    public func watch(every interval: Duration) -> Bool {
        service.watch(every: interval)
    }

    /// Ends watching, and waits for a look that is under way.
    public func stopWatching() {
        service.stopWatching()
    }

    /// What is in service and how the last look went, for health checks.
    public var status: HostStatus {
        service.status
    }

    /// Tables that are out of service and kept because somebody reads them.
    package var lentTables: Int {
        service.exchange.retiredCount
    }

    @usableFromInline
    func borrow() -> TableLoan? {
        service.exchange.borrow()
    }

    @usableFromInline
    func giveBack(_ loan: TableLoan) {
        service.exchange.giveBack(loan)
    }
}

/// How a look for a new table ended.
public enum RefreshOutcome: Equatable, Sendable {
    /// What lies there is in service already.
    case unchanged
    /// A new table is in service.
    case loaded
    /// What lies there is not fit for service; what was in service stays.
    case refused(TableError)
}

/// What a host serves, and how it is with what lies on disk.
public struct HostStatus: Equatable, Sendable {
    /// The day of the table in service, `YYYY-MM-DD`; nil without a table.
    public internal(set) var date: String?
    /// The pipeline of the table in service.
    public internal(set) var pipeline: String?
    /// The last day whose statistics are in the table, `YYYY-MM-DD`.
    public internal(set) var statisticsThrough: String?
    /// When the table came into service, in seconds since 1970.
    public internal(set) var loadedAt: Double?
    /// When was last looked for a new one, in seconds since 1970.
    public internal(set) var checkedAt: Double?
    /// Seconds that the table has been in service.
    public internal(set) var age: Double?
    /// Why what lies on disk is not in service; nil when it is.
    public internal(set) var fault: TableError?
    /// Tables that came into service.
    public internal(set) var loads = 0
    /// Looks that ended in a refusal.
    public internal(set) var refusals = 0
    public internal(set) var isWatching = false
}
