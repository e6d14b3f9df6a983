/// A decoder of one archive, from the first member or frame to the last.
protocol Decompressor: AnyObject {
    /// Writes the next bytes of the content, as many as there is room for, and takes what it needs from `input`.
    ///
    /// - Returns: the number of bytes written; less than there was room for only at the end of a whole archive.
    /// - Throws: ``LogError`` for an archive that ends early, is damaged, or is followed by something else.
    func decompress(
        _ input: FileInput, into output: UnsafeMutableBufferPointer<UInt8>
    ) throws(LogError) -> Int
}
