import CISAL

/// A decoder of gzip files (RFC 1952) by ISA-L. The checksum and the length of every member are verified.
///
/// - Members may follow one another; zeros may follow the last (tape blocks are padded so), anything else is an error.
/// - Memory: one state of about 90 kB.
final class GzipDecompressor: Decompressor {
    private let state: UnsafeMutablePointer<inflate_state>
    private var isInsideMember = false

    init() {
        state = .allocate(capacity: 1)
        isal_inflate_init(state)
    }

    deinit {
        state.deallocate()
    }

    func decompress(
        _ input: FileInput, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(LogError) -> Int {
        // ISA-L counts in 32 bits.
        let room = min(output.count, 1 << 30)
        state.pointee.next_out = output.baseAddress
        state.pointee.avail_out = UInt32(room)
        while state.pointee.avail_out > 0 {
            if !isInsideMember {
                guard try beginMember(input) else { break }
            }
            try advance(input)
        }
        return room - Int(state.pointee.avail_out)
    }

    /// Decodes what is available, which may end the member.
    private func advance(_ input: FileInput) throws(LogError) {
        try input.look(1)
        let available = input.available
        let room = state.pointee.avail_out
        state.pointee.next_in = available.baseAddress
        state.pointee.avail_in = UInt32(available.count)
        let code = isal_inflate(state)
        let taken = available.count - Int(state.pointee.avail_in)
        input.take(taken)
        guard code >= 0 else { throw error(input, .corrupt(.gzip, offset: input.offset, detail: detail(code))) }
        if state.pointee.block_state == ISAL_BLOCK_FINISH {
            isInsideMember = false
        } else if taken == 0, state.pointee.avail_out == room {
            // The state may hold output when there is no more input, so only a call that does nothing is the end.
            guard available.isEmpty else {
                throw error(input, .corrupt(.gzip, offset: input.offset, detail: "no progress"))
            }
            throw error(input, .truncated(.gzip, offset: input.offset))
        }
    }

    /// Looks at what stands between members; false at the end of the file.
    private func beginMember(_ input: FileInput) throws(LogError) -> Bool {
        try input.look(2)
        let head = input.available
        if head.isEmpty { return false }
        if head[0] == 0 {
            try takeZeros(input)
            return false
        }
        guard head[0] == 0x1F, head.count == 1 || head[1] == 0x8B else {
            throw error(input, .trailingBytes(.gzip, offset: input.offset))
        }
        guard head.count > 1 else { throw error(input, .truncated(.gzip, offset: input.offset + 1)) }
        var header = GzipHeader(input)
        try header.pass()
        isal_inflate_reset(state)
        state.pointee.crc_flag = UInt32(ISAL_GZIP_NO_HDR_VER)
        isInsideMember = true
        return true
    }

    private func takeZeros(_ input: FileInput) throws(LogError) {
        while true {
            try input.look(1)
            let padding = input.available
            if padding.isEmpty { return }
            let zeros = padding.firstIndex { $0 != 0 } ?? padding.count
            input.take(zeros)
            if zeros < padding.count { throw error(input, .trailingBytes(.gzip, offset: input.offset)) }
        }
    }

    private func error(_ input: FileInput, _ problem: LogError.Problem) -> LogError {
        LogError(file: input.file.name, problem: problem)
    }

    private func detail(_ code: Int32) -> String {
        switch code {
        case ISAL_INVALID_BLOCK: "invalid block"
        case ISAL_INVALID_SYMBOL: "invalid symbol"
        case ISAL_INVALID_LOOKBACK: "a distance beyond the start"
        case ISAL_INCORRECT_CHECKSUM: "the checksum differs"
        default: "code \(code)"
        }
    }
}
