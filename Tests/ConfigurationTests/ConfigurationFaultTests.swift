import Configuration
import TestSupport
import Testing

@Suite struct ConfigurationFaultTests {
    @Test(arguments: FaultyDocument.everyCheck)
    func everyCheckNamesItsPlaceAndWhatToDo(document: FaultyDocument) throws {
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.read(document.text) }
        #expect(error.faults.count == 1, "\(error)")
        let fault = try #require(error.faults.first)
        #expect(fault.path == document.path)
        #expect(fault.line == document.line)
        #expect(fault.column == document.column)
        #expect(fault.message.contains(document.message), "\(fault.message)")
        #expect(fault.suggestion.contains(document.suggestion), "\(fault.suggestion)")
    }

    @Test func allFaultsAreSaidAtOnceInTheOrderOfTheFile() throws {
        let text = """
            {
              pipeline: "night shift",            // a space
              timezone: "Asia/Kolkatta",
              events: { paths: ["log/{dat}/*"], maxRejected: 2 },
              bots: { eventsPerDay: "800" },
              /* two in one line */
              learning: { rewards: "click", window: 28.5 },
              experiments: [
                { platform: "web", slot: "hero", variants: ["a", "a"] },
                { platform: "web", slot: "foot", variants: ["a", "b"],
                  control: { variant: "c", traffic: 5 }, allocation: { floor: 0.6 } },
              ],
              blacklists: "x.csv",
            }
            """
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.read(text) }
        #expect(
            error.description == """
                test.json5:2:13: pipeline: "night shift" has other characters than A-Z, a-z, 0-9, dot, _ and -; write "night-shift"
                test.json5:3:13: timezone: "Asia/Kolkatta" is no IANA name of a timezone that this system has; did you mean "Asia/Kolkata"?
                test.json5:4:21: events.paths[0]: "{dat}" is no placeholder of a path; did you mean {date}?
                test.json5:4:50: events.maxRejected: expected a share of lines from 0 to 1, found the number 2; write 0.01 for one line in a hundred
                test.json5:5:25: bots.eventsPerDay: expected a whole number of at least 1, found the string "800"; write 800, without quotes
                test.json5:7:15: learning.rewards: unknown key "rewards"; did you mean "reward"?
                test.json5:7:41: learning.window: expected a whole number of at least 1, found the number 28.5; write 28
                test.json5:9:54: experiments[0].variants[1]: the variant "a" is experiments[0].variants[0] already; remove one of the two
                test.json5:11:41: experiments[1].control.traffic: expected a share of traffic between 0 and 1, found the number 5; write a share such as 0.05, or leave control out
                test.json5:11:67: experiments[1].allocation.floor: the floors of 2 variants sum to 1.2, above 1; write a floor of at most 0.5
                test.json5:13:3: blacklists: unknown key "blacklists"; did you mean "blacklist"?
                """)
    }

    @Test func moreVariantsThanARecordCanNumberAreRefused() throws {
        let names = (0...ExperimentConfiguration.maximumVariants).map { "\"v\($0)\"" }.joined(separator: ",")
        let document =
            #"{pipeline:"p",events:{paths:["x"]},experiments:[{platform:"w",slot:"s",variants:[\#(names)]}]}"#
        let error = try #require(throws: ConfigurationError.self) { try ConfigurationTests.read(document) }
        #expect(error.faults.count == 1 && error.description.contains("65535 variants, more than 65534"))
    }

    @Test func theFloorSuggestedIsLegalAndTheLargest() throws {
        var generator = SplitMix64(seed: 11)
        var refused = 0
        for _ in 0..<150 {
            let count = Int.random(in: 1...12, using: &generator)
            let control = Double(Int.random(in: 1...99, using: &generator)) / 100
            func document(floor: String) -> String {
                let names = (0..<count).map { "\"v\($0)\"" }.joined(separator: ",")
                return #"{pipeline:"p",events:{paths:["x"]},experiments:[{platform:"w",slot:"s",variants:[\#(names)],"#
                    + #"control:{variant:"c",traffic:\#(control)},allocation:{floor:\#(floor)}}]}"#
            }
            let floor = Double(Int.random(in: 0...100, using: &generator)) / 100
            let isLegal = floor * Double(count) <= 1 - control + 1e-9
            guard !isLegal else {
                _ = try ConfigurationTests.read(document(floor: "\(floor)"))
                continue
            }
            refused += 1
            let error = try #require(throws: ConfigurationError.self) {
                try ConfigurationTests.read(document(floor: "\(floor)"))
            }
            let suggested = try #require(error.faults.first?.suggestion.split(separator: " ").last.map(String.init))
            _ = try ConfigurationTests.read(document(floor: suggested))
            let above = try #require(Double(suggested)) + 1.1e-6
            #expect(throws: ConfigurationError.self) { try ConfigurationTests.read(document(floor: "\(above)")) }
        }
        #expect(refused > 50)
    }

    /// Whatever is damaged, the reader comes to an end, and every fault has a place and says what to do.
    @Test func everyFaultOfADamagedFileHasAPlace() throws {
        let junk = [
            "null", "true", "[]", "{}", "[[1]]", "{x:1}", "-1", "0", "28.5", "1e999", "NaN", "''", "'='", "'*'",
            "'\\t'",
            "'{x'", "x", ",", ":", "}", "", "/*", "'\\x'",
        ]
        let words = ConfigurationTests.everyKey.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        var generator = SplitMix64(seed: 8)
        var faults = 0
        for _ in 0..<1500 {
            var damaged = words
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<words.count, using: &generator)
                let end = words[index].last.map { ",]}".contains($0) ? "\($0)" : "" } ?? ""
                damaged[index] = junk[Int.random(in: 0..<junk.count, using: &generator)] + end
            }
            let text = damaged.joined(separator: " ")
            do {
                _ = try ConfigurationTests.read(text)
            } catch let error as ConfigurationError {
                faults += error.faults.count
                #expect(!error.faults.isEmpty)
                #expect(
                    error.faults.allSatisfy { $0.line != nil && $0.column != nil && !$0.suggestion.isEmpty },
                    "\(error) in \(text)")
                let places = error.faults.map { ($0.line ?? 0) * 1000 + ($0.column ?? 0) }
                #expect(places == places.sorted())
            }
        }
        #expect(faults > 1000)
    }
}
