// Foundation without its languages, regions and calendars of the world, which are three quarters of it: what a nightly job starts
// with, and keeps in memory, is that much less.
#if canImport(FoundationEssentials)
    @_exported public import FoundationEssentials
#else
    @_exported public import Foundation
#endif
