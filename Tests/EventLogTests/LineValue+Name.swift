import CScan

@testable import EventLog

extension LineValue.Kind {
    var name: String {
        switch self {
        case .absent: "absent"
        case .plainString: "plainString"
        case .escapedString: "escapedString"
        case .number: "number"
        case .unusable: "unusable"
        default: "\(rawValue)"
        }
    }
}
