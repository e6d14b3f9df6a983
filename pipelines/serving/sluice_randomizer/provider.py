"""A provider for OpenFeature that assigns in this process: no network, and nothing to wait for.

    from openfeature import api
    from openfeature.evaluation_context import EvaluationContext
    from sluice_randomizer.provider import SluiceProvider

    api.set_provider(SluiceProvider("/var/lib/sluice/state"))
    details = api.get_client().get_string_details("web/home-hero", "autumn", EvaluationContext("v-1", {"segment": "Pune"}))

A flag's key is `platform/slot`; its value and variant are the arm. Of the context the targeting key is the visitor, `segment` and `customer`
are read, and a customer is assigned by the customer's id; a whole number counts as its digits. Exposures are not logged here: write
them where the pipeline reads them, with the `propensity` and the `table` of the flag's metadata.

Needs the package `openfeature-sdk`: `pip install 'sluice-randomizer[openfeature]'`.
"""

from __future__ import annotations

from typing import Any, Mapping, NoReturn, Optional, Sequence, Union

try:
    from openfeature.evaluation_context import EvaluationContext
    from openfeature.exception import (
        FlagNotFoundError,
        InvalidContextError,
        ProviderNotReadyError,
        TargetingKeyMissingError,
        TypeMismatchError,
    )
    from openfeature.flag_evaluation import FlagResolutionDetails, Reason
    from openfeature.provider import AbstractProvider, Metadata
except ImportError as error:
    raise ImportError(f"{error}; pip install 'sluice-randomizer[openfeature]'") from error

from .errors import NoTable, UnknownSlot
from .host import Host
from .texts import text_of


class SluiceProvider(AbstractProvider):
    """Resolves flags by the table in service of a state directory, of its `allocations`, or of one table's directory."""

    def __init__(self, path: str, pipeline: Optional[str] = None, library: Optional[str] = None, interval: float = 10):
        """Opens nothing yet: `initialize` does, which `api.set_provider` calls on a thread of its own. What goes wrong there, such as
        a missing library, is what every evaluation then says; `api.set_provider_and_wait` raises it. A new table is looked for every
        `interval` seconds."""
        super().__init__()
        self._arguments = (path, pipeline, library)
        self._interval = interval
        self._host: Optional[Host] = None
        # Why there is no host.
        self._problem = "the provider is not initialized; set it by api.set_provider"

    def get_metadata(self) -> Metadata:
        return Metadata(name="Sluice")

    def initialize(self, evaluation_context: EvaluationContext) -> None:
        """Opens the host. Raises LibraryNotFound without the library. A table that is not fit for service makes the provider's
        state an error, which tells why."""
        try:
            host = Host(*self._arguments)
            host.watch(self._interval)
        except Exception as error:
            self._problem = f"the provider could not be initialized: {error}"
            raise
        self._host = host
        fault = host.status().fault
        if fault is not None and host.status().date is None:
            raise ProviderNotReadyError(fault)

    def shutdown(self) -> None:
        host, self._host = self._host, None
        if host is not None:
            host.close()

    def resolve_string_details(
        self, flag_key: str, default_value: str, evaluation_context: Optional[EvaluationContext] = None
    ) -> FlagResolutionDetails[str]:
        if self._host is None:
            raise ProviderNotReadyError(self._problem)
        context = evaluation_context or EvaluationContext()
        visitor = self._text("targeting_key", context.targeting_key)
        if not visitor:
            raise TargetingKeyMissingError("the context has no targeting key, the visitor's id")
        segment, customer = (self._text(name, context.attributes.get(name)) for name in ("segment", "customer"))
        try:
            for platform, slot in _places(flag_key):
                try:
                    shown = self._host.assign(platform, slot, customer or visitor, segment)
                except UnknownSlot:
                    continue
                metadata: dict[str, Union[bool, int, float, str]] = {
                    "propensity": shown.propensity,
                    "table": shown.date,
                    "segment": segment if shown.has_own_group else "*",
                }
                if shown.is_control is not None:
                    metadata["control"] = shown.is_control
                return FlagResolutionDetails(
                    value=shown.variant, variant=shown.variant, reason=Reason.SPLIT, flag_metadata=metadata
                )
        except NoTable as error:
            raise ProviderNotReadyError(str(error)) from error
        except UnicodeEncodeError as error:
            raise InvalidContextError(f"the context is no Unicode text: {error}") from error
        raise FlagNotFoundError(f"the table in service has no slot '{flag_key}', which is platform/slot")

    def resolve_boolean_details(
        self, flag_key: str, default_value: bool, evaluation_context: Optional[EvaluationContext] = None
    ) -> FlagResolutionDetails[bool]:
        _refuse("boolean")

    def resolve_integer_details(
        self, flag_key: str, default_value: int, evaluation_context: Optional[EvaluationContext] = None
    ) -> FlagResolutionDetails[int]:
        _refuse("integer")

    def resolve_float_details(
        self, flag_key: str, default_value: float, evaluation_context: Optional[EvaluationContext] = None
    ) -> FlagResolutionDetails[float]:
        _refuse("float")

    def resolve_object_details(
        self,
        flag_key: str,
        default_value: Sequence[Any] | Mapping[str, Any],
        evaluation_context: Optional[EvaluationContext] = None,
    ) -> FlagResolutionDetails[Sequence[Any] | Mapping[str, Any]]:
        _refuse("object")

    @staticmethod
    def _text(name: str, value: object) -> str:
        try:
            return "" if value is None else text_of(value, name)
        except TypeError as error:
            raise InvalidContextError(str(error)) from error


def _refuse(kind: str) -> NoReturn:
    raise TypeMismatchError(f"a variant is a text, not of the type {kind}; ask for get_string_details")


def _places(key: str) -> list[tuple[str, str]]:
    """What a key may mean: names may have slashes too."""
    parts = key.split("/")
    return [("/".join(parts[:count]), "/".join(parts[count:])) for count in range(1, len(parts))]
