package import BotFilter
package import EventLog
package import Vocabulary

/// Logs of a day to its statistics: events are gathered by visitor, robots dropped, the rest attributed.
package struct DailyJob: Sendable {
    package var experiments: [Experiment]
    package var policy: BotPolicy
    package var mixedUnits: MixedUnits
    package var reader: LogReader
    package var workers: Int
    /// Whether to name the robots.
    package var audits = false

    package init(
        experiments: [Experiment], policy: BotPolicy, mixedUnits: MixedUnits, reader: LogReader, workers: Int
    ) {
        self.experiments = experiments
        self.policy = policy
        self.mixedUnits = mixedUnits
        self.reader = reader
        self.workers = workers
    }

    /// What stopped a job.
    package enum Failure: Error, CustomStringConvertible {
        case log(LogError)
        case overflow(CountOverflow)

        package var description: String {
            switch self {
            case .log(let error): error.description
            case .overflow(let error): error.description
            }
        }
    }

    /// Reads the files and computes the day's statistics. The result does not depend on the number of workers, nor on the
    /// order of files or lines (but for the line numbers of samples).
    package func run(_ files: [LogFile]) throws(Failure) -> (statistics: DayStatistics, tally: LogTally) {
        let hash = KeyedHash.random()
        let collectors = (0..<max(1, workers)).map { _ in
            EventCollector(
                experiments: experiments, policy: policy, dayStart: reader.day.range.lowerBound, hash: hash)
        }
        let tally: LogTally
        do throws(LogError) {
            tally = try reader.read(files, into: collectors)
        } catch {
            throw .log(error)
        }
        for collector in collectors.dropFirst() { collectors[0].add(collector) }
        do throws(CountOverflow) {
            return (try statistics(of: collectors[0].table), tally)
        } catch {
            throw .overflow(error)
        }
    }

    private func statistics(of table: borrowing VisitorTable) throws(CountOverflow) -> DayStatistics {
        var result = DayStatistics()
        result.formulaSegments = table.formulaSegments
        var attribution = Attribution(experiments: experiments, mixedUnits: mixedUnits)
        for visitor in 0..<table.visitors.count {
            let record = table.visitors[visitor]
            result.visitors.add(events: Int64(record.events))
            let rules = policy.rules(matching: evidence(on: visitor, in: table))
            guard rules.isEmpty else {
                drop(visitor, by: rules, in: table, result: &result)
                continue
            }
            try attribution.add(visitor, of: table)
        }
        result.mixedUnits = attribution.mixedCount
        result.rows = attribution.rows(segments: table.segments)
        result.audit.sort { $0.visitor < $1.visitor }
        return result
    }

    private func evidence(on visitor: Int, in table: borrowing VisitorTable) -> VisitorEvidence {
        let record = table.visitors[visitor]
        var busiest: UInt32 = 0
        var index = record.minutes
        while index != VisitorTable.none {
            let minute = table.minutes[Int(index)]
            busiest = max(busiest, minute.events)
            index = minute.next
        }
        var evidence = VisitorEvidence()
        evidence.events = record.events
        evidence.views = record.views
        evidence.clicks = record.clicks
        evidence.busiestMinute = busiest
        evidence.hasRobotUserAgent = record.flags.contains(.robotAgent)
        evidence.isInDeniedNetwork = record.flags.contains(.deniedNetwork)
        evidence.isOnDenyList = policy.deniesVisitor(UnsafeRawBufferPointer(table.ids[visitor].bytes))
        return evidence
    }

    private func drop(
        _ visitor: Int, by rules: BotRule, in table: borrowing VisitorTable, result: inout DayStatistics
    ) {
        let events = Int64(table.visitors[visitor].events)
        result.robots.add(events: events)
        for (rule, _) in BotRule.named where rules.contains(rule) {
            result.robotsByRule[rule, default: DayStatistics.Tally()].add(events: events)
        }
        if audits {
            result.audit.append(
                DayStatistics.Robot(visitor: Name(table.ids[visitor].string), events: events, rules: rules))
        }
    }
}
