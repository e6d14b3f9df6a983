// What the reference of the configuration says of each guard.
extension GuardKind {
    /// A sentence: when it trips.
    package var meaning: String {
        switch self {
        case .unknownVariants: "Many of an experiment's views show variants that are not declared."
        case .silentVariants: "An arm that had traffic had no visitor."
        case .lostVariants: "An arm with traffic or counts is no longer declared, and not retired."
        case .noReward: "Not one click or purchase where there should be many."
        case .visitors: "Far fewer or far more visitors than on the days before."
        case .robots: "Far more of the visitors were dropped as robots than on the days before."
        case .outsideDay: "The day's own files hold other days."
        case .timezone: "Days begin at another midnight than those before."
        case .sources: "A source that used to be in the log is in no line."
        case .sampleRatio: "Visitors came in other shares than they were served by."
        case .move: "More visitors than wanted would see another variant."
        }
    }

    /// A sentence: what is compared with one of its thresholds.
    package func meaning(of threshold: GuardSettings.Threshold) -> String {
        switch (self, threshold) {
        case (.unknownVariants, .above): "The share of views."
        case (.unknownVariants, _): "The number of views that it takes besides."
        case (.visitors, .below): "The share of the median of the days before under which visitors are too few."
        case (.visitors, _): "The multiple of that median over which they are too many."
        case (.robots, _): "The share of visitors, which must also be twice the median of the days before."
        case (.outsideDay, _): "The share of lines."
        case (.sampleRatio, _): "The p-value."
        case (.move, _): "The share of an experiment's visitors."
        case (.silentVariants, _): "The visitors that the arm should have had."
        case (.noReward, _): "The clicks or purchases that there should be."
        case (.sources, _): "The lines in which the source should be."
        case (.lostVariants, _), (.timezone, _): "Nothing."
        }
    }
}
