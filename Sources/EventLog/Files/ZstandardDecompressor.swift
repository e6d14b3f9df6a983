import CZstandard
import CLibrary

/// A decoder of Zstandard files (RFC 8878) by libzstd. The checksum is verified where a frame has one.
///
/// - Frames may follow one another, with skippable ones among them; anything else between or after them is an error.
/// - Memory: the frame's window, at most 128 MiB: a frame that asks for more is refused.
final class ZstandardDecompressor: Decompressor {
    private static let windowLog: Int32 = 27

    private let context: OpaquePointer
    private var isInsideFrame = false

    init(_ name: String) throws(LogError) {
        guard let context = ZSTD_createDCtx() else {
            throw LogError(file: name, problem: .system(.open, code: ENOMEM))
        }
        _ = ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, ZstandardDecompressor.windowLog)
        self.context = context
    }

    deinit {
        ZSTD_freeDCtx(context)
    }

    func decompress(
        _ input: FileInput, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(LogError) -> Int {
        var target = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
        while target.pos < target.size {
            if !isInsideFrame {
                guard try beginFrame(input) else { break }
            }
            try input.look(1)
            let available = input.available
            let before = target.pos
            var source = ZSTD_inBuffer(src: available.baseAddress, size: available.count, pos: 0)
            let result = ZSTD_decompressStream(context, &target, &source)
            guard ZSTD_isError(result) == 0 else { throw error(input, result) }
            input.take(source.pos)
            isInsideFrame = result != 0
            // The context may hold output when there is no more input, so only a call that does nothing is the end.
            if isInsideFrame, available.isEmpty, target.pos == before {
                throw LogError(file: input.file.name, problem: .truncated(.zstandard, offset: input.offset))
            }
        }
        return target.pos
    }

    /// Looks at what stands between frames; false at the end of the file.
    private func beginFrame(_ input: FileInput) throws(LogError) -> Bool {
        try input.look(Compression.magicLength)
        let head = UnsafeBufferPointer(input.available)
        if head.isEmpty { return false }
        if Compression(magic: head) == .zstandard {
            // The longest header of a frame.
            try input.look(18)
            if FileKind.needsDictionary(UnsafeBufferPointer(input.available)) {
                throw LogError(file: input.file.name, problem: .otherKind(.frameWithDictionary))
            }
            isInsideFrame = true
            return true
        }
        if head.count < Compression.magicLength, Compression.beginsZstandardMagic(head) {
            let end = input.offset + Int64(head.count)
            throw LogError(file: input.file.name, problem: .truncated(.zstandard, offset: end))
        }
        throw LogError(file: input.file.name, problem: .trailingBytes(.zstandard, offset: input.offset))
    }

    private func error(_ input: FileInput, _ result: Int) -> LogError {
        let problem: LogError.Problem
        switch ZSTD_getErrorCode(result) {
        case ZSTD_error_frameParameter_windowTooLarge:
            problem = .windowTooLarge(.zstandard, offset: input.offset)
        default:
            let detail = String(cString: ZSTD_getErrorName(result))
            problem = .corrupt(.zstandard, offset: input.offset, detail: detail.lowercased())
        }
        return LogError(file: input.file.name, problem: problem)
    }
}
