import Domain
import Synchronization

/// The names of options, or of groups, numbered as any worker meets them.
final class SharedNames: Sendable {
    private struct Table {
        var names: [Name] = []
        var numbers: [Name: UInt32] = [:]
    }

    private let table = Mutex(Table())

    func number(of name: Name) -> UInt32 {
        table.withLock { table in
            if let number = table.numbers[name] { return number }
            let number = UInt32(table.names.count)
            table.names.append(name)
            table.numbers[name] = number
            return number
        }
    }

    var names: [Name] { table.withLock { $0.names } }
}
