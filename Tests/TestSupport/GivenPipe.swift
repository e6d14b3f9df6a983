import Foundation

/// Opens a named pipe as a shell does for a program, waiting for who writes to it.
///
/// - Returns: the path by which the program is given it. The descriptor stays open.
package func givenPipe(_ path: String) -> String {
    let descriptor = open(path, O_RDONLY)
    precondition(descriptor > 2, "\(path) cannot be opened")
    return "/dev/fd/\(descriptor)"
}
