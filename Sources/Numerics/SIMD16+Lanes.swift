extension SIMD16<Double> {
    /// Calls `body` with the sixteen numbers in memory.
    ///
    /// A lane with a variable index is then a load. The subscript writes all of the vector to the stack and back at each use,
    /// which made up half of a competition's time.
    @inlinable
    package func withLanes<Result>(_ body: (UnsafePointer<Double>) -> Result) -> Result {
        withUnsafePointer(to: self) { vector in
            body(UnsafeRawPointer(vector).assumingMemoryBound(to: Double.self))
        }
    }

    /// A vector of the function's value of each lane.
    @inlinable
    package func mapLanes(_ transform: (Double) -> Double) -> Self {
        withLanes { lanes in
            var result = Self.zero
            withUnsafeMutablePointer(to: &result) { vector in
                let target = UnsafeMutableRawPointer(vector).assumingMemoryBound(to: Double.self)
                for index in 0..<Self.scalarCount { target[index] = transform(lanes[index]) }
            }
            return result
        }
    }
}
