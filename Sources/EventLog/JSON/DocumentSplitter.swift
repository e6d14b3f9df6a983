/// Finds the events in JSON that is not one object a line, and writes each in a line of its own. One byte after another: what is
/// read so is read at whatever speed.
///
///     [                                     lists around objects are passed
///       { "ts": 1,                  ─►      { "ts": 1,  "type": "view" }        line 2
///         "type": "view" },
///       …
///     {"sentAt":2,"batch":[{…},{…}]} ─►     {…} and {…}, with each: ["batch"]
///     {"groups":[{"events":[{…}]}]}  ─►     {…}, with each: ["groups", "events"]; lists on the way are gone through
///
/// - What is neither an object nor belongs to a list is written as it stands up to the end of its line, to be rejected; a text, a number
///   or a word that is an element of a list by itself.
/// - An object that does not close, within the maximum or at all, is written up to the end of its first line, to be rejected, and
///   what follows is read anew: it spoils no other. It can reach over other objects only as far as objects may be nested, so that
///   the time is linear in the bytes.
/// - A string ends with its line, and brackets close in their order: an object in which they do not is given up there and then.
/// - In a line with many events a damaged one ends where the next seems to begin (`},{`), so that it takes the fewest with it.
struct DocumentSplitter {
    /// Stands alone in the line of an object that has no list of events where `each` says.
    static let noList: UInt8 = 0x01
    /// What no JSON ends in: makes a line one that is rejected.
    private static let damage: UInt8 = 0x02

    private enum State {
        /// Where a value may begin, of a list or by itself.
        case between
        /// In an event.
        case event
        /// In what is no event, up to the end of the line.
        case other
        /// In an element of a list that is a text, a number or a word.
        case plain
        /// In an object around a list of events.
        case key, keyText, colon, value, text, container, scalar
        /// In a list of such objects.
        case element
    }

    /// An object around a list of events, or a list of such objects.
    private struct Frame {
        /// How many keys of `each` lead to it.
        var matched: Int
        var isList: Bool
    }

    /// The lines found so far, each with its line feed, and the line of the file, from 0, in which each begins.
    var lines: [UInt8] = []
    var numbers: [Int32] = []

    private let each: [[UInt8]]
    private let maximumLength: Int
    private var state = State.between
    private var line: Int32 = 0
    /// The event, or what is none, as it stands in the file.
    private var content: [UInt8] = []
    private var contentLine: Int32 = 0
    private var depth = 0
    /// The brackets open within the event.
    private var brackets: [UInt8] = []
    private var isInText = false
    private var isEscaped = false
    private var reread = RereadBytes()
    /// Whether something stands in the line before what is read, and before the event.
    private var isLineBegun = false
    private var isWithinLine = false
    /// Lists that have been opened around what is read, outside of objects and within `each`'s.
    private var openLists = 0
    /// What is open around a list of events, from outside.
    private var frames: [Frame] = []
    private var objectLine: Int32 = 0
    private var hasList = false
    private var isInEventList = false
    /// Whether an event of a list was given up, so that the list may have ended with it.
    private var isDoubtful = false
    private var key: [UInt8] = []

    /// - Parameter each: the keys that lead from an object to the list of its events; nil: the object is one.
    init(each: [String]?, maximumLength: Int) {
        self.each = each.map { $0.map { Array($0.utf8) } } ?? []
        self.maximumLength = maximumLength
    }

    /// Takes the next bytes of the file.
    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        reread.bytesOfFile += bytes.count
        for byte in bytes {
            take(byte)
            while let byte = reread.next() { take(byte) }
        }
    }

    /// Takes the end of the file.
    mutating func finish() {
        while state == .event {
            giveUp()
            while let byte = reread.next() { take(byte) }
        }
        if state == .other || state == .plain { endOther() }
        let isCut = state != .between || openLists > 0 || !frames.isEmpty
        if isCut { write([DocumentSplitter.damage], at: line) }
        state = .between
        (openLists, frames) = (0, [])
    }

    private mutating func take(_ byte: UInt8) {
        switch state {
        case .between: takeBetween(byte)
        case .event: takeEvent(byte)
        case .plain: takePlain(byte)
        case .other:
            if byte == 0x0A {
                endOther()
                line += 1
                isLineBegun = false
            } else if content.count <= maximumLength {
                content.append(byte)
            }
        default: takeAround(byte)
        }
    }

    private mutating func takeBetween(_ byte: UInt8) {
        switch byte {
        case 0x0A:
            line += 1
            isLineBegun = false
        case 0x20, 0x09, 0x0D, UInt8(ascii: ","): break
        // Byte order marks, where files were put together.
        case 0xEF, 0xBB, 0xBF: break
        case UInt8(ascii: "["):
            openLists += 1
            isLineBegun = true
        case UInt8(ascii: "]"):
            isLineBegun = true
            openLists = max(0, openLists - 1)
            if isInEventList, openLists == 0 {
                isInEventList = false
                state = .key
            }
        case UInt8(ascii: "{"):
            if each.isEmpty || isInEventList {
                begin(.event, byte)
                (isInText, isEscaped, isWithinLine, isLineBegun) = (false, false, isLineBegun, true)
                brackets = [byte]
            } else {
                (frames, objectLine, hasList) = ([Frame(matched: 0, isList: false)], line, false)
                (isLineBegun, state) = (true, .key)
            }
        case UInt8(ascii: "\""), UInt8(ascii: "-"), 0x30...0x39, UInt8(ascii: "t"), UInt8(ascii: "f"),
            UInt8(ascii: "n"):
            guard openLists > 0 else { return beginOther(byte) }
            begin(.plain, byte)
            (isInText, isEscaped, isLineBegun) = (byte == UInt8(ascii: "\""), false, true)
        default:
            beginOther(byte)
        }
    }

    /// Takes a byte of an element that may be a text, a number or a word, up to what ends one.
    private mutating func takePlain(_ byte: UInt8) {
        if byte == 0x0A || (!isInText && (byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]"))) {
            if isPlain {
                endOther()
                takeBetween(byte)
            } else {
                (openLists, frames, isInEventList, state) = (0, [], false, .other)
                take(byte)
            }
            return
        }
        if content.count <= maximumLength { content.append(byte) }
        if isEscaped {
            isEscaped = false
        } else if isInText, byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInText.toggle()
        }
    }

    /// Whether what was read of an element is one text, number or word.
    private var isPlain: Bool {
        let text = content[...(content.lastIndex { $0 > 0x20 } ?? 0)]
        if text.first == UInt8(ascii: "\"") {
            var escaped = false
            let close = text.dropFirst().firstIndex { byte in
                defer { escaped = !escaped && byte == UInt8(ascii: "\\") }
                return byte == UInt8(ascii: "\"") && !escaped
            }
            return close == text.endIndex - 1
        }
        return text.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), 0x30...0x39, UInt8(ascii: "E"), UInt8(ascii: "+"),
                UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
    }

    private mutating func begin(_ state: State, _ byte: UInt8) {
        self.state = state
        content.removeAll(keepingCapacity: true)
        content.append(byte)
        contentLine = line
    }

    private mutating func beginOther(_ byte: UInt8) {
        begin(.other, byte)
        // Which lists and objects are open is not known any more.
        (openLists, frames, isInEventList) = (0, [], false)
    }

    private mutating func endOther() {
        write(content[...], at: contentLine)
        state = .between
    }

    private mutating func takeEvent(_ byte: UInt8) {
        content.append(byte)
        if byte == 0x0A {
            line += 1
            if isInText { return giveUp() }
        } else if isInText {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInText = false
                if isDoubtful {
                    isDoubtful = false
                    if beginsAsBatch { return beginBatch() }
                }
            }
        } else {
            switch byte {
            case UInt8(ascii: "\""): isInText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): brackets.append(byte)
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // An opening bracket of ASCII and its closing one are two apart.
                guard brackets.popLast() == byte - 2 else { return giveUp() }
            default: break
            }
            if brackets.isEmpty {
                write(content[...], at: contentLine)
                state = .between
                return
            }
        }
        if brackets.count > JSONLine.maximumDepth || content.count > maximumLength { giveUp() }
    }

    /// Writes the first line of an event that does not end, and reads what follows it anew; of a line with more events only what
    /// stands before the next.
    private mutating func giveUp() {
        let raw = content
        content = []
        let lineFeed = raw.firstIndex(of: 0x0A)
        // Whether the next object is an event of the same list, or begins a batch of its own, its first key will tell.
        isDoubtful = isInEventList
        // An event that stands alone in its line takes none with it, and what looks like the next is within it.
        let isAlone = lineFeed != nil && !isWithinLine
        if !isAlone, let next = ObjectBounds.nextObject(raw[..<(lineFeed ?? raw.count)]), reread.maySearch {
            write(raw[..<next] + [DocumentSplitter.damage], at: contentLine)
            (line, isLineBegun, state) = (contentLine, true, .between)
            reread.put(back: raw[next...], isWithinLine: true)
        } else if let lineFeed {
            write(raw[..<lineFeed] + [DocumentSplitter.damage], at: contentLine)
            (line, isLineBegun, state) = (contentLine + 1, false, .between)
            reread.put(back: raw[(lineFeed + 1)...])
        } else if raw.last == UInt8(ascii: "}") {
            write(raw[...] + [DocumentSplitter.damage], at: contentLine)
            state = .between
        } else {
            (content, state) = (raw, .other)
        }
    }

    /// Reads an object anew that was taken for an event of a list which a damaged one left open: its first key leads to a list.
    private mutating func beginBatch() {
        (openLists, frames, isInEventList) = (0, [], false)
        (line, isLineBegun, state) = (contentLine, isWithinLine, .between)
        reread.put(back: content[...])
        content = []
    }

    /// Whether the object that is read begins with the key that leads to lists of events.
    private var beginsAsBatch: Bool {
        guard let first = each.first, let quote = content.firstIndex(of: UInt8(ascii: "\"")) else { return false }
        return content[(quote + 1)...].dropLast().elementsEqual(first)
    }

    /// Writes a line. Line feeds within it stand between the words of JSON.
    private mutating func write(_ text: ArraySlice<UInt8>, at number: Int32) {
        for byte in text { lines.append(byte == 0x0A ? 0x20 : byte) }
        lines.append(0x0A)
        numbers.append(number)
    }

    // MARK: Objects around a list of events

    private mutating func takeAround(_ byte: UInt8) {
        if byte == 0x0A, state != .keyText, state != .text, !(state == .container && isInText) {
            line += 1
            isLineBegun = false
        } else if byte > 0x20 {
            isLineBegun = true
        }
        let isBlank = byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A
        switch state {
        case .key:
            switch byte {
            case _ where isBlank: break
            case UInt8(ascii: ","): break
            case UInt8(ascii: "\""):
                key.removeAll(keepingCapacity: true)
                (state, isEscaped) = (.keyText, false)
            case UInt8(ascii: "}"): closeObject()
            default: beginOther(byte)
            }
        case .element:
            switch byte {
            case _ where isBlank: break
            case UInt8(ascii: ","): break
            case UInt8(ascii: "{"):
                frames.append(Frame(matched: frames.last?.matched ?? 0, isList: false))
                state = .key
            case UInt8(ascii: "]"):
                frames.removeLast()
                state = .key
            default:
                // No object around events.
                write([DocumentSplitter.noList], at: line)
                takeValue(byte)
            }
        case .keyText: takeKeyText(byte)
        case .colon:
            if byte == UInt8(ascii: ":") { state = .value } else if !isBlank { beginOther(byte) }
        case .value: if !isBlank { takeValue(byte) }
        case .text:
            takeText(byte)
            if !isInText, state == .text { state = afterValue }
        case .container: takeContainer(byte)
        case .scalar:
            if byte == UInt8(ascii: ",") || isBlank {
                state = afterValue
            } else if byte == UInt8(ascii: "]"), afterValue == .element {
                frames.removeLast()
                state = .key
            } else if byte == UInt8(ascii: "}") {
                closeObject()
            }
        case .between, .event, .other, .plain: break
        }
    }

    /// What follows a value that is passed: another key of an object, or another element of a list of objects.
    private var afterValue: State { frames.last?.isList == true ? .element : .key }

    private mutating func closeObject() {
        frames.removeLast()
        if let around = frames.last {
            state = around.isList ? .element : .key
            return
        }
        if !hasList { write([DocumentSplitter.noList], at: objectLine) }
        state = .between
    }

    private mutating func takeKeyText(_ byte: UInt8) {
        isInText = true
        takeText(byte)
        guard state == .keyText else { return }
        if isInText {
            if key.count < 1 << 10 { key.append(byte) }
        } else {
            state = .colon
        }
    }

    /// Takes a byte of a string that is passed.
    private mutating func takeText(_ byte: UInt8) {
        if byte == 0x0A {
            beginOther(DocumentSplitter.damage)
            endOther()
            line += 1
            isLineBegun = false
        } else if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            isInText = false
        }
    }

    private mutating func takeValue(_ byte: UInt8) {
        let matched = frames.last?.matched ?? each.count
        let isOnWay = matched < each.count && frames.last?.isList != true && key == each[matched]
        switch byte {
        case UInt8(ascii: "{") where isOnWay && matched + 1 < each.count:
            frames.append(Frame(matched: matched + 1, isList: false))
            state = .key
        case UInt8(ascii: "[") where isOnWay && matched + 1 < each.count:
            frames.append(Frame(matched: matched + 1, isList: true))
            state = .element
        case UInt8(ascii: "[") where isOnWay && matched + 1 == each.count:
            (hasList, isInEventList, openLists) = (true, true, 1)
            state = .between
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            (state, depth, isInText, isEscaped) = (.container, 1, false, false)
        case UInt8(ascii: "\""):
            (state, isInText, isEscaped) = (.text, true, false)
        case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
            beginOther(byte)
        default:
            state = .scalar
        }
    }

    private mutating func takeContainer(_ byte: UInt8) {
        if isInText {
            takeText(byte)
            return
        }
        switch byte {
        case UInt8(ascii: "\""): (isInText, isEscaped) = (true, false)
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if depth == 0 { state = afterValue }
        default: break
        }
    }
}
