import Foundation
import Report
import TestSupport
import Testing

@Suite struct DrawingTests {
    @Test("Ticks are few, round, within the range, evenly spaced and told apart by their decimals")
    func ticks() {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<2000 {
            let magnitude = pow(10, Double.random(in: -7...9, using: &generator))
            let low = Double.random(in: -1...1, using: &generator) * magnitude
            let high = low + Double.random(in: 0.01...1, using: &generator) * magnitude
            let ticks = Ticks(from: low, to: high)
            let slack = (high - low) * 1e-6
            #expect((1...6).contains(ticks.values.count), "\(low)…\(high)")
            #expect(ticks.values.allSatisfy { $0 >= low - slack && $0 <= high + slack })
            let mantissa = ticks.step / pow(10, floor(log10(ticks.step) + 1e-9))
            #expect([1.0, 2, 5].contains { abs($0 - mantissa) < 1e-6 }, "\(ticks.step)")
            #expect(zip(ticks.values, ticks.values.dropFirst()).allSatisfy { abs($1 - $0 - ticks.step) < slack })
            let texts = ticks.values.map { String(format: "%.\(ticks.places)f", $0) }
            #expect(Set(texts).count == texts.count, "\(texts)")
            #expect(zip(texts, ticks.values).allSatisfy { abs((Double($0) ?? .nan) - $1) < slack })
        }
    }

    @Test("The top of an axis is round and not below the value, nor twice as high")
    func roofs() {
        var generator = SplitMix64(seed: 4)
        for _ in 0..<500 {
            let value = pow(10, Double.random(in: -6...9, using: &generator))
            let roof = Ticks.roof(value)
            #expect(roof >= value * (1 - 1e-9) && roof < value * 1.5)
        }
        #expect(Ticks.roof(0) == 1)
    }

    @Test("A frame's scales are linear, their ends the plot's corners")
    func frames() {
        let frame = Frame(x: 2...4, y: -1...1)
        #expect(frame.column(2) == Frame.left && frame.column(4) == Frame.right)
        #expect(frame.line(-1) == frame.bottom && frame.line(1) == Frame.top)
        #expect(frame.column(3) == (Frame.left + Frame.right) / 2)
        let point = Frame(x: 5...5, y: 0...0)
        #expect(point.column(5) > Frame.left && point.column(5) < Frame.right)
    }

    @Test("Ticks far from 0 are drawn, however close together their values are")
    func narrow() {
        for size in [1.0, 1e6, 9.3e9, 1e15, 1e20] {
            let frame = Frame(x: 0...1, y: size...(size * (1 + 1e-15)))
            #expect((1...6).contains(Ticks(from: frame.y.lowerBound, to: frame.y.upperBound).values.count))
        }
    }

    @Test("Labels of large values are short, and told apart")
    func labels() {
        let texts = [0, 500_000, 999_999, 1e6, 1.5e6, -5e6, 2e9, 25e9, 3e12, 4e18].map { Figures.tick($0, 0) }
        #expect(texts == ["0", "500,000", "999,999", "1M", "1.5M", "-5M", "2B", "25B", "3T", "4e+18"])
        #expect(Figures.tick(0.025, 3) == "0.025" && Figures.tick(1_250_000.5, 1) == "1.2500005M")
    }

    @Test("P-values keep four decimals and never say 0")
    func pValues() {
        let texts = [1, 0.0312, 0.0001, 0.00006, 0.00005, 0.000049, 3.1e-5, 1e-300, 0].map { Figures.pValue($0) }
        #expect(texts == ["1.0000", "0.0312", "0.0001", "0.0001", "0.0001"] + Array(repeating: "< 0.0001", count: 4))
        #expect(Figures.pStatement(3.1e-5) == "p < 0.0001" && Figures.pStatement(0.5) == "p = 0.5000")
    }

    @Test("A simplified line stays within its tolerance of every point, and keeps its ends")
    func polylines() {
        var generator = SplitMix64(seed: 8)
        for _ in 0..<300 {
            var y = 200
            let points = (0..<90).map { index -> (x: Int, y: Int) in
                y += Int.random(in: -3...3, using: &generator)
                return (index * 9, y)
            }
            let kept = Polyline.simplified(points, tolerance: 2)
            #expect(kept.first! == points.first! && kept.last! == points.last!)
            for point in points {
                let right = kept.firstIndex { $0.x >= point.x }!
                let left = max(0, right - 1)
                let (from, to) = (kept[left], kept[right])
                let share = from.x == to.x ? 0 : Double(point.x - from.x) / Double(to.x - from.x)
                let drawn = right == 0 ? Double(to.y) : Double(from.y) + share * Double(to.y - from.y)
                #expect(abs(drawn - Double(point.y)) <= 2 + 1e-9)
            }
        }
    }

    @Test("Sparklines show the lowest and the highest value, and gaps")
    func sparklines() {
        #expect(Sparkline.text([0, 0.5, 1, nil], top: 1, ascii: false) == "_▅█·")
        #expect(Sparkline.text([0, 0.5, 1, nil], top: 1, ascii: true) == "059.")
        #expect(Sparkline.text([0, 1e-6], top: 1, ascii: false) == "_▁")
        #expect(Sparkline.text([0, 0], top: 0, ascii: true) == "00")
    }

    @Test(
        "Hashes are those of FIPS 180-4's examples",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            (
                String(repeating: "a", count: 1_000_000),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            ),
        ])
    func hashes(message: String, expected: String) {
        #expect(SHA256.hash(Array(message.utf8)).map { String(format: "%02x", $0) }.joined() == expected)
    }
}
