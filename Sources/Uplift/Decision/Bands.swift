import Domain

/// The bands of each message: band k has the scores from the least score of bin k up to that of the bin before.
package struct Bands: Sendable {
    package struct OfMessage: Sendable, Codable, Equatable {
        package var message: String
        /// The least score of each band, from the highest band down; scores below the last belong to it too.
        package var cuts: [Double]

        /// The number of a score's band, from 0 for the highest.
        package func band(of score: Double) -> Int {
            var (low, high) = (0, cuts.count - 1)
            while low < high {
                let middle = (low + high) / 2
                if score >= cuts[middle] { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }

    /// In byte order of the messages.
    package let messages: [OfMessage]

    init(_ tables: [MessageRows], bins: Int) {
        messages = tables.map { rows in
            OfMessage(
                message: rows.message,
                cuts: DecileTable.ends(rows.count, bins: bins).compactMap { rows.leastScore(before: $0) })
        }
    }

    init(fixed: [OfMessage]) { messages = fixed }

    package subscript(message: String) -> OfMessage? { messages.first { ByteOrder.areEqual($0.message, message) } }

    /// How a band is called as a segment: `spring-d01` is the highest tenth of the message spring.
    package static func segment(_ message: String, band: Int) -> String {
        "\(message)-d\(band + 1 < 10 ? "0" : "")\(band + 1)"
    }
}

/// Bands as they were cut at the first wave: `bands.json`.
package struct FixedBands: Sendable, Codable, Equatable {
    package var bands: [Bands.OfMessage]

    package init(_ bands: Bands) { self.bands = bands.messages }

    /// The bands of these messages at the same cut points; a message that has joined since is cut now.
    ///
    /// - Parameter file: where they were read.
    func bands(of tables: [MessageRows], file: String) throws(UpliftError) -> Bands {
        var result: [Bands.OfMessage] = []
        for rows in tables {
            guard let known = bands.first(where: { ByteOrder.areEqual($0.message, rows.message) }) else {
                let bins = bands.first?.cuts.count ?? 10
                result += Bands([rows], bins: max(1, min(bins, rows.count))).messages
                continue
            }
            let isFalling = zip(known.cuts, known.cuts.dropFirst()).allSatisfy { $0 >= $1 }
            guard !known.cuts.isEmpty, isFalling else {
                throw .input(
                    "\(file): the cut points of \(Isolated.name(rows.message)) do not fall from band to band; restore the file "
                        + "of the first wave")
            }
            result.append(known)
        }
        return Bands(fixed: result)
    }
}

/// What a band's customers have shown: the falling fit to the bands' uplift, and its standard deviation.
struct BandBounds: Sendable {
    struct Level: Sendable {
        var uplift: Double
        var deviation: Double
    }

    /// By band; nil where nothing is known.
    let levels: [Level?]

    /// - Parameter includes: whether a position's row counts.
    init(_ rows: MessageRows, _ bands: Bands.OfMessage, score: (Int) -> Double, includes: (Int) -> Bool) {
        var rates: [RateDifference] = []
        var start = 0
        for (number, cut) in bands.cuts.enumerated() {
            // The first row with a score below the cut; the last band has all that are left.
            var (low, high) = (start, rows.count)
            while low < high, number + 1 < bands.cuts.count {
                let middle = (low + high) / 2
                if score(middle) >= cut { low = middle + 1 } else { high = middle }
            }
            let end = number + 1 < bands.cuts.count ? low : rows.count
            rates.append(RateDifference(rows, start..<end, includes: includes))
            start = end
        }
        let known = rates.indices.filter { rates[$0].uplift != nil && (rates[$0].knownDeviation() ?? 0) > 0 }
        let fit = IsotonicFit(
            known.map { rates[$0].uplift ?? 0 },
            weights: known.map { number in
                let deviation = rates[number].knownDeviation() ?? 1
                return 1 / (deviation * deviation)
            })
        var levels = [Level?](repeating: nil, count: rates.count)
        for block in fit.blocks {
            for index in block.range {
                levels[known[index]] = Level(uplift: block.value, deviation: (1 / block.weight).squareRoot())
            }
        }
        self.levels = levels
    }
}
