// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSluiceRandomizer
import Randomizer

// The functions of sluice_randomizer.h that make and keep a host. The compiler compares each with its declaration there.

@c @implementation
public func sluice_version() -> Int32 {
    SLUICE_INTERFACE_VERSION
}

@c @implementation
public func sluice_host_open(_ path: UnsafePointer<CChar>!, _ pipeline: UnsafePointer<CChar>!) -> OpaquePointer! {
    guard let path, let path = String(validatingCString: path) else { return nil }
    var name: String?
    if let pipeline {
        name = String(validatingCString: pipeline)
        guard name != nil else { return nil }
    }
    return OpaquePointer(Unmanaged.passRetained(RandomizerHost(path: path, pipeline: name)).toOpaque())
}

@c @implementation
public func sluice_host_close(_ host: OpaquePointer!) {
    guard let host else { return }
    Unmanaged<RandomizerHost>.fromOpaque(UnsafeRawPointer(host)).release()
}

@c @implementation
public func sluice_host_refresh(_ host: OpaquePointer!) -> Int32 {
    withHost(host) { host in
        switch host.refresh() {
        case .unchanged: Answer.ok
        case .loaded: Answer.loaded
        case .refused: Answer.refused
        }
    }
}

@c @implementation
public func sluice_host_watch(_ host: OpaquePointer!, _ seconds: Double) -> Int32 {
    withHost(host) { host in
        if seconds == 0 {
            host.stopWatching()
            return Answer.ok
        }
        guard seconds >= 0.001, seconds <= 2_000_000 else { return Answer.invalid }
        return host.watch(every: .seconds(seconds)) ? Answer.ok : Answer.noThread
    }
}

@c @implementation
public func sluice_host_status(_ host: OpaquePointer!, _ status: UnsafeMutablePointer<sluice_status>!) -> Int32 {
    withHost(host) { host in
        guard let status else { return Answer.invalid }
        let current = host.status
        var result = sluice_status()
        copy(current.date ?? "", to: &result.date)
        result.is_watching = current.isWatching ? 1 : 0
        result.loaded_at = current.loadedAt ?? 0
        result.checked_at = current.checkedAt ?? 0
        result.loads = UInt64(current.loads)
        result.refusals = UInt64(current.refusals)
        copy(current.fault?.description ?? "", to: &result.fault)
        status.pointee = result
        return Answer.ok
    }
}
