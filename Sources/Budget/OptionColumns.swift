/// Where the fields of an option stand in a line.
struct OptionColumns: Sendable {
    /// Fields of a line.
    var width: Int
    var customer: Int
    var option: Int
    var value: Int
    var cost: Int
    /// Nil where groups are not asked for.
    var group: Int?

    /// Finds the columns, in any order among others.
    init(_ header: [String], file: String, withGroups: Bool) throws(BudgetError) {
        func column(_ name: String) throws(BudgetError) -> Int {
            let places = header.indices.filter { header[$0] == name }
            guard let place = places.first else {
                throw .input(
                    "\(file): no column '\(name)' among \(header.joined(separator: ",")); the first line must name "
                        + "customer, option, value, cost\(withGroups ? ", group" : "")")
            }
            guard places.count == 1 else {
                throw .input("\(file): two columns are called '\(name)'; rename one of them")
            }
            return place
        }
        width = header.count
        customer = try column("customer")
        option = try column("option")
        value = try column("value")
        cost = try column("cost")
        group = withGroups ? try column("group") : nil
    }
}
