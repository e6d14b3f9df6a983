import Dispatch
import Testing

@testable import Randomizer

@Suite("Names of variants")
struct VariantNamesTests {
    /// Few or many, short or long: a number has its name, whichever thread asks.
    @Test(
        "are the same on all threads", arguments: [0, 1, 2, 63, 64, 65, 1_000],
        ["a", "a name of many more than 15 bytes "])
    func names(count: Int, prefix: String) {
        let names = (0..<count).map { "\(prefix)\($0)" }
        let variants = VariantNames(names)
        DispatchQueue.concurrentPerform(iterations: 16) { _ in
            for number in names.indices { #expect(variants[number] == names[number]) }
        }
    }

    @Test("number threads below a limit, and a thread always alike")
    func threads() {
        DispatchQueue.concurrentPerform(iterations: 64) { _ in
            let number = ThreadNumber.current
            #expect((0..<ThreadNumber.count).contains(number) && ThreadNumber.current == number)
        }
    }
}
