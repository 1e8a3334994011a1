"""The functions of `app.law.functions`, put to the values of a case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.law.calendars import Series
from app.law.facts import Computation, Value
from app.law.functions import FUNCTIONS, Computed
from app.law.holidays import LegalHolidays


def _of_two(
    function: Callable[..., Computed], first: str, second: str
) -> Callable[[Mapping[str, Value]], Computed]:
    """A function of two facts."""

    def derive(values: Mapping[str, Value]) -> Computed:
        left, right = values.get(first), values.get(second)
        if left is None or right is None:
            return None
        try:
            return function(left, right)
        except (ValueError, OverflowError):
            return None  # a day past the end of the calendar is no day

    return derive


@dataclass(frozen=True)
class Deriving:
    """What functions may look at beside facts: the calendars of an edition, the legal holidays, and
    the parameters of a provision.
    """

    series: Mapping[str, Series]
    holidays: LegalHolidays

    def compute(
        self,
        call: Computation,
        values: Mapping[str, Value],
        parameters: Mapping[str, Value] | None = None,
    ) -> Computed:
        """The value of a function.

        None where an argument is unknown or the result is no day or number.
        """
        arguments: list[Computed | Series] = []
        for argument in call.arguments:
            value: Computed | Series
            if isinstance(argument, int):
                value = argument
            elif isinstance(argument, Computation):
                value = self.compute(argument, values, parameters)
            elif argument in self.series:
                value = self.series[argument]
            elif argument[0] == "$":
                value = (parameters or {}).get(argument[1:])
            else:
                value = values.get(argument)
            if value is None:
                return None
            arguments.append(value)
        try:
            return FUNCTIONS[call.function].with_holidays(self.holidays)(*arguments)
        except (ValueError, OverflowError):
            return None  # a day past the end of the calendar is no day

    def prepared(self, call: Computation) -> Callable[[Mapping[str, Value]], Computed]:
        """`compute` for one function of facts alone, looked at once: it is asked again for every
        applicant.
        """
        names = call.fact_names
        if names == call.arguments and len(names) == 2:
            function = FUNCTIONS[call.function].with_holidays(self.holidays)
            return _of_two(function, *names)
        return lambda values: self.compute(call, values)
