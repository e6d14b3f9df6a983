import Domain

/// Names that a spreadsheet would run as a formula when it opens a file with them.
package enum FormulaNames {
    /// Names of messages are ours to refuse: somebody gave them.
    static func refuse(_ messages: [String], file: String) throws(UpliftError) {
        guard let message = messages.first(where: { Name($0).runsAsFormula }) else { return }
        throw .input(
            "\(file): message \(Isolated.name(message)) would be run as a formula by a spreadsheet; rename it so that it does not begin "
                + "with = + - @")
    }

    /// Customers stand as they are, for programs join on them.
    static func isFormula(_ customer: UnsafeBufferPointer<UInt8>) -> Bool {
        customer.first.map(Name.formulaStarts.contains) ?? false
    }

    /// A sentence about customers with such names; nil when there are none.
    package static func warning(_ customers: Int64, file: String) -> String? {
        guard customers > 0 else { return nil }
        return
            "\(Text.count(customers, "customer")) whose name a spreadsheet would run as a formula: \(file) has it as it is, programs "
            + "join on it; open the file as text"
    }
}
