"""Sluice's randomizer from Python: the C interface of libSluiceRandomizer.so by ctypes.

    host = Host("/var/lib/sluice/state")
    host.watch(10)
    shown = host.assign("web", "home-hero", visitor="v-1", segment="Pune")
    shown.variant, shown.propensity

A host may be used by all threads at once. It does not outlive a fork: open it in the worker process. `sluice_randomizer.provider` has a
provider for OpenFeature.
"""

from .errors import LibraryNotFound, NoneAllowed, NoTable, RandomizerError, TableRefused, UnknownSlot
from .host import Assignment, Host, Overrides, Status

__all__ = [
    "Assignment",
    "Host",
    "LibraryNotFound",
    "NoTable",
    "NoneAllowed",
    "Overrides",
    "RandomizerError",
    "Status",
    "TableRefused",
    "UnknownSlot",
]
