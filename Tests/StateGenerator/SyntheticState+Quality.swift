import Domain
import Foundation

extension SyntheticState {
    /// The quality file of a day, as the pipeline writes one.
    func quality(_ date: CalendarDate, _ rows: [DailyRow]) throws -> [UInt8] {
        let units = rows.reduce(Int64(0)) { $0 + $1.counts.visitors }
        let isOdd = date.dayNumber % 17 == 0
        let ratios = (0..<experiments).map { experiment -> [String: Any] in
            let arms = rows.filter { $0.key.slotKey == key(experiment) }.map { row -> [String: Any] in
                [
                    "variant": row.key.variant.string, "visitors": row.counts.visitors,
                    "expected": Double(row.counts.visitors),
                ]
            }
            return [
                "platform": key(experiment).platform.string, "slot": key(experiment).slot.string,
                "p_value": isOdd && experiment == 0 ? 0.000012 : Double(date.dayNumber * 7 % 97 + experiment) / 200,
                "chi_square": 3.25, "degrees_of_freedom": arms.count - 1, "is_suspicious": isOdd && experiment == 0,
                "arms": arms, "without_traffic": [[String: Any]](),
            ]
        }
        let rules = ["deny_list", "events_per_minute"].map { ($0, ["visitors": 12, "events": 4_321]) }
        let quality: [String: Any] = [
            "date": date.description, "files": ["events/date=\(date)/a.jsonl"], "lines": units * 2 + 120,
            "bytes": units * 250, "events": ["view": units * 2, "click": units / 20, "purchase": units / 80],
            "rejected": lines([("not a JSON object", 3), (name("r", 0), 2)]),
            "ignored": lines([("undeclared variant", 40)]),
            "visitors": units + 24,
            "bots": ["visitors": 24, "events": 8_642, "rules": Dictionary(uniqueKeysWithValues: rules)],
            "units": units, "mixed_units": 17, "formula_segments": 0, "mature": true, "sample_ratio": ratios,
        ]
        return Array(try JSONSerialization.data(withJSONObject: quality, options: [.sortedKeys]))
    }

    private func lines(_ reasons: [(String, Int)]) -> [String: Any] {
        [
            "total": reasons.reduce(0) { $0 + $1.1 },
            "reasons": reasons.map {
                ["reason": $0.0, "lines": $0.1, "samples": ["events/a.jsonl:7"]] as [String: Any]
            },
        ]
    }
}
