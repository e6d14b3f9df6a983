import Synchronization
import CLibrary

/// Keeps what comes through pipes, so that a log can be read again: in temporary files without a name, in `TMPDIR` or
/// `/var/tmp`, gone when the spool is.
package final class StreamSpool: Sendable {
    private let copies: Mutex<[LogFile: StreamCopy]>

    package init() {
        copies = Mutex([:])
    }

    /// The copy of a stream that has been read before.
    func existingCopy(of file: LogFile) -> StreamCopy? {
        copies.withLock { $0[file] }
    }

    /// A copy of a stream, to be filled while it is read.
    func newCopy(of file: LogFile) -> StreamCopy {
        let copy = StreamCopy()
        copies.withLock { $0[file] = copy }
        return copy
    }
}

/// One stream's copy. Used by one thread at a time, as streams are.
final class StreamCopy: Sendable {
    private let descriptor: Int32
    /// The errno of the first call that failed, or 0. A failed copy takes no room, and is an error only when it is to be read.
    private let failure: Atomic<Int32>

    init() {
        descriptor = StreamCopy.temporaryFile()
        failure = Atomic(descriptor < 0 ? errno : 0)
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    func append(_ bytes: UnsafeRawBufferPointer) {
        var rest = bytes
        while !rest.isEmpty, failure.load(ordering: .relaxed) == 0 {
            let count = uninterrupted { write(descriptor, rest.baseAddress, rest.count) }
            if count < 0 {
                failure.store(errno, ordering: .relaxed)
                // What has been copied is of no use now, and others need the disk.
                if descriptor >= 0 { _ = uninterrupted { ftruncate(descriptor, 0) } }
            } else {
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
        }
    }

    /// A descriptor that reads the copy from its start.
    func reopened(name: String) throws(LogError) -> Int32 {
        let code = failure.load(ordering: .relaxed)
        guard code == 0 else { throw LogError(file: name, problem: .notKept(code: code)) }
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw LogError(file: name, problem: .notKept(code: errno)) }
        let again = uninterrupted { dup(descriptor) }
        guard again >= 0 else { throw LogError(file: name, problem: .notKept(code: errno)) }
        return again
    }

    private static func temporaryFile() -> Int32 {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/var/tmp"
        var path = Array("\(folder)/sluice-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        if descriptor >= 0 { unlink(path) }
        return descriptor
    }
}
