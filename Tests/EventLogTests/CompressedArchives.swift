import CISAL
import CZstandard

/// Makers of archives, by the libraries that also read them.
enum Archive {
    /// One gzip member without optional header fields.
    static func gzip(_ content: some Collection<UInt8>) -> [UInt8] {
        var input = Array(content)
        var output = [UInt8](repeating: 0, count: input.count + input.count / 8 + 512)
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
                    precondition(isal_deflate_stateless(stream) == COMP_OK)
                    return Int(stream.pointee.total_out)
                }
            }
        }
        return Array(output[..<written])
    }

    /// One gzip member with every optional header field, its content stored uncompressed.
    static func gzipWithNames(_ content: [UInt8]) -> [UInt8] {
        precondition(content.count < 65_536)
        func little(_ value: some FixedWidthInteger) -> [UInt8] {
            withUnsafeBytes(of: value.littleEndian) { Array($0) }
        }
        // CRC-32, one bit at a time (RFC 1952 section 8).
        func checksum(_ bytes: [UInt8]) -> UInt32 {
            var rest = ~UInt32(0)
            for byte in bytes {
                rest ^= UInt32(byte)
                for _ in 0..<8 { rest = rest >> 1 ^ (rest & 1 == 1 ? 0xEDB8_8320 : 0) }
            }
            return ~rest
        }
        // Flags: text, header checksum, extra, name, comment.
        var bytes: [UInt8] = [0x1F, 0x8B, 8, 0x1F, 1, 2, 3, 4, 0, 3]
        bytes += little(UInt16(6)) + Array("AB".utf8) + little(UInt16(2)) + [9, 9]
        bytes += Array("events.jsonl\0of the day\0".utf8)
        bytes += little(UInt16(truncatingIfNeeded: checksum(bytes)))
        bytes += [1] + little(UInt16(content.count)) + little(~UInt16(content.count)) + content
        return bytes + little(checksum(content)) + little(UInt32(content.count))
    }

    /// One Zstandard frame.
    static func zstandard(
        _ content: some Collection<UInt8>, checksum: Bool = true, windowLog: Int32? = nil, level: Int32 = 3
    ) -> [UInt8] {
        let input = Array(content)
        guard let context = ZSTD_createCCtx() else { preconditionFailure("no memory") }
        defer { ZSTD_freeCCtx(context) }
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0)
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        if let windowLog {
            ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, windowLog)
            ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0)
        }
        var output = [UInt8](repeating: 0, count: ZSTD_compressBound(input.count) + 64)
        let written = output.withUnsafeMutableBufferPointer { output in
            input.withUnsafeBufferPointer { input in
                // In parts, so that the size is not known beforehand and the window is as asked for.
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                var source = ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
                if windowLog != nil { _ = ZSTD_compressStream2(context, &target, &source, ZSTD_e_flush) }
                while true {
                    let left = ZSTD_compressStream2(context, &target, &source, ZSTD_e_end)
                    precondition(ZSTD_isError(left) == 0)
                    if left == 0 { return target.pos }
                }
            }
        }
        return Array(output[..<written])
    }

    /// A Zstandard frame that readers pass over.
    static func skippable(_ content: [UInt8], variant: UInt8 = 0) -> [UInt8] {
        [0x50 | variant, 0x2A, 0x4D, 0x18] + withUnsafeBytes(of: UInt32(content.count).littleEndian) { Array($0) }
            + content
    }
}

/// How a test's log is packed.
enum Packing: CaseIterable {
    case plain, gzip, gzipMembers, gzipNames, zstandard, zstandardFrames, zstandardSkippable

    var suffix: String {
        switch self {
        case .plain: ""
        case .gzip, .gzipMembers, .gzipNames: ".gz"
        case .zstandard, .zstandardFrames, .zstandardSkippable: ".zst"
        }
    }

    func pack(_ content: [UInt8], using generator: inout some RandomNumberGenerator) -> [UInt8] {
        func parts() -> [ArraySlice<UInt8>] {
            // Cut anywhere, also within lines; empty parts too.
            let cuts = (0..<3).map { _ in Int.random(in: 0...content.count, using: &generator) }.sorted()
            return zip([0] + cuts, cuts + [content.count]).map { content[$0..<$1] }
        }
        switch self {
        case .plain: return content
        case .gzip: return Archive.gzip(content)
        case .gzipMembers: return parts().flatMap { Archive.gzip($0) } + [0, 0, 0]
        case .gzipNames:
            return stride(from: 0, to: content.count, by: 60_000).flatMap {
                Archive.gzipWithNames(Array(content[$0..<min($0 + 60_000, content.count)]))
            }
        case .zstandard: return Archive.zstandard(content, checksum: false)
        case .zstandardFrames: return parts().flatMap { Archive.zstandard($0, windowLog: 10) }
        case .zstandardSkippable:
            return Archive.skippable([1, 2, 3], variant: 7)
                + parts().flatMap { Archive.zstandard($0) + Archive.skippable([], variant: 15) }
        }
    }
}
