import Foundation
import TestExpectations
import Testing

@testable import Budget

/// The choices, values and bounds that a program of its own and OR-tools found.
@Suite struct BudgetVectorTests {
    private struct File: Decodable {
        var instances: [Instance]
    }

    private struct Instance: Decodable {
        var name: String
        var customers: Int
        var value: [[Int]]
        var cost: [[Int]]
        var cases: [Case]
    }

    private struct Case: Decodable {
        struct Greedy: Decodable {
            var choice: [Int]
            var value: Int
            var cost: Int
            var shadowPrice: Double
            var lpBound: Double
        }

        var budget: Int64
        var feasible: Bool
        var optimum: Int?
        var greedy: Greedy?
    }

    @Test("Walk, price and bound are those of the vectors; dynamic programming finds the optimum", .slow)
    func vectors() throws {
        let url = try #require(
            Bundle.module.url(forResource: "budget_mckp", withExtension: "json", subdirectory: "Vectors"))
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = try decoder.decode(File.self, from: Data(contentsOf: url))
        #expect(file.instances.count == 8)
        for instance in file.instances {
            var text = "option,customer,cost,value\n"
            for customer in 0..<instance.customers {
                for option in instance.value[customer].indices {
                    text += "o\(option),c\(String(format: "%05d", customer)),\(instance.cost[customer][option]),"
                    text += "\(instance.value[customer][option])\n"
                }
            }
            for example in instance.cases {
                let place = "\(instance.name), \(example.budget)"
                guard example.feasible, let greedy = example.greedy else {
                    #expect(throws: BudgetError.self) {
                        try Spending(text, budget: example.budget) { $0.mustAssign = true }
                    }
                    continue
                }
                let walk = try Spending(text, budget: example.budget) { $0.mustAssign = true }
                #expect(walk.choice == greedy.choice.map { "o\($0)" }, "\(place)")
                #expect(walk.result.total.value == Int128(greedy.value) * 1_000_000_000, "\(place)")
                #expect(walk.result.total.spent == Int128(greedy.cost), "\(place)")
                let bound = try #require(walk.result.total.boundValue)
                #expect(abs(Value.number(bound) - greedy.lpBound) < 1e-8, "\(place)")
                let price = try #require(walk.result.total.shadowPrice(walk.result.unit))
                #expect(abs(Value.number(price) - greedy.shadowPrice) < 1e-8, "\(place)")
                let exact = try Spending(text, budget: example.budget) {
                    $0.mustAssign = true
                    $0.method = .automatic
                }
                // Where there are more cells than this, the walk is all that is asked for.
                guard instance.customers * Int(example.budget) <= 10_000_000 else { continue }
                #expect(exact.result.total.value == Int128(example.optimum ?? 0) * 1_000_000_000, "\(place)")
                let isBetter = example.optimum ?? 0 > greedy.value
                #expect(exact.result.total.method == (isBetter ? .dynamicProgramming : .walk), "\(place)")
                if !isBetter { #expect(exact.decisions == walk.decisions, "\(place)") }
            }
        }
    }
}
