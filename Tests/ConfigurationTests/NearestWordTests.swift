@testable import Configuration
import TestSupport
import Testing

@Suite struct NearestWordTests {
    private static let examples: [(String, [String], String?)] = [
        ("clicks", ["click", "purchase", "revenue"], "click"),
        ("Learning", ["learning", "allocation"], "learning"),
        ("EVENTSPERDAY", ["eventsPerMinute", "eventsPerDay"], "eventsPerDay"),
        ("half_life", ["window", "halfLife"], "halfLife"),
        ("maxrejects", ["maxRejected", "paths"], "maxRejected"),
        ("ts", ["tz", "ty"], "tz"),
        ("aB", ["ab", "AB", "aB"], "aB"),
        ("zzz", ["click", "view"], nil),
        ("a", ["b"], nil),
        ("", ["a", ""], nil),
        ("x", [], nil),
    ]

    @Test(arguments: examples)
    func theMostAlikeIsFound(word: String, candidates: [String], expected: String?) {
        #expect(nearest(word, among: candidates) == expected)
    }

    @Test func aCandidateIsNearestToItself() {
        let words = ["pipeline", "timezone", "events", "bots", "learning", "slot", "ts", "ip"]
        for word in words { #expect(nearest(word, among: words) == word) }
    }

    /// Every string over two letters of at most four characters, against breadth-first search over single edits.
    @Test func theDistanceIsTheLeastNumberOfEdits() {
        let letters: [Unicode.Scalar] = ["a", "b"]
        var words: [[Unicode.Scalar]] = [[]]
        var longest = words
        for _ in 0..<4 {
            longest = longest.flatMap { word in letters.map { word + [$0] } }
            words += longest
        }
        func edits(_ word: [Unicode.Scalar]) -> Set<[Unicode.Scalar]> {
            var results: Set<[Unicode.Scalar]> = []
            for index in 0...word.count {
                for letter in letters {
                    results.insert(Array(word[..<index]) + [letter] + word[index...])
                    if index < word.count { results.insert(Array(word[..<index]) + [letter] + word[(index + 1)...]) }
                }
                if index < word.count { results.insert(Array(word[..<index]) + word[(index + 1)...]) }
                if index + 1 < word.count {
                    results.insert(Array(word[..<index]) + [word[index + 1], word[index]] + word[(index + 2)...])
                }
            }
            return results
        }
        for start in words {
            var distances = [start: 0]
            var frontier: Set<[Unicode.Scalar]> = [start]
            for distance in 1...4 {
                let reached = Set(frontier.flatMap(edits))
                frontier = reached.filter { distances[$0] == nil && $0.count <= 5 }
                for word in frontier { distances[word] = distance }
            }
            for word in words { #expect(damerauLevenshtein(start, word) == distances[word]) }
        }
    }

    /// The unrestricted distance is a metric, unlike optimal string alignment (ca → abc is 2, not 3).
    @Test func theDistanceIsAMetric() {
        #expect(damerauLevenshtein(["c", "a"], ["a", "b", "c"]) == 2)
        var generator = SplitMix64(seed: 5)
        func word() -> [Unicode.Scalar] {
            let alphabet: [Unicode.Scalar] = ["a", "b", "c", "é"]
            return (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
            }
        }
        for _ in 0..<500 {
            let (first, second, third) = (word(), word(), word())
            let direct = damerauLevenshtein(first, third)
            #expect(direct == damerauLevenshtein(third, first))
            #expect((direct == 0) == (first == third))
            #expect(direct <= damerauLevenshtein(first, second) + damerauLevenshtein(second, third))
            #expect(direct >= abs(first.count - third.count))
            #expect(direct <= max(first.count, third.count))
        }
    }
}
