import Foundation
import Report
import StateGenerator
import Testing

/// The colours of the page's style, by the formulas of WCAG 2.2 (relative luminance, contrast ratio) and CIE 1976 (L*a*b*).
@Suite struct ContrastTests {
    private struct Colour {
        /// Linear, 0…1.
        let red: Double
        let green: Double
        let blue: Double

        init(_ hex: Substring) {
            // `#fff` is short for `#ffffff`.
            let digits = hex.count == 3 ? hex.flatMap { [$0, $0] } : Array(hex)
            let parts = (0..<3).map { index -> Double in
                let value = Double(Int(String(digits[index * 2...index * 2 + 1]), radix: 16) ?? 0) / 255
                return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
            }
            (red, green, blue) = (parts[0], parts[1], parts[2])
        }

        var luminance: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

        func contrast(_ other: Colour) -> Double {
            (max(luminance, other.luminance) + 0.05) / (min(luminance, other.luminance) + 0.05)
        }

        private var lab: [Double] {
            func root(_ value: Double) -> Double { value > 0.008856 ? cbrt(value) : 7.787 * value + 16 / 116 }
            let x = root((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.9505)
            let y = root(luminance)
            let z = root((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.089)
            return [116 * y - 16, 500 * (x - y), 200 * (y - z)]
        }

        func distance(_ other: Colour) -> Double {
            zip(lab, other.lab).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
        }
    }

    /// The variables of the light and of the dark scheme.
    private static func schemes() throws -> [[String: Colour]] {
        let page = try WrittenState(SyntheticState(days: 1, experiments: 1, arms: 1)).page()
        let blocks = page.matches(of: #/:root \{([^}]*--paper[^}]*)\}/#)
        return blocks.map { block in
            Dictionary(
                uniqueKeysWithValues: block.1.matches(of: #/--([a-z0-9-]+): #([0-9a-f]+);/#).map {
                    (String($0.1), Colour($0.2))
                })
        }
    }

    @Test("Text, letters, swatches and lines stand out from the paper in both schemes, by 4.5 to 1")
    func contrast() throws {
        let schemes = try Self.schemes()
        #expect(schemes.count == 2)
        for scheme in schemes {
            let paper = try #require(scheme["paper"])
            for name in ["ink", "soft", "accent", "good", "warn"] + (0..<10).map({ "c\($0)" }) {
                let colour = try #require(scheme[name])
                #expect(colour.contrast(paper) >= 4.5, "\(name): \(colour.contrast(paper))")
            }
            let warning = try #require(scheme["warn-paper"])
            #expect(try #require(scheme["ink"]).contrast(warning) >= 4.5)
            #expect(try #require(scheme["warn"]).contrast(warning) >= 4.5)
        }
    }

    @Test("No two colours of arms are alike")
    func distances() throws {
        for scheme in try Self.schemes() {
            let arms = try (0..<10).map { try #require(scheme["c\($0)"]) }
            for (index, colour) in arms.enumerated() {
                for (other, second) in arms[..<index].enumerated() {
                    #expect(colour.distance(second) > 20, "c\(index) and c\(other)")
                }
            }
        }
    }
}
