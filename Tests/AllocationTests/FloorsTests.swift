import Allocation
import Foundation
import TestSupport
import Testing

@Suite struct FloorsTests {
    struct Vectors: Decodable {
        struct Case: Decodable {
            enum CodingKeys: CodingKey { case shares, floor, result }
            let shares: [Double]
            let floors: [Double]
            let result: [Double]

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                shares = try container.decode([Double].self, forKey: .shares)
                result = try container.decode([Double].self, forKey: .result)
                if let floor = try? container.decode(Double.self, forKey: .floor) {
                    floors = shares.map { _ in floor }
                } else {
                    floors = try container.decode([Double].self, forKey: .floor)
                }
            }
        }
        let cases: [Case]
    }

    @Test func reproducesTheVectors() throws {
        let url = try #require(Bundle.module.url(forResource: "floors", withExtension: "json", subdirectory: "Vectors"))
        let vectors = try JSONDecoder().decode(Vectors.self, from: Data(contentsOf: url))
        #expect(!vectors.cases.isEmpty)
        for vector in vectors.cases {
            let raised = try #require(Floors.apply(vector.shares, floors: vector.floors))
            #expect(zip(raised, vector.result).allSatisfy { abs($0 - $1) < 1e-9 }, "\(vector.shares)")
        }
    }

    /// The level found by bisection, with the bounds worked out arm by arm.
    static func bisected(_ shares: [Double], _ floors: [Double]) -> [Double] {
        let total = shares.reduce(0, +)
        var bounds = floors
        for arm in shares.indices {
            for other in shares.indices where shares[other] < shares[arm] - 1e-9 {
                bounds[arm] = max(bounds[arm], floors[other])
            }
        }
        if bounds.reduce(0, +) > total + 1e-9 { bounds = floors }
        func at(_ level: Double) -> [Double] { zip(shares, bounds).map { max($1, min($0, level)) } }
        var low = 0.0
        var high = 1.0
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if at(middle).reduce(0, +) < total { low = middle } else { high = middle }
        }
        return at(high)
    }

    @Test(arguments: 0..<8)
    func agreesWithBisection(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(seed))
        for round in 0..<300 {
            let shares = randomShares(using: &generator)
            let floors = randomFloors(shares.count, single: round % 2 == 0, using: &generator)
            let raised = try #require(Floors.apply(shares, floors: floors))
            let expected = FloorsTests.bisected(shares, floors)
            #expect(zip(raised, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(shares) \(floors)")
        }
    }

    @Test(arguments: 0..<8)
    func keepsSumFloorsAndOrder(seed: Int) throws {
        var generator = SplitMix64(seed: UInt64(100 + seed))
        for round in 0..<300 {
            let shares = randomShares(using: &generator)
            let isSingle = round % 2 == 0
            let floors = randomFloors(shares.count, single: isSingle, using: &generator)
            let raised = try #require(Floors.apply(shares, floors: floors))
            #expect(abs(raised.reduce(0, +) - shares.reduce(0, +)) < 1e-12)
            #expect(zip(raised, floors).allSatisfy { $0 >= $1 })
            guard isSingle || isOrderPossible(shares, floors) else { continue }
            for (left, high) in zip(shares, raised) {
                for (right, low) in zip(shares, raised) where left > right + 1e-9 { #expect(high >= low) }
            }
        }
    }

    @Test func raisesWhoWouldFallBehindAHighFloor() throws {
        let raised = try #require(Floors.apply([0.7, 0.2, 0.1], floors: [0.02, 0.02, 0.3]))
        #expect(zip(raised, [0.4, 0.3, 0.3]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test func prefersFloorsToTheOrder() throws {
        let raised = try #require(Floors.apply([0.6, 0.3, 0.1], floors: [0.02, 0.02, 0.5]))
        #expect(zip(raised, [0.25, 0.25, 0.5]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test(arguments: [[0.6, 0.5], [-0.1, 0.1], [.nan, 0], [.infinity, 0]])
    func refusesImpossibleFloors(floors: [Double]) {
        #expect(Floors.apply([0.5, 0.5], floors: floors) == nil)
    }

    @Test func acceptsFloorsThatFillEverything() throws {
        let floors = Array(repeating: 0.1, count: 10)
        let raised = try #require(Floors.apply([1] + Array(repeating: 0, count: 9), floors: floors))
        #expect(raised.allSatisfy { abs($0 - 0.1) < 1e-12 })
    }
}

/// Shares that add up to 1, from even to one winner, some of them zero or equal.
func randomShares(using generator: inout SplitMix64) -> [Double] {
    let power = Double.random(in: 0...8, using: &generator)
    var shares = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
        pow(Double.random(in: 0...1, using: &generator), power)
    }
    for index in shares.indices.dropFirst() where Int.random(in: 0..<6, using: &generator) == 0 {
        shares[index] = Bool.random(using: &generator) ? 0 : shares[index - 1]
    }
    let total = shares.reduce(0, +)
    return shares.map { $0 / total }
}

/// Floors that leave some room: one for all, or one for each.
func randomFloors(_ count: Int, single: Bool, using generator: inout SplitMix64) -> [Double] {
    let room = Double.random(in: 0...1, using: &generator)
    if single { return Array(repeating: room / Double(count), count: count) }
    let parts = (0..<count).map { _ in pow(Double.random(in: 0...1, using: &generator), 3) }
    let total = parts.reduce(0, +)
    return parts.map { $0 / total * room }
}

/// Whether shares that keep the order and the floors exist: each at least the greatest floor of those behind.
func isOrderPossible(_ shares: [Double], _ floors: [Double]) -> Bool {
    var sum = 0.0
    for (share, floor) in zip(shares, floors) {
        let behind = zip(shares, floors).filter { $0.0 < share }.map(\.1)
        sum += max(floor, behind.max() ?? 0)
    }
    return sum <= 1 - 1e-9
}
