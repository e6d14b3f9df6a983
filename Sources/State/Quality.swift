import BotFilter
package import Domain
package import EventLog
package import Statistics

/// How far a day's conversions were counted under a conversion window.
package struct CountedExtent: Sendable {
    /// The last log day that was counted.
    package var through: CalendarDate
    /// Whether all windows were closed by then.
    package var isMature: Bool

    package init(through: CalendarDate, isMature: Bool) {
        self.through = through
        self.isMature = isMature
    }
}

/// What `quality.json` says of a day's log: what was read, what was turned away, who was dropped, and whether the visitors
/// came in the shares they should have.
package struct Quality: Codable, Sendable {
    package struct Lines: Codable, Sendable {
        package struct Reason: Codable, Sendable {
            package var reason: String
            package var lines: Int64
            /// The first of them, as FILE:LINE.
            package var samples: [String]
            /// The value of the first that is none, where that is the reason.
            package var value: String?
        }

        package var total: Int64
        package var reasons: [Reason]

        init(_ entries: [LogTally.Entry]) {
            total = entries.reduce(0) { $0 + $1.count }
            reasons = entries.map {
                Reason(reason: $0.name, lines: $0.count, samples: $0.samples.map(\.description), value: $0.value)
            }
        }
    }

    /// A source of a field and the number of the day's lines in which it was there: any value but null, of columns any but an
    /// empty one. Rejected lines are not among them.
    package struct Source: Codable, Sendable {
        package var field: String
        /// As the configuration has it; of a field that is not mapped its own name.
        package var source: String
        /// Whether the configuration names it.
        package var mapped: Bool
        package var lines: Int64
    }

    /// A word that is no type, and the day's events that have it.
    package struct OtherType: Codable, Sendable {
        package var type: String
        package var events: Int64
    }

    package struct Bots: Codable, Sendable {
        package struct Tally: Codable, Sendable {
            package var visitors: Int64
            package var events: Int64
        }

        package var visitors: Int64
        package var events: Int64
        /// A visitor that several rules match counts under each.
        package var rules: [String: Tally]
        /// Those among `userAgents` for whom a library of HTTP asked, which is how native apps look that set no agent of their own,
        /// with the first names of such agents in byte order; nil in files of earlier versions.
        package var libraries: Libraries?
    }

    package struct Libraries: Codable, Sendable {
        package var visitors: Int64
        package var events: Int64
        package var names: [String]
    }

    /// An experiment's segments that are counted as `*`.
    package struct FoldedSegments: Codable, Equatable, Sendable {
        package var platform: String
        package var slot: String
        package var segments: Int
        package var units: Int64

        package init(_ folded: SegmentBound.Folded) {
            platform = folded.experiment.platform.string
            slot = folded.experiment.slot.string
            segments = folded.segments
            units = folded.units
        }
    }

    /// A file that was left out, since an earlier one holds the same log.
    package struct RepeatedFile: Codable, Equatable, Sendable {
        package var file: String
        package var sameAs: String

        package init(file: String, sameAs: String) {
            self.file = file
            self.sameAs = sameAs
        }
    }

    /// Addresses of events that none of the forms of addresses reads, so that no rule of networks could look at them.
    package struct UnreadableAddresses: Codable, Equatable, Sendable {
        package var events: Int64
        /// The first of them in byte order.
        package var samples: [String]
    }

    /// Clicks, orders and refunds of people that count for no unit of the day.
    package struct Nowhere: Codable, Sendable {
        package struct Reason: Codable, Sendable {
            package var reason: String
            package var events: Int64
        }

        package var total: Int64
        package var reasons: [Reason]

        init(_ tally: NowhereTally) {
            reasons = NowhereReason.allCases.filter { tally[$0] > 0 }.map {
                Reason(reason: $0.name, events: tally[$0])
            }
            total = reasons.reduce(0) { $0 + $1.events }
        }
    }

    /// What became of people's orders; see ``OrderTally``.
    package struct Orders: Codable, Sendable {
        package var repeatedPurchases: Int64
        package var ordersWithOtherMoney: Int64
        package var refunds: Int64
        package var repeatedRefunds: Int64
        package var refundsOfNothing: Int64
        package var cancelledOrders: Int64
        package var cappedUnits: Int64

        init(_ tally: OrderTally) {
            repeatedPurchases = tally.repeatedPurchases
            ordersWithOtherMoney = tally.ordersWithOtherMoney
            refunds = tally.refunds
            repeatedRefunds = tally.repeatedRefunds
            refundsOfNothing = tally.refundsOfNothing
            cancelledOrders = tally.cancelledOrders
            cappedUnits = tally.cappedUnits
        }
    }

    package var date: String
    /// The IANA name of the zone whose midnights begin the day; nil in files of earlier versions.
    package var timezone: String?
    package var files: [String]
    /// Files with no line, or a header alone; nil: none.
    package var filesWithoutLines: [String]?
    /// Files with lines of which none is an event of any day; nil: none.
    package var filesWithoutEvents: [String]?
    /// Files that were left out; nil: none.
    package var repeatedFiles: [RepeatedFile]?
    /// Segments that are not told apart; nil: all are.
    package var foldedSegments: [FoldedSegments]?
    package var lines: Int64
    package var bytes: Int64
    package var events: [String: Int64]
    /// Of the events of other types the ten words that came most often; nil in files of earlier versions.
    package var otherTypes: [OtherType]?
    /// Of how many words one was counted for `otherTypes`, where there were too many to count all; nil: all were.
    package var otherTypesOneOf: Int?
    /// Every source, each of a list by itself; nil in files of earlier versions.
    package var sources: [Source]?
    package var rejected: Lines
    package var ignored: Lines
    /// Visitors with an event in the day, bots too.
    package var visitors: Int64
    package var bots: Bots
    /// Visitors in an experiment, bots left out.
    package var units: Int64
    package var mixedUnits: Int64
    package var formulaSegments: Int64
    /// Copies of events that were left out, told by the events' ids; they are among `events`. nil in files of earlier versions.
    package var repeatedEvents: Int64?
    /// Nil in files of earlier versions.
    package var orders: Orders?
    /// Nil: all names of the log are declared.
    package var undeclared: Undeclared?
    /// Lines in files whose paths name the day alone, and those of them that lie on other days.
    package struct OwnFiles: Codable, Sendable {
        package var lines: Int64
        package var outsideDay: Int64

        package init(lines: Int64, outsideDay: Int64) {
            self.lines = lines
            self.outsideDay = outsideDay
        }
    }

    /// Nil: no path names the day alone.
    package var ownFiles: OwnFiles?
    /// The name of the file that the day's counts were imported from; nil: they were counted from logs.
    package var imported: String?
    /// What people did, by experiment; nil in files of earlier versions.
    package var experiments: [ExperimentCounts]?
    /// Nil in files of earlier versions. Under a conversion window some of it may count for units of the days before.
    package var countsNowhere: Nowhere?
    /// Events of the day whose propensity is none, taken as not stated; nil in files of earlier versions.
    package var invalidPropensities: Int64?
    /// nil where no rule looks at addresses, and where all could be read.
    package var unreadableAddresses: UnreadableAddresses?
    /// Whether no later event can change the day's statistics.
    package var mature: Bool
    /// The last log day whose events were counted for the day; nil without a conversion window: the day itself.
    package var through: String?
    package var sampleRatio: [SampleRatioCheck]
    /// Of the experiments whose log states propensities; nil: of none.
    package var propensities: [StatedPropensities]?

    package init(
        date: CalendarDate, timezone: String, tally: LogTally, statistics: DayStatistics, extent: CountedExtent?,
        sampleRatio: [SampleRatioCheck], propensities: [StatedPropensities], undeclared: Undeclared?,
        experiments: [ExperimentCounts], ownFiles: OwnFiles?
    ) {
        self.date = date.description
        self.timezone = timezone
        files = tally.files
        lines = tally.lines
        bytes = tally.bytes
        events = Dictionary(
            uniqueKeysWithValues: EventType.allCases.map { ($0.rawValue, tally.events[$0] ?? 0) })
        otherTypes = tally.otherTypes.top(10).map { OtherType(type: $0.word, events: $0.count) }
        otherTypesOneOf = tally.otherTypes.keptOneOf == 1 ? nil : tally.otherTypes.keptOneOf
        sources = tally.sources.map {
            Source(field: $0.field.rawValue, source: $0.source, mapped: $0.isMapped, lines: $0.lines)
        }
        rejected = Lines(tally.rejected)
        ignored = Lines(tally.ignored)
        visitors = statistics.visitors.visitors
        bots = Bots(
            visitors: statistics.bots.visitors, events: statistics.bots.events,
            rules: Dictionary(
                uniqueKeysWithValues: BotRule.named.map { rule, name in
                    let tally = statistics.botsByRule[rule]
                    return (name, Bots.Tally(visitors: tally?.visitors ?? 0, events: tally?.events ?? 0))
                }),
            libraries: Libraries(
                visitors: statistics.libraries.visitors, events: statistics.libraries.events,
                names: statistics.libraryNames.texts))
        let withoutLines = tally.filesWithoutLines
        let withoutEvents = tally.filesWithoutEvents
        filesWithoutLines = withoutLines.isEmpty ? nil : withoutLines
        filesWithoutEvents = withoutEvents.isEmpty ? nil : withoutEvents
        if statistics.unreadableAddresses > 0 {
            unreadableAddresses = UnreadableAddresses(
                events: statistics.unreadableAddresses, samples: statistics.unreadableAddressSamples.texts)
        }
        units = statistics.rows.reduce(0) { $0 + $1.counts.visitors }
        mixedUnits = statistics.mixedUnits
        formulaSegments = statistics.formulaSegments
        repeatedEvents = statistics.repeatedEvents
        orders = Orders(statistics.orders)
        countsNowhere = Nowhere(statistics.nowhere)
        self.undeclared = undeclared
        self.experiments = experiments
        self.ownFiles = ownFiles
        invalidPropensities = tally.invalidPropensities
        mature = extent?.isMature ?? true
        through = extent?.through.description
        self.sampleRatio = sampleRatio
        self.propensities = propensities.isEmpty ? nil : propensities
    }
}

extension Quality.Lines {
    /// Of no log.
    fileprivate static let none = Quality.Lines([])
}

extension Quality {
    /// What is known of a day whose counts come from elsewhere: how many visitors the largest experiment had, and how many each.
    package init(
        imported file: String, date: CalendarDate, timezone: String, rows: [DailyRow], experiments: [Experiment]
    ) {
        var statistics = DayStatistics()
        statistics.take(rows)
        self.init(
            date: date, timezone: timezone, tally: LogTally(), statistics: statistics, extent: nil, sampleRatio: [],
            propensities: [], undeclared: nil, experiments: ExperimentCounts.of(experiments, statistics), ownFiles: nil)
        imported = file
        visitors = self.experiments?.map(\.units).max() ?? 0
    }
}
