/// How arms are told apart: by colour, by dash, and by a letter at the end of their line.
enum ArmKeys {
    /// Colours that the style sheet has, `c0` … `c9`; with the dashes `d1` … `d3` they make 40 looks.
    static let colours = 10

    static func classes(_ arm: Int) -> String {
        let dash = arm / colours % 4
        return "c\(arm % colours)" + (dash == 0 ? "" : " d\(dash)")
    }

    /// A … Z, then A1 … Z1, A2 …
    static func letter(_ arm: Int) -> String {
        let letter = String(UnicodeScalar(UInt8(ascii: "A") + UInt8(arm % 26)))
        return arm < 26 ? letter : letter + String(arm / 26)
    }

    /// Letters at the right of the plot, each beside its line's end, or a line of text above or below where another stands;
    /// letters without room are left out. O(ends²).
    ///
    /// - Parameter ends: arms and the drawing units at which their lines end, those first that are to have a letter first.
    static func labels(_ ends: [(arm: Int, y: Int)], bottom: Int) -> String {
        let height = 22
        var placed: [(arm: Int, y: Int)] = []
        for end in ends {
            let places = [0, -height, height].map { min(bottom, max(Frame.top, end.y)) + $0 }
            let free = places.first { place in
                (Frame.top...bottom).contains(place) && placed.allSatisfy { abs($0.y - place) >= height }
            }
            if let free { placed.append((end.arm, free)) }
        }
        let texts = placed.map {
            "<text x=\(Frame.right + 8) y=\($0.y + 8) class=\"k\($0.arm % colours)\">\(letter($0.arm))</text>"
        }
        return "<g class=keys>\(texts.joined())</g>"
    }
}
