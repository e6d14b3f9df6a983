import Domain

/// How arms are told apart: by colour, by dash, and by their names beside their lines.
enum ArmKeys {
    /// Colours that the style sheet has, `c0` … `c9`; with the dashes `d1` … `d3` they make 40 looks.
    static let colours = 10

    static func classes(_ arm: Int) -> String {
        let dash = arm / colours % 4
        return "c\(arm % colours)" + (dash == 0 ? "" : " d\(dash)")
    }

    /// Letters of a name beside a line: as many as fit between the plot and the edge.
    static let longestName = 14

    /// A name that fits, without what a terminal would obey.
    static func shortened(_ name: String, to length: Int = longestName) -> String {
        Text.shortened(Text.printable(name), to: length)
    }

    /// Names at the right of the plot, each beside its line's end, or a line of text or two above or below where another
    /// stands; names without room are left out: the read-out has them. O(ends²).
    ///
    /// - Parameter ends: arms and the drawing units at which their lines end, those first that are to have a name first.
    static func labels(_ ends: [(arm: Int, y: Int)], names: [String], bottom: Int) -> String {
        let height = 26
        var placed: [(arm: Int, y: Int)] = []
        for end in ends where names.indices.contains(end.arm) {
            let places = [0, -height, height, -2 * height, 2 * height].map { min(bottom, max(Frame.top, end.y)) + $0 }
            let free = places.first { place in
                (Frame.top...bottom).contains(place) && placed.allSatisfy { abs($0.y - place) >= height }
            }
            if let free { placed.append((end.arm, free)) }
        }
        let texts = placed.map {
            "<text x=\(Frame.right + 10) y=\($0.y + 8) class=\"k\($0.arm % colours)\">"
                + "\(HTML.escape(shortened(names[$0.arm])))</text>"
        }
        return "<g class=keys>\(texts.joined())</g>"
    }

    /// A legend at the right of the plot: a sample of each arm's line with its name, from the top; as many as there is room for.
    static func legend(_ arms: [Int], names: [String], bottom: Int) -> String {
        let height = 28
        let shown = arms.prefix(max(0, (bottom - Frame.top) / height))
        return "<g class=keys>"
            + shown.enumerated().map { place, arm in
                let y = Frame.top + 12 + place * height
                return "<path class=\"line \(classes(arm))\" d=\"M\(Frame.right + 10) \(y)h28\"/>"
                    + "<text x=\(Frame.right + 46) y=\(y + 8) class=\"k\(arm % colours)\">"
                    + "\(HTML.escape(shortened(names[arm], to: 11)))</text>"
            }.joined() + "</g>"
    }
}
