import BotFilter
package import Domain

extension DayStatistics {
    /// The sum of the statistics of disjoint visitors: as if one job had counted them all. O(rows · log rows).
    package static func sum(_ parts: [DayStatistics]) throws(CountOverflow) -> DayStatistics {
        var total = DayStatistics()
        for part in parts { total.add(part) }
        total.rows = try Row.merged(parts.map(\.rows))
        total.audit.sort { $0.visitor < $1.visitor }
        return total
    }
}

extension DayStatistics.Row {
    /// Rows of disjoint visitors, those of one arm, segment and table added up, in the order of the file. O(n log n).
    static func merged(_ parts: [[DayStatistics.Row]]) throws(CountOverflow) -> [DayStatistics.Row] {
        struct Key: Hashable {
            var table: CalendarDate?
            var key: ArmKey
        }
        var rows: [DayStatistics.Row] = []
        var indices: [Key: Int] = [:]
        for row in parts.joined() {
            let key = Key(table: row.table, key: row.key)
            guard let index = indices[key] else {
                indices[key] = rows.count
                rows.append(row)
                continue
            }
            try rows[index].counts.add(row.counts)
            rows[index].propensities.add(row.propensities)
        }
        rows.sort(by: isBefore)
        return rows
    }

    /// The order of ``DailyRow/isBefore(_:_:)``.
    static func isBefore(_ left: DayStatistics.Row, _ right: DayStatistics.Row) -> Bool {
        let day = CalendarDate(dayNumber: 0)
        return DailyRow.isBefore(
            DailyRow(date: day, table: left.table, key: left.key, counts: left.counts),
            DailyRow(date: day, table: right.table, key: right.key, counts: right.counts))
    }
}

// MARK: As parts are written

/// A list: table, platform, slot, segment, variant, the counts as texts, the propensities. There may be very many.
extension DayStatistics.Row: Codable {
    package init(from decoder: any Decoder) throws {
        var list = try decoder.unkeyedContainer()
        let date = try list.decode(String.self)
        table = CalendarDate(date)
        guard table != nil || date.isEmpty else {
            throw DecodingError.dataCorruptedError(in: list, debugDescription: "'\(date)' is no date")
        }
        key = ArmKey(
            platform: try list.decode(Name.self), slot: try list.decode(Name.self),
            segment: try list.decode(Name.self), variant: try list.decode(Name.self))
        counts = try list.decode(ArmCounts.self)
        propensities = try list.decodeIfPresent(PropensityTally.self) ?? PropensityTally()
    }

    package func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        try list.encode(table?.description ?? "")
        for name in [key.platform, key.slot, key.segment, key.variant] { try list.encode(name) }
        try list.encode(counts)
        if propensities.units > 0 { try list.encode(propensities) } else { try list.encodeNil() }
    }
}

extension PropensityTally: Codable {
    private enum CodingKeys: CodingKey {
        case units, inverseSum, inverseSquareSum, hasTooMany, unitsByPropensity
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        func sum(_ key: CodingKeys) throws -> Int128 {
            guard let value = Int128(try container.decode(String.self, forKey: key)) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: container, debugDescription: "no integer")
            }
            return value
        }
        let pairs = try container.decode([Int64].self, forKey: .unitsByPropensity)
        guard pairs.count % 2 == 0 else {
            throw DecodingError.dataCorruptedError(
                forKey: .unitsByPropensity, in: container, debugDescription: "no pairs")
        }
        var units: [Int64: Int64] = [:]
        for index in stride(from: 0, to: pairs.count, by: 2) { units[pairs[index]] = pairs[index + 1] }
        self.init(
            units: try container.decode(Int64.self, forKey: .units), inverseSum: try sum(.inverseSum),
            inverseSquareSum: try sum(.inverseSquareSum),
            hasTooMany: try container.decode(Bool.self, forKey: .hasTooMany), unitsByPropensity: units)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(units, forKey: .units)
        // Beyond what readers of JSON hold.
        try container.encode(String(inverseSum), forKey: .inverseSum)
        try container.encode(String(inverseSquareSum), forKey: .inverseSquareSum)
        try container.encode(hasTooMany, forKey: .hasTooMany)
        let pairs = unitsByPropensity.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        try container.encode(pairs, forKey: .unitsByPropensity)
    }
}

/// By the names of the reasons.
extension NowhereTally: Codable {
    package init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.singleValueContainer()
        for (name, count) in try container.decode([String: Int64].self) {
            guard let reason = NowhereReason.allCases.first(where: { $0.name == name }) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "'\(name)' is no reason")
            }
            self[reason] = count
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        let counts = NowhereReason.allCases.filter { self[$0] > 0 }.map { ($0.name, self[$0]) }
        try container.encode(Dictionary(uniqueKeysWithValues: counts))
    }
}

/// The names of each kind, in its order, ascending.
extension UndeclaredNames: Codable {
    private struct Kept: Codable {
        var names: [[Name]]
        var events: [Int64]
        var otherEvents: Int64
    }

    package init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.singleValueContainer()
        let kinds = try container.decode([Kept].self)
        guard kinds.count == Kind.allCases.count, kinds.allSatisfy({ $0.names.count == $0.events.count }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not the kinds of names")
        }
        for (kind, kept) in zip(Kind.allCases, kinds) {
            for (parts, events) in zip(kept.names, kept.events) { add(kind, parts, events: events) }
            if kept.otherEvents > 0 { add(kind, nil, events: kept.otherEvents) }
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(
            Kind.allCases.map { kind in
                let sorted = self[kind].events.sorted { $0.key.lexicographicallyPrecedes($1.key) }
                return Kept(
                    names: sorted.map(\.key), events: sorted.map(\.value), otherEvents: self[kind].otherEvents)
            })
    }
}
