/// The `d` of an SVG path in whole units, with relative steps: a third of the bytes of absolute decimals.
struct PathData {
    private(set) var text = ""
    private var x = 0
    private var y = 0

    mutating func move(_ x: Int, _ y: Int) {
        text += "M\(x)\(PathData.joined(y))"
        (self.x, self.y) = (x, y)
    }

    mutating func line(_ x: Int, _ y: Int) {
        if y == self.y {
            if x != self.x { text += "h\(x - self.x)" }
        } else if x == self.x {
            text += "v\(y - self.y)"
        } else {
            text += "l\(x - self.x)\(PathData.joined(y - self.y))"
        }
        (self.x, self.y) = (x, y)
    }

    mutating func close() { text += "z" }

    /// A second number: its sign tells it from the first, or a space does.
    private static func joined(_ value: Int) -> String { value < 0 ? "\(value)" : " \(value)" }
}
