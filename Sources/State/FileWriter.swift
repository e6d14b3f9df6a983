import CLibrary

/// A file that is written part by part.
package final class FileWriter {
    private let path: String
    private let descriptor: Int32

    /// - Parameter appending: whether to write to the end of what must be there, a pipe or a device too; else the file is created,
    ///   or what was there is replaced.
    package init(_ path: String, appending: Bool = false) throws(FileError) {
        self.path = path
        let flags = O_WRONLY | O_CLOEXEC | (appending ? O_APPEND : O_CREAT | O_TRUNC)
        descriptor = uninterrupted { open(path, flags, 0o644) }
        guard descriptor >= 0 else {
            throw FileError(path: path, operation: appending ? "open" : "create", code: errno)
        }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
    }

    package func append(_ bytes: [UInt8]) throws(FileError) {
        let result = bytes.withUnsafeBytes { bytes in
            Result { () throws(FileError) in try append(bytes) }
        }
        try result.get()
    }

    package func append(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let count = uninterrupted {
                CLibrary.write(descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
            }
            guard count >= 0 else { throw FileError(path: path, operation: "write", code: errno) }
            done += count
        }
    }

    /// Waits until all bytes are on the disk.
    package func synchronize() throws(FileError) {
        guard uninterrupted({ fsync(descriptor) }) == 0 else {
            throw FileError(path: path, operation: "write to the disk", code: errno)
        }
    }
}
