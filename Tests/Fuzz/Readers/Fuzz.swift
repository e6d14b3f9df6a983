import CLibrary

// A reader under libFuzzer, which has the program's entry and calls these; `make fuzz` builds it with the address sanitizer and runs each
// reader, named by the environment's `SLUICE_READER`, for a while.

/// Lists the readers where that is the first word.
@_cdecl("LLVMFuzzerInitialize")
public func fuzzInitialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    if count.pointee > 1, let word = words.pointee[1], String(cString: word) == "list" {
        print(readers.keys.sorted().joined(separator: " "))
        exit(0)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    reader(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

private let reader: @Sendable ([UInt8]) -> Void = {
    let name = getenv("SLUICE_READER").map { String(cString: $0) } ?? ""
    guard let reader = readers[name] else {
        print("SLUICE_READER is '\(name)'; there are \(readers.keys.sorted().joined(separator: ", "))")
        exit(64)
    }
    return reader
}()
