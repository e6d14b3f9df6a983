import TestSupport
import Testing

@testable import BotFilter

/// The automaton against a search for each token at each place.
struct TokenSearchTests {
    @Test(arguments: 0..<300 as Range<UInt64>)
    func agreesWithSearchingEachToken(seed: UInt64) {
        var generator = SplitMix64(seed: seed)
        // Few letters, so that tokens overlap, contain one another and end together.
        let tokens = (0..<Int.random(in: 1...12, using: &generator)).map { index in
            AgentToken(
                Self.text(1...4, using: &generator), Self.boundaries.randomElement(using: &generator) ?? .anywhere,
                AgentEvidence(rawValue: 1 << UInt16(index)).subtracting(.brand))
        }
        let search = TokenSearch(tokens)
        for _ in 0..<20 {
            let text = Self.text(0...12, using: &generator)
            let expected = tokens.filter { Self.occurs($0, in: text) }.reduce(into: AgentEvidence()) {
                $0.formUnion($1.evidence)
            }
            let found = Array(text.utf8).withUnsafeBytes { search.evidence(in: $0) }
            #expect(found == expected, "\(text) with \(tokens.map { String(decoding: $0.text, as: UTF8.self) })")
        }
    }

    @Test func brandsHideTheWordsTheyEndIn() {
        let search = TokenSearch([
            AgentToken("bot", .wordEnd, .bot), AgentToken("cubot", .anywhere, .brand),
            AgentToken("bot", .anywhere, .blocked),
        ])
        func evidence(_ text: String) -> AgentEvidence { Array(text.utf8).withUnsafeBytes { search.evidence(in: $0) } }
        #expect(evidence("cubot") == .blocked)
        #expect(evidence("cubot bot") == [.blocked, .bot])
        #expect(evidence("ubot") == [.blocked, .bot])
    }

    @Test func shieldedEvidenceCountsOutsideOnly() {
        let search = TokenSearch([AgentToken("spider", .anywhere, .bot), AgentToken("http:", .anywhere, .contact)])
        let text = Array("(spider http:) spider".utf8)
        text.withUnsafeBytes { text in
            #expect(search.evidence(in: text, shielding: .bot, within: 0..<14) == [.bot, .contact])
            #expect(search.evidence(in: text, shielding: .bot, within: 0..<text.count) == .contact)
        }
    }

    @Test(arguments: [
        ("@", AgentToken.Boundary.mailSign, "a@b", true), ("@", .mailSign, "1@b.c", true),
        ("@", .mailSign, "a@1", false),
        ("@", .mailSign, "@b", false), ("@", .mailSign, "a@", false), (".com", .domainEnd, "a.com", true),
        (".com", .domainEnd, "a.com/x", true), (".com", .domainEnd, "a.computer", false),
        (".com", .domainEnd, "a.com.v1", false),
        (".net", .domainEnd, "; .net clr", false), ("bot", .wordEnd, "NewsBotTest", true),
        ("bot", .wordEnd, "NEWSBOTTEST", false),
        ("bot", .word, "newsBot", true), ("bot", .word, "newsbot", false), ("bot", .word, "bot2", true),
        ("bot", .agentStart, "bottle", true), ("bot", .agentStart, " bot", false),
    ])
    func boundaries(token: String, boundary: AgentToken.Boundary, text: String, holds: Bool) {
        let search = TokenSearch([AgentToken(token, boundary, .bot)])
        #expect(Array(text.utf8).withUnsafeBytes { search.evidence(in: $0) }.contains(.bot) == holds)
    }

    @Test func tokensAreInLowerCaseAndUsed() {
        for group in BotTokens.groups + BrowserTokens.groups {
            for (text, token) in zip(group.texts, group.tokens) {
                #expect(text == text.lowercased() && !text.isEmpty)
                #expect(Array(text.utf8) == token.text)
            }
        }
        let tokens = (BotTokens.groups + BrowserTokens.groups).flatMap { group in
            group.texts.map { "\(group.evidence.rawValue) \(group.boundary) \($0)" }
        }
        #expect(Set(tokens).count == tokens.count)
    }

    private static let boundaries: [AgentToken.Boundary] = [.anywhere, .agentStart, .wordStart, .wordEnd, .word]

    private static func text(_ length: ClosedRange<Int>, using generator: inout SplitMix64) -> String {
        String(
            (0..<Int.random(in: length, using: &generator)).map { _ in "abAB/ ".randomElement(using: &generator) ?? "a"
            })
    }

    /// Written from the description of ``AgentToken/Boundary``, over characters.
    private static func occurs(_ token: AgentToken, in text: String) -> Bool {
        let characters = Array(text)
        let wanted = String(decoding: token.text, as: UTF8.self)
        guard characters.count >= wanted.count else { return false }
        return (0...(characters.count - wanted.count)).contains { start in
            let end = start + wanted.count
            guard String(characters[start..<end]).lowercased() == wanted else { return false }
            func joined(_ left: Int, _ right: Int) -> Bool {
                guard left >= 0, right < characters.count, characters[left].isLetter, characters[right].isLetter else {
                    return false
                }
                return !(characters[left].isLowercase && characters[right].isUppercase)
            }
            let starts = start == 0 || !characters[start - 1].isLetter || !joined(start - 1, start)
            let ends = end == characters.count || !characters[end].isLetter || !joined(end - 1, end)
            return switch token.boundary {
            case .agentStart: start == 0
            case .wordStart: starts
            case .wordEnd: ends
            case .word: starts && ends
            default: true
            }
        }
    }
}
