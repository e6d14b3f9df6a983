import CLibrary

/// What a host shares with the thread that watches for it.
final class HostService: @unchecked Sendable {
    let exchange = TableExchange()

    private let refreshing = PlatformMutex()
    /// Guarded by `refreshing`.
    private var refresher: TableRefresher

    private let state = PlatformMutex()
    /// Guarded by `state`.
    private var recent = HostStatus()

    private let watching = PlatformMutex()
    /// Guarded by `watching`.
    private var thread: PeriodicThread?

    init(path: String, pipeline: String?) {
        refresher = TableRefresher(path: path, pipeline: pipeline)
    }

    func refresh() -> RefreshOutcome {
        refreshing.withLock {
            var outcome = RefreshOutcome.unchanged
            var table: TableStorage?
            do throws(TableError) {
                table = try refresher.load()
                if table != nil { outcome = .loaded }
            } catch {
                outcome = .refused(error)
            }
            if let table { exchange.replace(with: table) } else { exchange.releaseRetired() }
            state.withLock { note(outcome, table) }
            return outcome
        }
    }

    /// Takes down how a look ended; with `state` held.
    private func note(_ outcome: RefreshOutcome, _ table: TableStorage?) {
        let now = Self.now()
        recent.checkedAt = now
        recent.fault = nil
        if case .refused(let error) = outcome {
            recent.fault = error
            recent.refusals += 1
        }
        guard let table else { return }
        recent.loads += 1
        recent.loadedAt = now
        recent.date = table.date
        recent.pipeline = table.manifest?.pipeline
        recent.statisticsThrough = table.manifest?.statisticsThrough
    }

    var status: HostStatus {
        var status = state.withLock { recent }
        status.age = status.loadedAt.map { max(0, Self.now() - $0) }
        status.isWatching = watching.withLock { thread != nil }
        return status
    }

    func watch(every interval: Duration) -> Bool {
        let seconds = Double(interval.components.seconds) + Double(interval.components.attoseconds) * 1e-18
        let milliseconds = Int32(min(max(1, seconds * 1_000), Double(Int32.max)))
        return watching.withLock {
            thread?.stop()
            thread = PeriodicThread(milliseconds: milliseconds) { [unowned self] in _ = refresh() }
            return thread != nil
        }
    }

    func stopWatching() {
        watching.withLock {
            thread?.stop()
            thread = nil
        }
    }

    /// Seconds since 1970.
    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
