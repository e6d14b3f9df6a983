/// A line of a few days as small as a word.
package enum Sparkline {
    /// As a picture of 120 × 28 units: the values of 0…top, nil where there is none.
    static func svg(_ values: [Double?], top: Double, description: String) -> String {
        var path = PathData()
        var isOpen = false
        for (index, value) in values.enumerated() {
            guard let value else {
                isOpen = false
                continue
            }
            let x = values.count > 1 ? 2 + index * 116 / (values.count - 1) : 60
            let y = 26 - Int((24 * value / max(top, 1e-12)).rounded())
            if isOpen { path.line(x, y) } else { path.move(x, y) }
            // A day between gaps would be no line at all.
            if !isOpen, index + 1 == values.count || values[index + 1] == nil { path.line(x - 4, y) }
            isOpen = true
        }
        return "<svg class=spark viewBox=\"0 0 120 28\" role=img aria-label=\"\(HTML.escape(description))\">"
            + "<path d=\"\(path.text)\"/></svg>"
    }

    /// As text: a character for each value up to the top, `▁` … `█` and `_` for 0, or in ASCII the digits 0 … 9; `·` or `.`
    /// where there is no value.
    package static func text(_ values: [Double?], top: Double, ascii: Bool) -> String {
        let levels = Array(ascii ? "0123456789" : "▁▂▃▄▅▆▇█")
        return String(
            values.map { value in
                guard let value else { return ascii ? "." : "·" }
                if value <= 0, !ascii { return "_" }
                let fraction = top > 0 ? max(0, min(1, value / top)) : 0
                return levels[Int((fraction * Double(levels.count - 1)).rounded())]
            })
    }
}
