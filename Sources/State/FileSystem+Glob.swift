import CLibrary

// Patterns of paths.
extension FileSystem {
    /// The files a pattern matches, in byte order; a path without a pattern if something is there.
    ///
    /// - `*`, `?` and `[…]` match within a name as in the shell: a dot at its start has to be written.
    /// - `**` stands for any number of folders, none too; links to folders are not followed there.
    /// - A directory that a bare `*` or `**` matches is no match; one that a pattern like `*.jsonl` matches is one, for whoever opens
    ///   it to say so.
    ///
    /// - Throws: for a directory that cannot be listed and for what cannot be looked at. One that does not exist holds no match.
    package static func glob(_ pattern: String) throws(FileError) -> [String] {
        let names = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
        guard !names.isEmpty else { return [] }
        var found: Set<String> = []
        try match(names[...], in: pattern.hasPrefix("/") ? "/" : "", isMatched: false, into: &found)
        return found.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// - Parameters:
    ///   - folder: what has been matched, with a slash at its end, or nothing.
    ///   - isMatched: whether a name of it was found by a pattern.
    private static func match(
        _ names: ArraySlice<String>, in folder: String, isMatched: Bool, into found: inout Set<String>
    ) throws(FileError) {
        guard let name = names.first else { return }
        let rest = names.dropFirst()
        if name == "**" {
            try match(rest.isEmpty ? ["*"] : rest, in: folder, isMatched: true, into: &found)
            for name in try entries(of: folder) where !name.hasPrefix(".") {
                guard try isOwnDirectory(folder + name) else { continue }
                try match(names, in: folder + name + "/", isMatched: true, into: &found)
            }
        } else if isPattern(name) {
            for entry in try entries(of: folder) where fnmatch(name, entry, FNM_PERIOD) == 0 {
                try take(folder + entry, rest, isMatched: true, skipsFolders: name == "*", into: &found)
            }
        } else {
            try take(folder + unescaped(name), rest, isMatched: isMatched, skipsFolders: false, into: &found)
        }
    }

    private static func take(
        _ path: String, _ rest: ArraySlice<String>, isMatched: Bool, skipsFolders: Bool, into found: inout Set<String>
    ) throws(FileError) {
        guard rest.isEmpty else { return try match(rest, in: path + "/", isMatched: isMatched, into: &found) }
        // A link that leads nowhere is something, which cannot be opened.
        guard let mode = try mode(of: path) else {
            if isMatched, isLink(path) { found.insert(path) }
            return
        }
        if mode != S_IFDIR || !skipsFolders { found.insert(path) }
    }

    /// The names in a folder; none when there is no such folder.
    private static func entries(of folder: String) throws(FileError) -> [String] {
        let path = folder.isEmpty ? "." : folder
        guard let mode = try mode(of: path), mode == S_IFDIR else { return [] }
        return try list(path)
    }

    /// The kind of what a path leads to; nil when there is nothing.
    private static func mode(of path: String) throws(FileError) -> mode_t? {
        var status = stat()
        if stat(path, &status) == 0 { return status.st_mode & S_IFMT }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError(path: path, operation: "examine", code: errno)
    }

    private static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private static func isPattern(_ name: String) -> Bool {
        var isEscaped = false
        for character in name {
            if isEscaped {
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "*" || character == "?" || character == "[" {
                return true
            }
        }
        return false
    }

    private static func unescaped(_ name: String) -> String {
        var text = ""
        var isEscaped = false
        for character in name {
            if character == "\\", !isEscaped {
                isEscaped = true
            } else {
                text.append(character)
                isEscaped = false
            }
        }
        return text
    }
}

extension FileSystem {
    /// Whether a path is one that a pattern may stand for, by its text alone: `*` is any text here, slashes too.
    package static func matches(_ path: String, pattern: String) -> Bool { fnmatch(pattern, path, 0) == 0 }
}
