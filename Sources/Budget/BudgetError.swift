package import EventLog
package import State

/// What keeps a budget from being spent. Nothing was written.
package enum BudgetError: Error, CustomStringConvertible {
    /// The content of a file is wrong: file, line where there is one, and what to do.
    case input(String)
    /// There is no customer.
    case noCustomers(String)
    /// Even the least that can be spent is more than the budget.
    case infeasible(String)
    /// The groups of the options and those with a budget are not the same.
    case unknownGroup(String)
    /// What was asked for cannot be done.
    case usage(String)
    case log(LogError)
    case file(FileError)

    package var description: String {
        switch self {
        case .input(let text), .noCustomers(let text), .infeasible(let text), .unknownGroup(let text), .usage(let text):
            text
        case .log(let error): error.description
        case .file(let error): error.description
        }
    }
}
