import CLibrary

/// What a pattern of paths matches.
package struct PathMatches: Equatable, Sendable {
    /// In byte order.
    package var paths: [String] = []
    /// Links by which `**` came to a folder that it has walked already, above the link or elsewhere: what is in it is not found
    /// again.
    package var repeatedFolders: [String] = []
}

// Patterns of paths.
extension FileSystem {
    /// The most names that are looked at for one pattern.
    package static let mostNames = 2_000_000

    /// The files a pattern matches, in byte order; a path without a pattern if something is there.
    ///
    /// - `*`, `?` and `[…]` match within a name as in the shell: a dot at its start has to be written.
    /// - `**` stands for any number of folders, none too. It follows links to folders, each folder once.
    /// - A directory that a bare `*` or `**` matches is no match; one that a pattern like `*.jsonl` matches is one, for whoever
    ///   opens it to say so.
    ///
    /// - Parameter limit: the most names to look at.
    /// - Throws: for a directory that cannot be listed, for what cannot be looked at, and for a tree with too many names. A
    ///   directory that does not exist holds no match.
    package static func glob(_ pattern: String, limit: Int = mostNames) throws(FileError) -> PathMatches {
        var names: [String] = []
        for name in pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init) {
            // Any number of folders, and then any number, are any number.
            if name == "**", names.last == "**" { continue }
            names.append(name)
        }
        guard !names.isEmpty else { return PathMatches() }
        var walk = PathWalk(pattern: pattern, namesLeft: limit)
        try walk.match(names[...], in: pattern.hasPrefix("/") ? "/" : "", isMatched: false)
        func sorted(_ paths: Set<String>) -> [String] { paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } }
        return PathMatches(paths: sorted(walk.found), repeatedFolders: sorted(walk.repeated))
    }
}

/// A walk through folders after a pattern.
private struct PathWalk {
    /// A folder that `**` has come to, with so many names of the pattern left.
    private struct Visit: Hashable {
        var folder: FileIdentity
        var names: Int
    }

    let pattern: String
    var namesLeft: Int
    var found: Set<String> = []
    var repeated: Set<String> = []
    private var visits: Set<Visit> = []

    init(pattern: String, namesLeft: Int) {
        self.pattern = pattern
        self.namesLeft = namesLeft
    }

    /// - Parameters:
    ///   - folder: what has been matched, with a slash at its end, or nothing.
    ///   - isMatched: whether a name of it was found by a pattern.
    mutating func match(
        _ names: ArraySlice<String>, in folder: String, isMatched: Bool
    ) throws(FileError) {
        guard let name = names.first else { return }
        let rest = names.dropFirst()
        if name == "**" {
            try matchBelow(folder, names)
        } else if PathWalk.isPattern(name) {
            for entry in try entries(of: folder) where fnmatch(name, entry, FNM_PERIOD) == 0 {
                try take(folder + entry, rest, isMatched: true, skipsFolders: name == "*")
            }
        } else {
            try take(folder + PathWalk.unescaped(name), rest, isMatched: isMatched, skipsFolders: false)
        }
    }

    /// Matches what follows `**` in a folder and in all below it.
    private mutating func matchBelow(_ folder: String, _ names: ArraySlice<String>) throws(FileError) {
        guard let identity = try FileSystem.identity(of: folder.isEmpty ? "." : folder) else { return }
        guard visits.insert(Visit(folder: identity, names: names.count)).inserted else {
            repeated.insert(String(folder.dropLast()))
            return
        }
        let rest = names.dropFirst()
        try match(rest.isEmpty ? ["*"] : rest, in: folder, isMatched: true)
        var links: [String] = []
        for name in try entries(of: folder) where !name.hasPrefix(".") {
            if try FileSystem.isOwnDirectory(folder + name) {
                try matchBelow(folder + name + "/", names)
            } else if try isLinkToFolder(folder + name) {
                links.append(name)
            }
        }
        // A folder is found under its own name, where the pattern comes to it by that too.
        for name in links { try matchBelow(folder + name + "/", names) }
    }

    private mutating func take(
        _ path: String, _ rest: ArraySlice<String>, isMatched: Bool, skipsFolders: Bool
    ) throws(FileError) {
        guard rest.isEmpty else { return try match(rest, in: path + "/", isMatched: isMatched) }
        // A link that leads nowhere is something, which cannot be opened.
        guard let mode = try mode(of: path) else {
            if isMatched, isLink(path) { found.insert(path) }
            return
        }
        if mode != S_IFDIR || !skipsFolders { found.insert(path) }
    }

    /// The names in a folder; none when there is no such folder.
    private mutating func entries(of folder: String) throws(FileError) -> [String] {
        let path = folder.isEmpty ? "." : folder
        guard let mode = try mode(of: path), mode == S_IFDIR else { return [] }
        let names = try FileSystem.list(path)
        namesLeft -= names.count
        guard namesLeft >= 0 else {
            throw FileError(
                path: pattern, operation: "find what the pattern matches", code: E2BIG,
                problem: "too many names below it; write the folders out as far as they are known")
        }
        return names
    }

    /// The kind of what a path leads to; nil when there is nothing.
    private func mode(of path: String) throws(FileError) -> mode_t? {
        var status = stat()
        if uninterrupted({ stat(path, &status) }) == 0 { return status.st_mode & S_IFMT }
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError(path: path, operation: "examine", code: errno)
    }

    private func isLink(_ path: String) -> Bool {
        var status = stat()
        return uninterrupted { lstat(path, &status) } == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Whether a link leads to a folder; one that leads nowhere, or to itself, does not.
    private func isLinkToFolder(_ path: String) throws(FileError) -> Bool {
        guard isLink(path) else { return false }
        var status = stat()
        if uninterrupted({ stat(path, &status) }) == 0 { return status.st_mode & S_IFMT == S_IFDIR }
        if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return false }
        throw FileError(path: path, operation: "examine", code: errno)
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
    package static func matches(_ path: String, pattern: String) -> Bool {
        // `**` stands for no folder too.
        fnmatch(pattern, path, 0) == 0 || fnmatch(pattern.replacing("**/", with: ""), path, 0) == 0
    }
}
