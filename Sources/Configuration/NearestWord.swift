/// Finds the candidate most like `word`, for "did you mean"; nil when none is alike enough to be worth saying.
///
/// Alike is a Damerau–Levenshtein distance of at most a third of the longer word, and at least 1, letter case aside; of equally
/// near candidates the one nearest with letter case wins, then the first. O(candidates · length²).
package func nearest(_ word: String, among candidates: some Sequence<String>) -> String? {
    let folded = Array(word.lowercased().unicodeScalars)
    let exact = Array(word.unicodeScalars)
    var best: (candidate: String, distance: Int, exactDistance: Int)?
    for candidate in candidates {
        // No less than the difference in length: a word of any length is not laid beside short ones.
        let lengths = [folded.count, candidate.unicodeScalars.count]
        guard abs(lengths[0] - lengths[1]) <= max(1, max(lengths[0], lengths[1]) / 3) else { continue }
        let distance = damerauLevenshtein(folded, Array(candidate.lowercased().unicodeScalars))
        let longer = max(folded.count, candidate.unicodeScalars.count)
        guard distance <= max(1, longer / 3), distance < longer else { continue }
        let exactDistance = damerauLevenshtein(exact, Array(candidate.unicodeScalars))
        if let best, (best.distance, best.exactDistance) <= (distance, exactDistance) { continue }
        best = (candidate, distance, exactDistance)
    }
    return best?.candidate
}

/// Counts the least insertions, deletions, substitutions and transpositions of neighbours that turn `left` into `right`.
///
/// The unrestricted distance, a metric (Lowrance and Wagner 1975, "An Extension of the String-to-String Correction Problem").
func damerauLevenshtein(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
    let width = right.count + 2
    let limit = left.count + right.count
    // Row and column 0 are a border no path crosses; row and column 1 are the empty prefixes.
    var distances = [Int](repeating: limit, count: (left.count + 2) * width)
    for row in 0...left.count { distances[(row + 1) * width + 1] = row }
    for column in 0...right.count { distances[width + column + 1] = column }
    var lastRow: [Unicode.Scalar: Int] = [:]
    for (row, leftScalar) in left.enumerated() {
        var lastColumn = 0
        for (column, rightScalar) in right.enumerated() {
            let matchRow = lastRow[rightScalar] ?? 0
            let matchColumn = lastColumn
            let same = leftScalar == rightScalar
            if same { lastColumn = column + 1 }
            let substitution = distances[(row + 1) * width + column + 1] + (same ? 0 : 1)
            let insertion = distances[(row + 2) * width + column + 1] + 1
            let deletion = distances[(row + 1) * width + column + 2] + 1
            let transposition =
                distances[matchRow * width + matchColumn] + (row - matchRow) + 1 + (column - matchColumn)
            distances[(row + 2) * width + column + 2] = min(substitution, insertion, deletion, transposition)
        }
        lastRow[leftScalar] = row + 1
    }
    return distances[(left.count + 1) * width + right.count + 1]
}
