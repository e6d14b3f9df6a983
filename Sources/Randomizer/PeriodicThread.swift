import CLibrary

/// A thread that calls a function every so often until it is stopped.
///
/// It sleeps on a pipe, and a byte in it wakes it for good.
final class PeriodicThread: @unchecked Sendable {
    private final class Work: Sendable {
        let milliseconds: Int32
        let wakeup: Int32
        let body: @Sendable () -> Void

        init(milliseconds: Int32, wakeup: Int32, body: @escaping @Sendable () -> Void) {
            self.milliseconds = milliseconds
            self.wakeup = wakeup
            self.body = body
        }

        func run() {
            while true {
                var event = pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0)
                let ready = poll(&event, 1, milliseconds)
                if ready < 0 && errno == EINTR { continue }
                guard ready == 0 else { return }
                body()
            }
        }
    }

    #if canImport(Darwin)
        private var thread: pthread_t?
    #else
        private var thread = pthread_t()
    #endif
    /// The pipe's end that the thread sleeps on, and the one to wake it by.
    private let ends: [Int32]

    /// Starts a thread; nil when the system has no descriptor or thread left.
    init?(milliseconds: Int32, _ body: @escaping @Sendable () -> Void) {
        var pipes: [Int32] = [-1, -1]
        guard pipe(&pipes) == 0 else { return nil }
        for descriptor in pipes { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        ends = pipes
        let work = Unmanaged.passRetained(Work(milliseconds: milliseconds, wakeup: pipes[0], body: body))
        let failure = pthread_create(&thread, nil, runPeriodicWork, work.toOpaque())
        guard failure == 0 else {
            work.release()
            for descriptor in pipes { close(descriptor) }
            return nil
        }
    }

    /// Stops the thread and waits for its end. Not from the thread itself, and only once.
    func stop() {
        // Not the end of file alone: a child of a fork may hold the pipe open.
        var byte: UInt8 = 0
        while write(ends[1], &byte, 1) < 0 && errno == EINTR {}
        #if canImport(Darwin)
            if let thread { pthread_join(thread, nil) }
        #else
            pthread_join(thread, nil)
        #endif
        for descriptor in ends { close(descriptor) }
    }

    fileprivate static func run(_ work: UnsafeMutableRawPointer) {
        Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run()
    }
}

#if canImport(Darwin)
    private func runPeriodicWork(_ work: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        PeriodicThread.run(work)
        return nil
    }
#else
    private func runPeriodicWork(_ work: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        if let work { PeriodicThread.run(work) }
        return nil
    }
#endif
