import CISAL
import CZstandard

/// How simulated logs are compressed.
package enum LogCompression: String, CaseIterable, Sendable {
    case none
    case gzip
    case zstandard = "zstd"

    /// What follows `events.jsonl`.
    var suffix: String {
        switch self {
        case .none: ""
        case .gzip: ".gz"
        case .zstandard: ".zst"
        }
    }

    /// A file with this content, or a part of one: files of each kind may stand one after the other.
    func pack(_ content: [UInt8]) throws(LogArchiveError) -> [UInt8] {
        switch self {
        case .none: content
        case .gzip: try gzip(content)
        case .zstandard: try zstandard(content)
        }
    }

    /// One gzip member (RFC 1952) for each gigabyte.
    private func gzip(_ content: [UInt8]) throws(LogArchiveError) -> [UInt8] {
        var archive: [UInt8] = []
        var rest = content[...]
        repeat {
            // ISA-L counts in 32 bits.
            let part = rest.prefix(1 << 30)
            rest = rest.dropFirst(part.count)
            var input = Array(part)
            var output = [UInt8](repeating: 0, count: input.count + input.count / 8 + 512)
            var code = COMP_OK
            let written = input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    withUnsafeTemporaryAllocation(of: isal_zstream.self, capacity: 1) { streams in
                        guard let stream = streams.baseAddress else { return 0 }
                        isal_deflate_stateless_init(stream)
                        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
                        stream.pointee.end_of_stream = 1
                        stream.pointee.next_in = input.baseAddress
                        stream.pointee.avail_in = UInt32(input.count)
                        stream.pointee.next_out = output.baseAddress
                        stream.pointee.avail_out = UInt32(output.count)
                        code = isal_deflate_stateless(stream)
                        return Int(stream.pointee.total_out)
                    }
                }
            }
            guard code == COMP_OK else { throw LogArchiveError(detail: "ISA-L, code \(code)") }
            archive += output[..<written]
        } while !rest.isEmpty
        return archive
    }

    /// One Zstandard frame (RFC 8878).
    private func zstandard(_ content: [UInt8]) throws(LogArchiveError) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        let written = output.withUnsafeMutableBytes { output in
            content.withUnsafeBytes { content in
                ZSTD_compress(output.baseAddress, output.count, content.baseAddress, content.count, 3)
            }
        }
        guard ZSTD_isError(written) == 0 else {
            throw LogArchiveError(detail: String(cString: ZSTD_getErrorName(written)))
        }
        return Array(output[..<written])
    }
}

/// A log that could not be compressed.
struct LogArchiveError: Error, CustomStringConvertible {
    var detail: String

    var description: String { "a log cannot be compressed (\(detail)); try --compression none" }
}
