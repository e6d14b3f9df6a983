import Domain

/// Numbers for names, from 0 in the order in which they come.
///
/// Files are sorted, so that a name is mostly the last one again or the one that came after it before: those need no hash.
struct Numbering {
    private(set) var names: [Name] = []
    private var numbers: [Name: Int] = [:]
    private var last = 0

    init(_ names: [Name] = []) {
        for name in names { _ = number(of: name) }
    }

    /// The name's number, a new one for a new name.
    mutating func number(of name: Name) -> Int {
        if let known = known(name) { return known }
        last = names.count
        numbers[name] = last
        names.append(name)
        return last
    }

    /// The name's number; nil for one that has none.
    mutating func known(_ name: Name) -> Int? {
        if last < names.count, names[last] == name { return last }
        let next = last + 1 < names.count ? last + 1 : 0
        if next < names.count, names[next] == name {
            last = next
            return next
        }
        guard let number = numbers[name] else { return nil }
        last = number
        return number
    }
}
