// swift-format-ignore-file: AlwaysUseLowerCamelCase
public import CSluiceRandomizer
import Randomizer

// The functions of sluice_randomizer.h that pin visitors.

/// What a pointer to overrides leads to.
private final class OverridesBox {
    var overrides = Overrides()
}

/// The pins behind a pointer; nil for NULL.
func pins(_ overrides: OpaquePointer?) -> Overrides? {
    overrides.map { box($0).overrides }
}

private func box(_ overrides: OpaquePointer) -> OverridesBox {
    Unmanaged<OverridesBox>.fromOpaque(UnsafeRawPointer(overrides)).takeUnretainedValue()
}

@c @implementation
public func sluice_overrides_open() -> OpaquePointer! {
    OpaquePointer(Unmanaged.passRetained(OverridesBox()).toOpaque())
}

@c @implementation
public func sluice_overrides_close(_ overrides: OpaquePointer!) {
    guard let overrides else { return }
    Unmanaged<OverridesBox>.fromOpaque(UnsafeRawPointer(overrides)).release()
}

@c @implementation
public func sluice_overrides_pin(
    _ overrides: OpaquePointer!, _ request: UnsafePointer<sluice_request>!, _ variant: sluice_text
) -> Int32 {
    guard let overrides, let request = request?.pointee, let platform = request.platform.string,
        let slot = request.slot.string, let visitor = request.visitor.string, let variant = variant.string
    else { return Answer.invalid }
    box(overrides).overrides.pin(visitor, platform: platform, slot: slot, to: variant)
    return Answer.ok
}
