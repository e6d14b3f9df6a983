import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
    /// For what takes seconds: `make test-fast` leaves it out, `make test` runs it.
    package static var slow: Self {
        .disabled(if: ProcessInfo.processInfo.environment["SLUICE_FAST_TESTS"] == "1", "slow: make test runs it")
    }
}
