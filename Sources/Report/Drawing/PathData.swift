/// The `d` of an SVG path in whole units, with relative steps: a third of the bytes of absolute decimals.
struct PathData {
    private var written = ""
    private var x = 0
    private var y = 0
    /// A horizontal way that is not written yet: it may go on.
    private var pending = 0

    var text: String { pending == 0 ? written : written + "h\(pending)" }

    mutating func move(_ x: Int, _ y: Int) {
        flush()
        written += "M\(x)\(PathData.joined(y))"
        (self.x, self.y) = (x, y)
    }

    mutating func line(_ x: Int, _ y: Int) {
        if y == self.y {
            let step = x - self.x
            if step.signum() * pending < 0 { flush() }
            pending += step
            self.x = x
            return
        }
        flush()
        if x == self.x {
            written += "v\(y - self.y)"
        } else {
            written += "l\(x - self.x)\(PathData.joined(y - self.y))"
        }
        (self.x, self.y) = (x, y)
    }

    mutating func close() {
        flush()
        written += "z"
    }

    private mutating func flush() {
        if pending != 0 { written += "h\(pending)" }
        pending = 0
    }

    /// A second number: its sign tells it from the first, or a space does.
    private static func joined(_ value: Int) -> String { value < 0 ? "\(value)" : " \(value)" }
}
