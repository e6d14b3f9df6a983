import CLibrary

/// The lock on a state directory: one run at a time. It goes with the process, so a crash leaves none behind.
package final class StateLock {
    /// Another run holds the lock.
    package struct Held: Error, CustomStringConvertible {
        package var path: String
        /// The process that holds it, as far as it said.
        package var holder: String

        package var description: String {
            "\(path): another run holds the lock\(holder.isEmpty ? "" : " (process \(holder))"); "
                + "wait for it to end, or look why it hangs"
        }
    }

    package enum Failure: Error, CustomStringConvertible {
        case held(Held)
        case file(FileError)

        package var description: String {
            switch self {
            case .held(let error): error.description
            case .file(let error): error.description
            }
        }
    }

    private let descriptor: Int32

    /// Locks the state directory, which is created when missing.
    package init(_ state: StateDirectory) throws(Failure) {
        let path = state.path + "/.lock"
        do throws(FileError) {
            try FileSystem.createDirectory(state.path)
        } catch {
            throw .file(error)
        }
        // Whoever may open the file can hold its lock, so that only the owner may. What lies there is never cut short, in case it is
        // another file than it should be.
        let descriptor = uninterrupted { open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else { throw .file(FileError(path: path, operation: "open", code: errno)) }
        do throws(FileError) {
            try StateLock.refuseStrangers(descriptor, path)
        } catch {
            close(descriptor)
            throw .file(error)
        }
        guard uninterrupted({ flock(descriptor, LOCK_EX | LOCK_NB) }) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .file(FileError(path: path, operation: "lock", code: code)) }
            let holder = (try? FileSystem.read(path, limit: 64)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw .held(Held(path: path, holder: holder.filter(\.isNumber)))
        }
        self.descriptor = descriptor
        let number = "\(getpid())"
        let holder = Array(
            (number + String(repeating: " ", count: max(0, StateLock.width - number.utf8.count)) + "\n").utf8)
        // Only a hint for people: a failure to write it does not matter.
        _ = pwrite(descriptor, holder, holder.count, 0)
    }

    /// Digits of the largest number, so that a process overwrites what another wrote.
    private static let width = 19

    /// Throws for what is no lock: a pipe, a device, a file that has another name too. A lock of before, which everybody could hold, is
    /// closed to others.
    private static func refuseStrangers(_ descriptor: Int32, _ path: String) throws(FileError) {
        var status = stat()
        guard uninterrupted({ fstat(descriptor, &status) }) == 0 else {
            throw FileError(path: path, operation: "examine", code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink <= 1 else {
            throw FileError(
                path: path, operation: "lock", code: EINVAL,
                problem: "it is no file, or one that has another name too; move it away")
        }
        if status.st_mode & 0o077 != 0 { _ = fchmod(descriptor, 0o600) }
    }

    deinit {
        close(descriptor)
    }
}
