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
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .file(FileError(path: path, operation: "open", code: errno)) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            guard code == EWOULDBLOCK else { throw .file(FileError(path: path, operation: "lock", code: code)) }
            let holder = (try? FileSystem.read(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw .held(Held(path: path, holder: holder.filter(\.isNumber)))
        }
        self.descriptor = descriptor
        let holder = Array("\(getpid())\n".utf8)
        // Only a hint for people: a failure to write it does not matter.
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, holder, holder.count, 0)
    }

    deinit {
        close(descriptor)
    }
}
