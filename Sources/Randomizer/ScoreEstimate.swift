import CLibrary

/// An estimate of −ln(u) from a table of chords, so that most assignments need no logarithm.
///
///     −ln(1 − x)  ▲            .      x = 1 − u, cut into 256 pieces by the first byte of ~r;
///                 │          ..       −ln is convex, so that the chord of a piece lies above it
///                 │      ....         and, up to u = 1/64, above it by less than `tolerance`;
///                 └──────────────► x  from there on the estimate is −ln at the piece's beginning, which lies below
///
/// With x ≥ 2⁻³⁶, estimate ≤ −ln(u) · (1 + tolerance); and where the estimate is also below `limit`, −ln(u) ≤ estimate ·
/// (1 + 2⁻⁹ · tolerance). Still smaller x differ from 1 − u, as u is rounded, by too much.
package struct ScoreEstimate: Sendable {
    private struct Chord {
        var intercept: Double
        /// By the unit of x, 2⁻⁵³.
        var slope: Double
    }

    private let chords: [Chord]

    /// Relative error. The largest, 0.00196, is that of the chord next to u = 1.
    package static let tolerance = 0.002

    /// The estimate where u = 1/64, from which on chords are too coarse.
    package static let limit = 4.158_883

    private static let pieces = 256
    private static let coarse = pieces - pieces / 64

    package init() {
        chords = (0..<Self.pieces).map { piece in
            let begin = Double(piece) / Double(Self.pieces)
            guard piece < Self.coarse else { return Chord(intercept: -log1p(-begin), slope: 0) }
            let end = Double(piece + 1) / Double(Self.pieces)
            let slope = (log1p(-begin) - log1p(-end)) / (end - begin)
            // Half a unit, because a number is the centre of its cell.
            return Chord(intercept: -log1p(-begin) - slope * (begin - 0x1p-54), slope: slope * 0x1p-53)
        }
    }

    /// Estimates −ln of the uniform number of 64 random bits.
    @inline(__always)
    package func callAsFunction(_ random: UInt64) -> Double {
        let chord = chords[Int(truncatingIfNeeded: ~random >> 56)]
        return chord.intercept + chord.slope * Double(Int64(bitPattern: ~random >> 11))
    }
}
