/// Tables of equal shares, with all the columns of a published one.
enum TableText {
    /// `ownNames`: every row has a variant of a name of its own.
    static func csv(
        experiments: Int, segments: Int, arms: Int, prefix: String = "campaign-banner", ownNames: Bool = false
    ) -> [UInt8] {
        var text = "date,platform,slot,segment,variant,traffic,status,probability_best,mean,mean_low,mean_high,"
        text += "visitors,successes,value_remaining\n"
        var row = 0
        for experiment in 0..<experiments {
            for segment in 0..<segments {
                let name = segment == 0 ? "*" : "segment-\(padded(segment))"
                for arm in 0..<arms {
                    let share = 1_000_000 / arms + (arm < 1_000_000 % arms ? 1 : 0)
                    text +=
                        "2026-11-21,platform-\(padded(experiment)),slot,\(name),\(prefix)-\(padded(ownNames ? row : arm)),"
                    text += "\(share == 1_000_000 ? "1" : "0.\(padded(share))"),"
                    text += "active,0.123456789,0.041234567,0.039876543,0.042345678,123456,5123,0.012345678\n"
                    row += 1
                }
            }
        }
        return Array(text.utf8)
    }

    static func padded(_ number: Int) -> String {
        String(repeating: "0", count: max(0, 6 - String(number).count)) + String(number)
    }
}
