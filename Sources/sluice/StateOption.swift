import State

extension StateDirectory {
    /// The state directory that `--state` names, or `state`.
    init(_ arguments: Arguments) throws(UsageError) {
        let path = arguments["state"] ?? "state"
        guard !path.isEmpty else { throw UsageError("--state is empty; give a directory") }
        self.init(path: path)
    }
}
